// How a POP's level moves. In: accepted heartbeats and the monotonic clock. Out: level 0 or 1. Wall time is read once, at the start, and can
// only make a POP more careful for a moment: setting the machine's clock changes no level.
import { limits } from "../base/limits.ts";
import type { Freshness } from "../store/types.ts";

export interface Level {
  readonly level: 0 | 1;
  /** Monotonic time of the last accepted heartbeat, or of the start where none was accepted yet. */
  readonly sinceMs: number;
  /** Heartbeats still to come in a row before level 0; 0 at level 0. */
  readonly toRecover: number;
}

/**
 * The level of a POP that starts. One that was down for less than `staleAfterMs` goes on as it was; any other says that it has no source
 * until the first heartbeat, for what it holds may be days old.
 */
export function startLevel(last: Freshness | null, wallMs: number, monotonicMs: number): Level {
  if (last === null) return { level: 1, sinceMs: monotonicMs, toRecover: 1 };
  if (last.level === 1) return { level: 1, sinceMs: monotonicMs, toRecover: limits.heartbeatsToRecover };
  const agoMs = wallMs - last.acceptedMs;
  if (agoMs < 0 || agoMs >= limits.staleAfterMs) return { level: 1, sinceMs: monotonicMs, toRecover: 1 };
  return { level: 0, sinceMs: monotonicMs - agoMs, toRecover: 0 };
}

/** After an accepted heartbeat. A gap in which a source counts as silent begins the row anew. */
export function heardLevel(before: Level, monotonicMs: number): Level {
  const { level, sinceMs, toRecover } = levelAt(before, monotonicMs);
  if (level === 0) return { level, sinceMs: monotonicMs, toRecover: 0 };
  const inRow = monotonicMs - sinceMs < limits.sourceSilentMs || toRecover === 1;
  const left = (inRow ? toRecover : limits.heartbeatsToRecover) - 1;
  return { level: left === 0 ? 0 : 1, sinceMs: monotonicMs, toRecover: left };
}

/** The level as time passes. */
export function levelAt(before: Level, monotonicMs: number): Level {
  if (before.level === 1 || monotonicMs - before.sinceMs < limits.staleAfterMs) return before;
  return { level: 1, sinceMs: before.sinceMs, toRecover: limits.heartbeatsToRecover };
}
