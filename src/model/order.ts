// The orders of the lists. In: two entities. Out: which stands first. Each order is total, so that replicas list alike.
// Sources: captured pages (incidents by resolved_at, open ones first; maintenances by start; components by position).
import type { Component, Incident, TellingDraft, Template } from "./view.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Placed = Pick<Component, "position" | "rank" | "id">;

/** Components and metrics: position, then the order in which they came. */
export function byPosition(a: Placed, b: Placed): number {
  return a.position - b.position || a.rank - b.rank || byText(a.id, b.id);
}

/** Templates: by name. */
export function byName(a: Pick<Template, "name" | "id">, b: Pick<Template, "name" | "id">): number {
  return byText(a.name, b.name) || byText(a.id, b.id);
}

/** Drafts: the first to publish itself first, those that wait for a person last. */
export function publishedBefore(a: TellingDraft, b: TellingDraft): number {
  const [at, other] = [a.publishAt ?? Number.MAX_VALUE, b.publishAt ?? Number.MAX_VALUE];
  return at - other || a.createdAt - b.createdAt || byText(a.id, b.id);
}

/** Whether an incident or a maintenance is over. */
export function isClosed({ status }: Pick<Incident, "status">): boolean {
  return status === "resolved" || status === "postmortem" || status === "completed";
}

/** When a closed incident was closed, as far as it is known (ms). */
export function closedAt(incident: Incident): number {
  return incident.resolvedAt ?? incident.updatedAt;
}

/** Real-time incidents: open ones first, newest first; then closed ones, latest closed first; ties by the later come. */
export function listedBefore(a: Incident, b: Incident): number {
  const [closedA, closedB] = [isClosed(a), isClosed(b)];
  if (closedA !== closedB) return closedA ? 1 : -1;
  const newest = closedA ? closedAt(b) - closedAt(a) : b.createdAt - a.createdAt;
  return newest || byText(b.born, a.born) || byText(a.id, b.id);
}

/** Scheduled maintenances: by start of window; ties by the earlier come. */
export function startsBefore(a: Incident, b: Incident): number {
  return (a.window?.from ?? 0) - (b.window?.from ?? 0) || byText(a.born, b.born) || byText(a.id, b.id);
}
