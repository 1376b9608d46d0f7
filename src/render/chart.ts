// The line of a chart. In: columns, how their values become one, bounds of the axis. Out: an SVG path in a picture that is `chartHeight` high
// and as wide as there are columns, the ends of the axis, and what the values come to.
import { type Columns, joined, type Rollup } from "../model/series.ts";
import type { Metric, MetricTransform } from "../model/view.ts";

export const chartHeight = 40;
/** What a line at an end of the axis keeps away from the edge. */
const margin = 2;

export interface Chart {
  readonly width: number;
  readonly path: string;
  /** Ends of the axis. */
  readonly bottom: number;
  readonly top: number;
  /** Of what is drawn. */
  readonly lowest: number;
  readonly average: number;
  readonly highest: number;
}

type Axis = Pick<Metric, "transform" | "yAxisMin" | "yAxisMax">;

/** Null where nothing was measured. */
export function chartOf({ columns }: Columns, metric: Axis): Chart | null {
  const values = columns.map((column) => (column === null ? null : drawnOf(column, metric.transform)));
  const known = values.filter((value) => value !== null);
  let whole: Rollup | null = null;
  for (const column of columns) if (column !== null) whole = joined(whole, column);
  if (whole === null) return null;
  const lowest = known.reduce((a, b) => Math.min(a, b));
  const highest = known.reduce((a, b) => Math.max(a, b));
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  const { bottom, top } = axisOf(metric, lowest, highest);
  const heightOf = (value: number): number => {
    const share = Math.min(1, Math.max(0, (value - bottom) / (top - bottom)));
    return chartHeight - margin - share * (chartHeight - 2 * margin);
  };
  return {
    width: values.length,
    path: pathOf(values, heightOf),
    bottom,
    top,
    lowest,
    // Of all points, where columns are averages: a column with few weighs less.
    average: metric.transform === "average" ? whole.sum / whole.count : mean,
    highest,
  };
}

export function drawnOf({ count, sum, min, max }: Rollup, transform: MetricTransform): number {
  switch (transform) {
    case "average":
      return sum / count;
    case "count":
      return count;
    case "max":
      return max;
    case "min":
      return min;
    case "sum":
      return sum;
  }
}

/** From nought where the values come near it, so that a chart makes no mountain of a ripple above nothing; a flat line lies in the middle. */
function axisOf({ yAxisMin, yAxisMax }: Axis, lowest: number, highest: number) {
  const nearNought = lowest >= 0 && lowest < highest / 2;
  let bottom = yAxisMin ?? (nearNought ? 0 : lowest);
  let top = yAxisMax ?? highest;
  if (top > bottom) return { bottom, top };
  const room = Math.abs(lowest) / 10 || 1;
  if (yAxisMin === null) bottom = Math.min(bottom, top) - room;
  if (yAxisMax === null) top = Math.max(bottom, top) + room;
  return { bottom, top };
}

/**
 * A line from column to column, broken where one is missing; a column between two that are missing is a dot. Steps, not places: `1-.4` packs to half of
 * what `34.5 27.4` does. They are between rounded places, so that a long line does not drift.
 */
function pathOf(values: readonly (number | null)[], heightOf: (value: number) => number): string {
  let path = "";
  let last = 0;
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const tenths = Math.round(heightOf(value) * 10);
    const [before, after] = [values[at - 1] ?? null, values[at + 1] ?? null];
    if (before === null) path += `M${at === 0 ? "" : at}.5 ${tenths / 10}${after === null ? "h.01" : "l"}`;
    else path += `${path.endsWith("l") ? "" : " "}1${stepOf(tenths - last)}`;
    last = tenths;
  }
  return path;
}

/** ` 1.5`, `-.4` */
function stepOf(tenths: number): string {
  const size = String(Math.abs(tenths) / 10).replace(/^0(?=\.)/, "");
  return `${tenths < 0 ? "-" : " "}${size}`;
}
