// Component groups: their status is never written, it is the worst of their members'. In: components. Out: components with
// the groups' statuses filled in. A group whose derived object would not differ keeps the one it has.
import { laterStamp } from "./fields.ts";
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
const derivedFrom = new WeakMap<Component, Component>();

/** A group before it had its members' status; any other component as it is. */
export const ownOf = (component: Component): Component => derivedFrom.get(component) ?? component;

/** `components` with derived statuses; `before` holds the objects of the last view, reused where they still hold. */
export function withGroupStatuses(
  components: readonly Component[],
  before: ReadonlyMap<string, Component>,
): readonly Component[] {
  const members = membersByGroup(components);
  return components.map((own) =>
    own.group ? derived(own, members.get(own.id) ?? [], before.get(own.id)) : own,
  );
}

/** The same where only members of these groups, or the groups themselves, changed. */
export function withStatusesOf(
  groups: ReadonlySet<string>,
  components: readonly Component[],
  before: ReadonlyMap<string, Component>,
): readonly Component[] {
  const members = membersByGroup(components.filter(({ groupId }) => groupId !== null && groups.has(groupId)));
  return components.map((it) =>
    it.group && groups.has(it.id) ? derived(ownOf(it), members.get(it.id) ?? [], before.get(it.id)) : it,
  );
}

function derived(own: Component, members: readonly Component[], known: Component | undefined): Component {
  const status = worstOf(members.map((member) => member.status));
  const version = members.reduce((latest, it) => laterStamp(it.version, latest), own.version);
  if (known?.status === status && known.version === version && derivedFrom.get(known) === own) return known;
  const made = { ...own, status, version };
  derivedFrom.set(made, own);
  return made;
}
