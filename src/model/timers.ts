// What happens by itself, and when. In: a view, a moment. Out: the commands that are due, the next moment at which one will be.
// A timer is no state of its own: it follows from the view, and what it does takes it away. So it fires once, whoever asks how often, also
// after a crash, and a wall clock that jumps back finds it done.
import type { Command } from "./command.ts";
import { isClosed } from "./order.ts";
import type { Incident, PageView } from "./view.ts";

export type TimerKind = "remind" | "begin" | "verify" | "complete" | "publish" | "recur";

export interface Timer {
  readonly kind: TimerKind;
  /** Of an incident, a draft or a recurrence. */
  readonly id: string;
  /** When it is due (ms). */
  readonly at: number;
}

/** Subscribers are reminded so long before work begins. */
export const remindAheadMs = 60 * 60_000;

const known = new WeakMap<readonly Incident[], readonly Timer[]>();

/** Timers that are not done, in no order. */
export function timersOf(view: PageView): readonly Timer[] {
  let ofMaintenances = known.get(view.maintenances);
  if (ofMaintenances === undefined) {
    ofMaintenances = view.maintenances.flatMap(maintenanceTimers);
    known.set(view.maintenances, ofMaintenances);
  }
  return [
    ...ofMaintenances,
    ...view.drafts.flatMap(({ id, publishAt }): readonly Timer[] =>
      publishAt === null ? [] : [{ kind: "publish", id, at: publishAt }],
    ),
    ...view.recurrences.flatMap(({ id, made, nextAt }): readonly Timer[] =>
      made[0] === undefined || nextAt === null ? [] : [{ kind: "recur", id, at: made[0] }],
    ),
  ];
}

/** What has to happen by `now` (ms), in the order of its moments. Each is decided on the view that the one before left. */
export function timersDue(view: PageView, now: number): readonly Extract<Command, { kind: "timer" }>[] {
  return timersOf(view)
    .filter((timer) => isDue(view, timer, now))
    .sort((a, b) => a.at - b.at)
    .map((timer) => ({ kind: "timer", timer }));
}

/** The first moment after `after` (ms) at which a timer is due; null when none is. */
export function nextTimer(view: PageView, after: number): number | null {
  let next: number | null = null;
  for (const { at } of timersOf(view)) if (at > after && (next === null || at < next)) next = at;
  return next;
}

/** A reminder that comes when work has begun reminds of nothing. */
export function isDue({ incidentById }: PageView, { kind, id, at }: Timer, now: number): boolean {
  if (at > now) return false;
  return kind !== "remind" || now < (incidentById.get(id)?.window?.from ?? now);
}

function maintenanceTimers(incident: Incident): readonly Timer[] {
  const { id, window, status, automation, reminded } = incident;
  if (window === null || isClosed(incident)) return [];
  const { updates } = incident;
  const { begins, completes, remindsPrior, verifyMs } = automation;
  const [told, toldAt] = [updates[0]?.displayAt ?? 0, updates[0]?.createdAt ?? 0];
  const timers: Timer[] = [];
  if (status === "scheduled") {
    const remindAt = window.from - remindAheadMs;
    // What was told within the hour before is reminder enough.
    if (remindsPrior && reminded?.from !== window.from && toldAt <= remindAt)
      timers.push({ kind: "remind", id, at: remindAt });
    if (begins) timers.push({ kind: "begin", id, at: window.from });
    return timers;
  }
  // Somebody who goes back to work after the moment has a reason: the moment does not come again.
  const verifyAt = verifyMs === null ? null : Math.max(window.from, window.until - verifyMs);
  if (status === "in_progress" && verifyAt !== null && told < verifyAt)
    timers.push({ kind: "verify", id, at: verifyAt });
  if (completes && told < window.until) timers.push({ kind: "complete", id, at: window.until });
  return timers;
}
