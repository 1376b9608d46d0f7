// Component groups: their status is never written, it is the worst of their members'. In: components. Out: components with
// the groups' status filled in. A group whose derived status did not change keeps its object.
import type { Component, ComponentStatus } from "./view.ts";

/** How bad a status is for a group or a day, as Statuspage orders them: maintenance is announced, so any fault outranks it. */
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

/** `components` with derived statuses; `before` holds the objects of the last view, reused where they still hold. */
export function withGroupStatuses(
  components: readonly Component[],
  before: ReadonlyMap<string, Component>,
): readonly Component[] {
  const members = new Map<string, ComponentStatus[]>();
  for (const { groupId, status, group } of components) {
    if (groupId === null || group) continue;
    const statuses = members.get(groupId);
    if (statuses === undefined) members.set(groupId, [status]);
    else statuses.push(status);
  }
  return components.map((component) => {
    if (!component.group) return component;
    const status = worstOf(members.get(component.id) ?? []);
    const version = `${component.version}~${status}`;
    const known = before.get(component.id);
    return known?.version === version ? known : { ...component, status, version };
  });
}
