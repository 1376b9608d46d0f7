// Salesforce Trust. In: one instance (/v1/instances/NA1/status) or the list of all (/v1/instances/status/preview). Out: how the instance is, or all of them.
// | status word    | one instance         | all of them           |  Of hundreds of instances one is at work at most times: all of them together
// | OK, INFORMATIONAL | operational       | operational           |  are not under maintenance for it, and their worst weighs a step less.
// | MAINTENANCE    | under_maintenance    | operational           |
// | MINOR_INCIDENT | degraded_performance | degraded_performance  |
// | MAJOR_INCIDENT | major_outage         | partial_outage        |
import { worstOf } from "../model/group.ts";
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
import { asNamed, type FormatReader, type Read, unread } from "./upstream-types.ts";

const words: readonly (readonly [RegExp, ComponentStatus, ComponentStatus])[] = [
  [/^(OK|INFORMATIONAL(_(NON)?CORE)?)$/, "operational", "operational"],
  [/^MAINTENANCE(_(NON)?CORE)?$/, "under_maintenance", "operational"],
  [/^MINOR_INCIDENT(_(NON)?CORE)?$/, "degraded_performance", "degraded_performance"],
  [/^MAJOR_INCIDENT(_(NON)?CORE)?$/, "major_outage", "partial_outage"],
];

export const salesforce: FormatReader = {
  asks: asNamed,
  read: (text, { component }) =>
    readJson(text, (document) => {
      const one = dictOf(document);
      if (one !== null)
        return component === undefined || isNamed(component, one.key)
          ? ofInstances([one], 1)
          : unread(`it is not the instance ${JSON.stringify(component)}`);
      if (listOf(document) === null) return unread("what came is no instance and no list of them");
      const some = dictsOf(document).filter(
        ({ key, isActive }) => isActive !== false && (component === undefined || isNamed(component, key)),
      );
      if (some.length > 0) return ofInstances(some, component === undefined ? 2 : 1);
      return unread(
        component === undefined ? "the list is empty" : `it has no instance ${JSON.stringify(component)}`,
      );
    }),
};

function ofInstances(instances: readonly Dict[], column: 1 | 2): Read {
  const statuses: ComponentStatus[] = [];
  for (const { status } of instances) {
    const row = words.find(([shape]) => shape.test(textOf(status) ?? ""));
    if (row === undefined) return unread(`the status ${JSON.stringify(status ?? null)} is unknown`);
    statuses.push(row[column]);
  }
  const told = instances.flatMap(({ Incidents, Maintenances }) => [
    ...dictsOf(Incidents),
    ...dictsOf(Maintenances),
  ]);
  const times = told
    .flatMap((one) => [one, ...dictsOf(one.IncidentEvents)])
    .map(({ updatedAt }) => timeOf(updatedAt));
  const status = worstOf(statuses);
  return {
    ok: true,
    status,
    said: status === "operational" ? null : saidBy(instances),
    updatedAt: latestOf(times),
  };
}

/** An incident has no title: what was said of it last is its first sentence. */
function saidBy(instances: readonly Dict[]): string | null {
  for (const { Incidents, Maintenances } of instances) {
    const message = textOf(dictsOf(dictsOf(Incidents)[0]?.IncidentEvents)[0]?.message);
    if (message !== null) return message;
    const name = textOf(dictsOf(Maintenances)[0]?.name);
    if (name !== null && dictsOf(Incidents).length === 0) return name;
  }
  return null;
}
