// Which incidents belong where. In: a view. Out: the open, the coming, the past ones; the same answer for page, API and feeds.
import { closedAt, isClosed } from "../model/order.ts";
import type { Incident, PageView } from "../model/view.ts";

/** A real-time incident that is still open. */
export function isUnresolved(incident: Incident): boolean {
  return incident.window === null && !isClosed(incident);
}

/** A maintenance that has not begun. */
export function isUpcoming(incident: Incident): boolean {
  return incident.window !== null && incident.status === "scheduled";
}

/** A maintenance that goes on. */
export function isActive(incident: Incident): boolean {
  return incident.window !== null && (incident.status === "in_progress" || incident.status === "verifying");
}

/** When it began, ms: a maintenance with its window, an incident when it started. */
export function beganAt(incident: Incident): number {
  return incident.window?.from ?? incident.startedAt ?? incident.createdAt;
}

/** When it ended, ms; null while it goes on. */
export function endedAt(incident: Incident): number | null {
  return isClosed(incident) ? closedAt(incident) : null;
}

/** Display time of the latest update, ms; feeds are ordered by it. */
export function latestAt(incident: Incident): number {
  return incident.updates[0]?.displayAt ?? incident.createdAt;
}

/** Incidents and maintenances together, the latest told first, `count` of them. */
export function latestTold(view: PageView, count: number): readonly Incident[] {
  return [...view.incidents, ...view.maintenances]
    .sort((a, b) => latestAt(b) - latestAt(a) || (a.id < b.id ? -1 : 1))
    .slice(0, count);
}
