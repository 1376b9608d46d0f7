// incident.io. In: the Statuspage-compatible summary that its pages answer with, or the document of its widget. Out: how the page is.
// The widget names what is going on only: nothing going on is operational.
import { severityOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import {
  type Dict,
  dictOf,
  dictsOf,
  isNamed,
  latestOf,
  listOf,
  readJson,
  textOf,
  timeOf,
} from "./upstream-json.ts";
import { statuspage } from "./upstream-statuspage.ts";
import { type FormatReader, type Read, unread } from "./upstream-types.ts";

const byImpact: ReadonlyMap<string, ComponentStatus> = new Map([
  ["operational", "operational"],
  ["degraded_performance", "degraded_performance"],
  ["partial_outage", "partial_outage"],
  ["full_outage", "major_outage"],
  ["major_outage", "major_outage"],
  ["under_maintenance", "under_maintenance"],
]);

export const incidentIo: FormatReader = {
  asks: statuspage.asks,
  read: (text, options, nowMs) =>
    readJson(text, (document) => {
      const page = dictOf(document);
      if (page !== null && listOf(page.ongoing_incidents) !== null) return ofWidget(page, options.component);
      return statuspage.read(text, options, nowMs);
    }),
};

function ofWidget(page: Dict, wanted: string | undefined): Read {
  const concerns = ({ affected_components }: Dict): boolean =>
    wanted === undefined || dictsOf(affected_components).some(({ id, name }) => isNamed(wanted, id, name));
  const incidents = dictsOf(page.ongoing_incidents).filter(concerns);
  const works = dictsOf(page.in_progress_maintenances).filter(concerns);
  let status: ComponentStatus = works.length > 0 ? "under_maintenance" : "operational";
  let said = textOf(works[0]?.name);
  for (const { current_worst_impact, name } of incidents) {
    const impact = byImpact.get(textOf(current_worst_impact) ?? "");
    if (impact === undefined) return unread(`the impact ${JSON.stringify(current_worst_impact)} is unknown`);
    if (severityOf[impact] <= severityOf[status]) continue;
    [status, said] = [impact, textOf(name)];
  }
  const updatedAt = latestOf([...incidents, ...works].map(({ last_update_at }) => timeOf(last_update_at)));
  return { ok: true, status, said: status === "operational" ? null : said, updatedAt };
}
