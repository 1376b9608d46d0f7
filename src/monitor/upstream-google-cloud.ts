// Google Cloud and Workspace. In: incidents.json, a list with the history in it. Out: how all of it, or one product or region, is.
// | status_impact       | all of it            | one product or region |  An incident without an end is going on. Something is going on in one of two
// | SERVICE_INFORMATION | operational, and said | operational, and said |  hundred products of forty regions on most days: for all of it that weighs a
// | SERVICE_DISRUPTION  | degraded_performance | partial_outage        |  step less than for the one that somebody depends on.
// | SERVICE_OUTAGE      | partial_outage       | major_outage          |
import { severityOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import { type Dict, dictsOf, isNamed, latestOf, listOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, under, unread } from "./upstream-types.ts";

const byImpact: ReadonlyMap<string, readonly [all: ComponentStatus, one: ComponentStatus]> = new Map([
  ["SERVICE_INFORMATION", ["operational", "operational"]],
  ["SERVICE_DISRUPTION", ["degraded_performance", "partial_outage"]],
  ["SERVICE_OUTAGE", ["partial_outage", "major_outage"]],
]);

export const googleCloud: FormatReader = {
  asks: under("/incidents.json"),
  read: (text, { component }) =>
    readJson(text, (document) => {
      if (listOf(document) === null) return unread("what came is no list of incidents");
      const incidents = dictsOf(document);
      let status: ComponentStatus = "operational";
      let said: string | null = null;
      for (const incident of incidents) {
        if (timeOf(incident.end) !== null || !concerns(incident, component)) continue;
        const impact = byImpact.get(textOf(incident.status_impact) ?? "");
        if (impact === undefined)
          return unread(`the impact ${JSON.stringify(incident.status_impact ?? null)} is unknown`);
        const next = impact[component === undefined ? 0 : 1];
        said ??= textOf(incident.external_desc);
        if (severityOf[next] > severityOf[status]) [status, said] = [next, textOf(incident.external_desc)];
      }
      return {
        ok: true,
        status,
        said,
        updatedAt: latestOf(incidents.map(({ modified }) => timeOf(modified))),
      };
    }),
};

function concerns(incident: Dict, wanted: string | undefined): boolean {
  if (wanted === undefined || isNamed(wanted, incident.service_key, incident.service_name)) return true;
  const { affected_products, currently_affected_locations } = incident;
  return [...dictsOf(affected_products), ...dictsOf(currently_affected_locations)].some(({ id, title }) =>
    isNamed(wanted, id, title),
  );
}
