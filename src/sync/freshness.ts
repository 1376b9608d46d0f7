// How a POP's level moves. In: accepted heartbeats and the monotonic clock. Out: level 0 or 1. Wall time is asked only by a POP that starts,
// and can only make it more careful for a moment: setting the machine's clock changes no level.
import { limits } from "../base/limits.ts";
import type { Freshness } from "../store/types.ts";

export interface Level {
  readonly level: 0 | 1;
  /** Monotonic time of the last accepted heartbeat, or of the start where none was accepted yet. */
  readonly sinceMs: number;
  /** Heartbeats accepted in a row since level 1 began. */
  readonly row: number;
  /** How many end level 1. */
  readonly needed: number;
}

/**
 * The level of a POP that starts. One that was down for less than `staleAfterMs` goes on as it was; any other says that it has no source
 * until the first heartbeat, for what it holds may be days old.
 */
export function startLevel(last: Freshness | null, wallMs: number, monotonicMs: number): Level {
  const unknown: Level = { level: 1, sinceMs: monotonicMs, row: 0, needed: 1 };
  if (last === null) return unknown;
  if (last.level === 1) return { ...unknown, needed: limits.heartbeatsToRecover };
  const agoMs = wallMs - last.acceptedMs;
  if (agoMs < 0 || agoMs >= limits.staleAfterMs) return unknown;
  return { ...unknown, level: 0, sinceMs: monotonicMs - agoMs };
}

/**
 * After an accepted heartbeat. A gap in which a source counts as silent begins the row anew. One that is `old` by the wall clock may have
 * lain in a relay or a mirror since its publisher died: to a POP that heard none before, it confirms nothing unless others follow it.
 */
export function heardLevel(before: Level, monotonicMs: number, old = false): Level {
  const { level, sinceMs, row, needed: asked } = levelAt(before, monotonicMs);
  const needed = old && level === 1 ? limits.heartbeatsToRecover : asked;
  const next = monotonicMs - sinceMs < limits.sourceSilentMs ? row + 1 : 1;
  return { level: level === 0 || next >= needed ? 0 : 1, sinceMs: monotonicMs, row: next, needed };
}

/** The level as time passes. */
export function levelAt(before: Level, monotonicMs: number): Level {
  if (before.level === 1 || monotonicMs - before.sinceMs < limits.staleAfterMs) return before;
  return { level: 1, sinceMs: before.sinceMs, row: 0, needed: limits.heartbeatsToRecover };
}
