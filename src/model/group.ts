// Component groups: their status is never written, it is the worst of their members'. In: components. Out: components with
// the groups' statuses filled in. A group whose derived object would not differ keeps the one it has.
import type { Component, ComponentStatus } from "./view.ts";

/** How bad a status is for a group or a day: maintenance is announced, so any fault outranks it. */
export const severityOf: Readonly<Record<ComponentStatus, number>> = {
  operational: 0,
  under_maintenance: 1,
  degraded_performance: 2,
  partial_outage: 3,
  major_outage: 4,
};

/** The worst of some statuses; operational when there are none. */
export function worstOf(statuses: Iterable<ComponentStatus>): ComponentStatus {
  let worst: ComponentStatus = "operational";
  for (const status of statuses) if (severityOf[status] > severityOf[worst]) worst = status;
  return worst;
}

/** Members of each group that has any, in the order of the list. */
export function membersByGroup(components: Iterable<Component>): ReadonlyMap<string, readonly Component[]> {
  const members = new Map<string, Component[]>();
  for (const component of components) {
    if (component.groupId === null || component.group) continue;
    const known = members.get(component.groupId);
    if (known === undefined) members.set(component.groupId, [component]);
    else known.push(component);
  }
  return members;
}

/** What each group's object was derived from. */
const ownOf = new WeakMap<Component, Component>();

/** `components` with derived statuses; `before` holds the objects of the last view, reused where they still hold. */
export function withGroupStatuses(
  components: readonly Component[],
  before: ReadonlyMap<string, Component>,
): readonly Component[] {
  const members = membersByGroup(components);
  return components.map((own) => {
    if (!own.group) return own;
    const mine = members.get(own.id) ?? [];
    const status = worstOf(mine.map((member) => member.status));
    const version =
      [own, ...mine]
        .map((it) => it.version)
        .sort()
        .at(-1) ?? own.version;
    const known = before.get(own.id);
    if (known?.status === status && known.version === version && ownOf.get(known) === own) return known;
    const derived = { ...own, status, version };
    ownOf.set(derived, own);
    return derived;
  });
}
