// What is known of checks, for who asks. In: results that are kept, verdicts. Out: the state of a check now, its history rolled up to columns of a window.
import type { CheckResults } from "../store/check-results.ts";
import type { LastResult, ResultTally } from "../store/check-rows.ts";

/** What is so of a check, and why. */
export interface SaidVerdict {
  readonly state: "up" | "slow" | "down" | "suspected" | "unknown";
  readonly sinceMs: number | null;
  readonly sentence: string;
}

export interface CheckDesk extends Pick<CheckResults, "last" | "tallies"> {
  /** Null: nothing is known of it yet. */
  verdict(page: string, check: string): SaidVerdict | null;
  /** Of a heartbeat: the path, at each POP, that what is watched asks for. Null while there is none. */
  pingPath(page: string, check: string): string | null;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** By the word of the window: how long it is, and what one column of it covers. */
export const windows = [
  ["1h", hourMs, minuteMs],
  ["24h", dayMs, 15 * minuteMs],
  ["7d", 7 * dayMs, hourMs],
  ["30d", 30 * dayMs, 6 * hourMs],
  ["90d", 90 * dayMs, dayMs],
  ["1y", 365 * dayMs, dayMs],
] as const;
export type WindowWord = (typeof windows)[number][0];

interface Stretch {
  readonly up: number;
  readonly slow: number;
  readonly down: number;
  readonly blind: number;
  readonly ratio: number | null;
  readonly ms: { readonly average: number; readonly min: number; readonly max: number } | null;
}

export interface PopHistory {
  readonly pop: string;
  readonly last: LastResult | null;
  readonly whole: Stretch;
  /** Oldest first; what nothing was found in is not there. */
  readonly columns: readonly (Stretch & { readonly at: number })[];
}

export interface CheckHistory {
  readonly window: WindowWord;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly stepMs: number;
  readonly pops: readonly PopHistory[];
}

export function historyOf(
  checks: CheckDesk,
  page: string,
  id: string,
  wanted: string | undefined,
  nowMs: number,
): CheckHistory {
  const [window, lengthMs, stepMs] = windows.find(([word]) => word === wanted) ?? windows[1];
  // Whole columns, the one that is not over included.
  const untilMs = Math.ceil((nowMs + 1) / stepMs) * stepMs;
  const fromMs = untilMs - lengthMs;
  const last = checks.last(page, id);
  const tallies = new Map(
    checks.tallies(page, id, { fromMs, untilMs, stepMs }).map(({ pop, columns }) => [pop, columns]),
  );
  const names = [...new Set([...last.keys(), ...tallies.keys()])].sort();
  const pops = names.map((pop) => {
    const columns = tallies.get(pop) ?? [];
    return {
      pop,
      last: last.get(pop) ?? null,
      whole: stretchOf(columns),
      columns: columns.map((column) => ({ at: column.at, ...stretchOf([column]) })),
    };
  });
  return { window, fromMs, untilMs, stepMs, pops };
}

function stretchOf(columns: readonly ResultTally[]): Stretch {
  const sum = (of: "up" | "slow" | "down" | "blind"): number =>
    columns.reduce((total, column) => total + column[of], 0);
  const [up, slow, down, blind] = [sum("up"), sum("slow"), sum("down"), sum("blind")];
  const counted = up + slow + down;
  const timed = columns.flatMap(({ ms }) => ms ?? []);
  const count = timed.reduce((total, ms) => total + ms.count, 0);
  return {
    ...{ up, slow, down, blind },
    ratio: counted === 0 ? null : (up + slow) / counted,
    ms:
      count === 0
        ? null
        : {
            average: Math.round((timed.reduce((total, { sum }) => total + sum, 0) / count) * 10) / 10,
            min: Math.min(...timed.map(({ min }) => min)),
            max: Math.max(...timed.map(({ max }) => max)),
          },
  };
}
