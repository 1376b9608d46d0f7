// The demo's metric. In: a moment. Out: invented response times of the week before it; a moment has the same value whenever it is asked for, so
// that a demo that goes on goes on with its line.
import { limits } from "../base/limits.ts";
import type { MetricPoint } from "../model/series.ts";
import { stretchOf } from "../model/series.ts";

export const demoMetric = {
  name: "Response time of the public API",
  suffix: "ms",
  decimalPlaces: 0,
  tooltipDescription: "Half of all answers are faster.",
} as const;

/** One a page: a page's other ids are those of its seed. */
export const demoMetricId = (page: string): string => `${page.slice(0, 8)}resp`;

const hourMs = 3_600_000;

/** A point each bucket, as far back as points are taken. */
export function demoPoints(nowMs: number): readonly MetricPoint[] {
  const last = stretchOf(nowMs, limits.seriesBucketMs);
  const first = last - limits.seriesLateMsMax + hourMs;
  const points: MetricPoint[] = [];
  for (let at = first; at <= last; at += limits.seriesBucketMs) points.push({ at, value: valueAt(at) });
  return points;
}

/** More by day than by night, uneven, and with a peak now and then. */
function valueAt(at: number): number {
  const hour = at / hourMs;
  const daily = 14 * Math.sin(((hour - 8) / 12) * Math.PI);
  const uneven = 4 * Math.sin(hour * 2.3) + 3 * Math.sin(hour * 7.1) + 2 * Math.sin(hour * 31);
  const peak = Math.max(0, Math.sin(hour * 0.37) - 0.97) * 2_400;
  return Math.round(52 + daily + uneven + peak);
}
