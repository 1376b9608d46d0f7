// What a component is to those who tell of it. In: a view, a component's id, a moment. Out: its status then, the name that readers know,
// what its status is worth as an impact.
import type { ComponentStatus, Impact, PageView } from "./view.ts";

/** What an incident is worth by the worst that a component has been in it. */
export const impactOfStatus: Readonly<Record<ComponentStatus, Impact>> = {
  operational: "none",
  under_maintenance: "maintenance",
  degraded_performance: "minor",
  partial_outage: "major",
  major_outage: "critical",
};

/** A component's status at a moment: the current one for now, the history's for a moment before. */
export function statusAt(view: PageView, id: string, at: number, now: number): ComponentStatus {
  if (at >= now) return view.componentById.get(id)?.status ?? "operational";
  return view.transitions.get(id)?.findLast((it) => it.at <= at)?.status ?? "operational";
}

/** With its group before it. */
export function shownName({ componentById }: PageView, id: string): string {
  const component = componentById.get(id);
  if (component === undefined) return id;
  const group = component.groupId === null ? undefined : componentById.get(component.groupId);
  return group === undefined ? component.name : `${group.name} - ${component.name}`;
}
