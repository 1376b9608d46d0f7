// Heroku's own status API, v4. In: /api/v4/current-status. Out: how the worst system, or one of them (Apps, Data, Tools), is.
// | colour | status               |
// | green  | operational          |
// | blue   | under_maintenance    |
// | yellow | degraded_performance |
// | red    | major_outage         |
import { worstOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import { dictOf, dictsOf, isNamed, latestOf, readJson, textOf, timeOf } from "./upstream-json.ts";
import { type FormatReader, under, unread } from "./upstream-types.ts";

const byColour: ReadonlyMap<string, ComponentStatus> = new Map([
  ["green", "operational"],
  ["blue", "under_maintenance"],
  ["yellow", "degraded_performance"],
  ["red", "major_outage"],
]);

export const heroku: FormatReader = {
  asks: under("/api/v4/current-status"),
  read: (text, { component }) =>
    readJson(text, (document) => {
      const page = dictOf(document) ?? {};
      const systems = dictsOf(page.status).filter(
        ({ system }) => component === undefined || isNamed(component, system),
      );
      if (systems.length === 0)
        return unread(
          component === undefined
            ? "what came names no system"
            : `it has no system ${JSON.stringify(component)}`,
        );
      const statuses: ComponentStatus[] = [];
      for (const { status } of systems) {
        const next = byColour.get(textOf(status) ?? "");
        if (next === undefined) return unread(`the colour ${JSON.stringify(status ?? null)} is unknown`);
        statuses.push(next);
      }
      const status = worstOf(statuses);
      const incidents = dictsOf(page.incidents);
      const told = [...incidents, ...dictsOf(page.scheduled)].flatMap((one) => [
        one,
        ...dictsOf(one.updates),
      ]);
      return {
        ok: true,
        status,
        said: status === "operational" ? null : textOf((incidents[0] ?? dictsOf(page.scheduled)[0])?.title),
        updatedAt: latestOf(
          told.map(({ created_at, updated_at }) => timeOf(updated_at) ?? timeOf(created_at)),
        ),
      };
    }),
};
