// Charts of invented points. In: a view, points. Out: what was measured of each of its metrics.
import { limits } from "../../src/base/limits.ts";
import {
  type Bucket,
  columnsOf,
  joined,
  type MetricPoint,
  rollupOf,
  type Spans,
  spans,
  stretchOf,
} from "../../src/model/series.ts";
import type { PageView } from "../../src/model/view.ts";
import type { Charts } from "../../src/render/types.ts";

/** What a store makes of points, without one. */
export function spansOf(points: readonly MetricPoint[]): Spans {
  const buckets = new Map<number, Bucket>();
  for (const { at, value } of points) {
    const start = stretchOf(at, limits.seriesBucketMs);
    const one = rollupOf([value]);
    if (one !== null) buckets.set(start, { at: start, ...joined(buckets.get(start) ?? null, one) });
  }
  const last = points.reduce((a, b) => (b.at > a.at ? b : a), points[0] ?? { at: 0, value: 0 });
  return {
    last,
    day: columnsOf(buckets.values(), last.at, spans.day),
    week: columnsOf(buckets.values(), last.at, spans.week),
    month: columnsOf(buckets.values(), last.at, spans.month),
  };
}

/** The same points for each metric of a page. */
export function invented(view: PageView, points: readonly MetricPoint[]): Charts {
  const made = spansOf(points);
  return new Map(view.metrics.map(({ id }) => [id, made]));
}
