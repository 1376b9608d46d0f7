// Points of a metric, rolled up. In: values at moments. Out: what was measured in each stretch of time, and a chart's columns. Whatever the
// order in which points come and however they are split, what they add up to is the same.
import { limits } from "../base/limits.ts";

export interface MetricPoint {
  /** ms since the epoch */
  readonly at: number;
  readonly value: number;
}

/** What was measured in a stretch of time; there is none where nothing was. */
export interface Rollup {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A roll-up of the stretch that begins at `at` (ms). */
export interface Bucket extends Rollup {
  readonly at: number;
}

/** Stretches of one length, side by side; null where nothing was measured. */
export interface Columns {
  readonly from: number;
  readonly stepMs: number;
  readonly columns: readonly (Rollup | null)[];
}

/** All that a page shows of a metric's points. */
export interface Spans {
  readonly last: MetricPoint;
  readonly day: Columns;
  readonly week: Columns;
  readonly month: Columns;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How many columns of which length a span has; each is a whole number of the rows that it is made of. */
export const spans = {
  day: { stepMs: hourMs / 4, count: 96 },
  week: { stepMs: 2 * hourMs, count: 84 },
  month: { stepMs: 6 * hourMs, count: (30 * dayMs) / (6 * hourMs) },
} as const;

/** Start of the stretch of `stepMs` that a moment is in. */
export function stretchOf(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs;
}

export function rollupOf(values: Iterable<number>): Rollup | null {
  let rolled: Rollup | null = null;
  for (const value of values) rolled = joined(rolled, { count: 1, sum: value, min: value, max: value });
  return rolled;
}

/** Two stretches as one. */
export function joined(a: Rollup | null, b: Rollup): Rollup {
  if (a === null) return b;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** The span that ends with the stretch in which `lastAt` is: a chart is of its data, and does not move while none comes. */
export function columnsOf(
  buckets: Iterable<Bucket>,
  lastAt: number,
  { stepMs, count }: { readonly stepMs: number; readonly count: number },
): Columns {
  const from = stretchOf(lastAt, stepMs) - (count - 1) * stepMs;
  const columns = Array.from({ length: count }, (): Rollup | null => null);
  for (const { at, ...rolled } of buckets) {
    const place = Math.floor((at - from) / stepMs);
    if (place >= 0 && place < count) columns[place] = joined(columns[place] ?? null, rolled);
  }
  return { from, stepMs, columns };
}

/** Why a point is not taken; null where it is. `nowMs` is our clock. */
export function refusalOf({ at, value }: MetricPoint, nowMs: number): string | null {
  if (!Number.isFinite(value) || Math.abs(value) > limits.seriesValueMax)
    return `The value ${value} is beyond ${limits.seriesValueMax}.`;
  if (!Number.isFinite(at)) return "A timestamp is not a number of seconds since 1970.";
  if (at > nowMs + limits.seriesAheadMsMax)
    return `The timestamp ${at / 1_000} is in the future: it is in seconds since 1970, and our clock says ${Math.floor(nowMs / 1_000)}.`;
  if (at < nowMs - limits.seriesLateMsMax)
    return `The timestamp ${at / 1_000} is more than ${limits.seriesLateMsMax / dayMs} days ago.`;
  return null;
}
