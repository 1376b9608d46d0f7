// Which incidents belong where. In: a view. Out: the open, the coming, the past ones; the same answer for page, API and feeds.
import { closedAt, isClosed } from "../model/order.ts";
import type { Incident, PageView } from "../model/view.ts";
import { monthOf, startOfDate } from "../model/zone.ts";

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
  return incident.toldAt ?? incident.createdAt;
}

const toldMemory = new WeakMap<PageView, { readonly count: number; readonly latest: readonly Incident[] }>();

/** Since when what is told of them stands as it is, ms; for a document, and none while one is open. */
export function settledSince(incidents: readonly Incident[]): { settledAt?: number } {
  let settledAt = Number.NEGATIVE_INFINITY;
  for (const incident of incidents) {
    if (!isClosed(incident)) return {};
    settledAt = Math.max(settledAt, incident.updatedAt, closedAt(incident), latestAt(incident));
  }
  return incidents.length === 0 ? {} : { settledAt };
}

/** Incidents and maintenances together, the latest told first, `count` of them. Both feeds ask for the same. */
export function latestTold(view: PageView, count: number): readonly Incident[] {
  const known = toldMemory.get(view);
  if (known?.count === count) return known.latest;
  const latest = latestOf(view, count);
  toldMemory.set(view, { count, latest });
  return latest;
}

function latestOf(view: PageView, count: number): readonly Incident[] {
  const latest: Incident[] = [];
  for (const list of [view.incidents, view.maintenances])
    for (const incident of list) {
      const last = latest[count - 1];
      if (last !== undefined && !toldBefore(incident, last)) continue;
      const place = latest.findIndex((it) => toldBefore(incident, it));
      latest.splice(place === -1 ? latest.length : place, 0, incident);
      if (latest.length > count) latest.pop();
    }
  return latest;
}

function toldBefore(a: Incident, b: Incident): boolean {
  const later = latestAt(a) - latestAt(b);
  return later > 0 || (later === 0 && a.id < b.id);
}

interface InZone {
  readonly zone: string;
  readonly month: string;
}

const monthMemory = new WeakMap<Incident, InZone>();
/** A few hundred for 20,000 incidents. */
const monthsSeen = new Map<string, InZone>();

/** The zone's calendar month (YYYY-MM) in which an incident began. Worked out once an incident: history asks for all of them. */
export function monthIn(incident: Incident, zone: string): string {
  const known = monthMemory.get(incident);
  if (known?.zone === zone) return known.month;
  const month = monthOf(beganAt(incident), zone);
  const name = `${zone} ${month}`;
  const inZone = monthsSeen.get(name) ?? { zone, month };
  monthsSeen.set(name, inZone);
  monthMemory.set(incident, inZone);
  return inZone.month;
}

/** The latest to begin first. */
export function latestFirst(a: Incident, b: Incident): number {
  return beganAt(b) - beganAt(a) || (a.id < b.id ? -1 : 1);
}

interface Touching {
  readonly day: string;
  readonly byComponent: ReadonlyMap<string, readonly Incident[]>;
}

const touchingMemory = new WeakMap<PageView["incidentById"], Touching>();

/** Incidents and maintenances by the components that they name, as far as they did not end before `day`. */
export function touchingSince(
  { page, incidents, maintenances, incidentById }: PageView,
  day: string,
): Touching["byComponent"] {
  const known = touchingMemory.get(incidentById);
  if (known?.day === day) return known.byComponent;
  const from = startOfDate(day, page.timeZone);
  const byComponent = new Map<string, Incident[]>();
  for (const list of [incidents, maintenances])
    for (const incident of list) {
      if ((endedAt(incident) ?? from) < from) continue;
      for (const id of incident.componentIds) {
        const mine = byComponent.get(id);
        if (mine === undefined) byComponent.set(id, [incident]);
        else mine.push(incident);
      }
    }
  touchingMemory.set(incidentById, { day, byComponent });
  return byComponent;
}
