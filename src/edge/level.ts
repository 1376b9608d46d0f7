// How fresh a page is. In: the freshness record that the syncer writes, this process's own monotonic time. Out: level, confirmed time.
// No wall clock decides a level in a running POP: a wrong one must not put a banner on a fresh page, nor take it off a stale one.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Freshness } from "../store/types.ts";

export type Level = 0 | 1;

export interface PageFreshness {
  readonly level: Level;
  /** When the publisher last said that this is the newest (ms since the epoch, its own clock). */
  readonly confirmedMs: number;
}

export interface Levels {
  /** `createdMs` of the snapshot stands in where no heartbeat was ever accepted. */
  /** `commit` names what `read` would read, where that can be told: read again at each one. */
  of(page: string, createdMs: number, read: () => Freshness | null, commit?: number | null): PageFreshness;
  /** What `of` last said, of any page, holds until this moment (monotonic), or until a commit. */
  untilMs(): number;
}

/**
 * Level 1 when the record says so, when the page is behind what the last heartbeats name, when the record has not changed for
 * `staleAfterMs` (the syncer is dead), or when there is none. The record is read once per `refsPollMs`, and at each commit that has a number.
 */
export function createLevels(clock: Clock): Levels {
  let record: Freshness | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let changedAtMs = clock.monotonicMs();
  let silent = false;
  let readAt: number | null = null;
  const look = (read: () => Freshness | null, commit: number | null): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - readAtMs < limits.refsPollMs && (commit === null || commit === readAt)) return;
    const first = readAtMs === Number.NEGATIVE_INFINITY;
    readAtMs = nowMs;
    readAt = commit;
    const latest = read();
    if (first) {
      // Monotonic time does not reach back over a restart. Until the record changes, its age by the wall clock is a hint: a POP that
      // starts with everything else dead must not claim for eight seconds that a page of yesterday is fresh.
      silent = latest !== null && Math.abs(clock.wallMs() - latest.acceptedMs) > limits.staleAfterMs;
    } else if (latest?.sequence !== record?.sequence) {
      silent = false;
      changedAtMs = nowMs;
    }
    if (nowMs - changedAtMs > limits.staleAfterMs) silent = true;
    record = latest;
  };
  return {
    of(page, createdMs, read, commit = null) {
      look(read, commit);
      if (record === null) return { level: 1, confirmedMs: createdMs };
      const behindMs = record.behind[page];
      if (behindMs === undefined)
        return { level: silent ? 1 : record.level, confirmedMs: record.confirmedMs };
      // Both times are the publisher's, so this age too is free of this machine's clock.
      const overdue = record.confirmedMs - behindMs > limits.staleAfterMs;
      return { level: silent || overdue ? 1 : record.level, confirmedMs: behindMs };
    },
    untilMs() {
      if (readAt === null) return readAtMs + limits.refsPollMs;
      // Nothing but silence changes a level without a commit.
      return silent ? Number.POSITIVE_INFINITY : changedAtMs + limits.staleAfterMs;
    },
  };
}
