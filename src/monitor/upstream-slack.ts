// Slack's own status API, v2.0.0. In: /api/v2.0.0/current. Out: how Slack, or one of its services, is.
// | type of what is active | status               |
// | notice                 | operational, and said |
// | incident               | degraded_performance |
// | outage                 | major_outage         |
// | maintenance            | under_maintenance    |
import { severityOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import { dictOf, dictsOf, isNamed, latestOf, listOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, under, unread } from "./upstream-types.ts";

const byType: ReadonlyMap<string, ComponentStatus> = new Map([
  ["notice", "operational"],
  ["incident", "degraded_performance"],
  ["outage", "major_outage"],
  ["maintenance", "under_maintenance"],
]);

export const slack: FormatReader = {
  asks: under("/api/v2.0.0/current"),
  read: (text, { component }) =>
    readJson(text, (document) => {
      const page = dictOf(document) ?? {};
      if ((page.status !== "ok" && page.status !== "active") || listOf(page.active_incidents) === null)
        return unread(`the status ${JSON.stringify(page.status ?? null)} is unknown`);
      let status: ComponentStatus = "operational";
      let said: string | null = null;
      const active = dictsOf(page.active_incidents).filter(
        ({ services }) =>
          component === undefined || (listOf(services) ?? []).some((name) => isNamed(component, name)),
      );
      for (const { type, title } of active) {
        const next = byType.get(textOf(type) ?? "");
        if (next === undefined) return unread(`the type ${JSON.stringify(type ?? null)} is unknown`);
        said ??= textOf(title);
        if (severityOf[next] > severityOf[status]) [status, said] = [next, textOf(title)];
      }
      const times = [page, ...active].map(({ date_updated }) => timeOf(date_updated));
      return { ok: true, status, said, updatedAt: latestOf(times) };
    }),
};
