// Lines over time as SVG. In: seconds, lines, a scale. Out: one <svg> each, which takes its colours from the page's style. Pure.
import type { Line } from "./summary.ts";

export interface Chart {
  readonly title: string;
  /** Behind each number of the axis. */
  readonly unit: string;
  readonly lines: readonly Line[];
  readonly seconds: readonly number[];
  /** Times of which one ten times as long matters as much: for milliseconds. */
  readonly logarithmic?: boolean;
  /** At least this high, so that two charts can be compared, and nothing looks large that is small. */
  readonly top?: number;
  /** A bound that was promised. */
  readonly bound?: { readonly at: number; readonly says: string };
  /** From second to second: where the top was. */
  readonly band?: readonly [number, number];
  readonly marks?: readonly { readonly second: number; readonly says: string }[];
  /** Lines of one kind from pale to strong, as percentiles are; else each has a colour of its own. */
  readonly ranked?: boolean;
}

const width = 400;
const height = 200;
const box = { left: 44, right: 392, top: 12, bottom: 172 } as const;
const logMin = 0.01;

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The highest value that is drawn. */
export function topOf({ lines, top = 0, bound }: Pick<Chart, "lines" | "top" | "bound">): number {
  return Math.max(top, bound?.at ?? 0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
}

export function chartOf(chart: Chart): string {
  const { title, lines, seconds, logarithmic = false, ranked = false, unit } = chart;
  const end = Math.max(1, seconds.at(-1) ?? 1);
  const ticks = logarithmic ? decades(topOf(chart)) : steps(topOf(chart));
  const high = ticks.at(-1) ?? 1;
  const x = (second: number): number => box.left + ((box.right - box.left) * second) / end;
  const y = (value: number): number => {
    const low = ticks[0] ?? 0;
    const share = logarithmic ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : value / high;
    return box.bottom - (box.bottom - box.top) * Math.min(1, share);
  };
  const drawn = lines.map(
    ({ values }, at) =>
      `<path class="line ${ranked ? "r" : "c"}${at % 8}" d="${pathOf(values, seconds, x, y)}"/>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`${title}: ${said(lines, unit)}`)}">
${bandOf(chart, x)}${ticks.map((tick) => gridLine(tick, y(tick), unit)).join("")}${timesOf(end, x)}${boundOf(chart, y)}${marksOf(chart, x)}${drawn.join("")}
</svg>`;
}

/** What a reader who sees no lines is told: the last and the highest value of each. */
function said(lines: readonly Line[], unit: string): string {
  return lines
    .map(({ name, values }) => {
      const there = values.filter((value): value is number => value !== null);
      return there.length === 0 ? `${name} nothing` : `${name} at most ${short(Math.max(...there))} ${unit}`;
    })
    .join(", ");
}

/** Gaps stay gaps. A moment alone is a dot. */
function pathOf(
  values: readonly (number | null)[],
  seconds: readonly number[],
  x: (second: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  let open = false;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      open = false;
      continue;
    }
    const place = `${x(seconds[at] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`;
    const alone = !open && (values[at + 1] ?? null) === null;
    path += `${open ? "L" : "M"}${place}${alone ? "h.1" : ""}`;
    open = true;
  }
  return path;
}

function gridLine(value: number, at: number, unit: string): string {
  return `<line class="grid" x1="${box.left}" x2="${box.right}" y1="${at}" y2="${at}"/><text class="tick" x="${box.left - 5}" y="${at + 3.5}" text-anchor="end">${short(value)}${unit === "%" ? "%" : ""}</text>`;
}

function timesOf(end: number, x: (second: number) => number): string {
  return steps(end, 6)
    .filter((second) => second <= end)
    .map(
      (second) =>
        `<text class="tick" x="${x(second).toFixed(1)}" y="${box.bottom + 15}" text-anchor="${second === 0 ? "start" : "middle"}">${short(second)}${second === 0 ? " s" : ""}</text>`,
    )
    .join("");
}

function bandOf({ band }: Chart, x: (second: number) => number): string {
  if (band === undefined) return "";
  const [from, until] = band.map(x) as [number, number];
  return `<rect class="band" x="${from.toFixed(1)}" width="${Math.max(0, Math.min(until, box.right) - from).toFixed(1)}" y="${box.top}" height="${box.bottom - box.top}"/>`;
}

function boundOf({ bound }: Chart, y: (value: number) => number): string {
  if (bound === undefined) return "";
  const at = y(bound.at).toFixed(1);
  return `<line class="bound" x1="${box.left}" x2="${box.right}" y1="${at}" y2="${at}"/><text class="says" x="${box.right}" y="${Number(at) - 3}" text-anchor="end">${escaped(bound.says)}</text>`;
}

function marksOf({ marks = [] }: Chart, x: (second: number) => number): string {
  return marks
    .map(({ second, says }, at) => {
      const place = x(second).toFixed(1);
      return `<line class="mark" x1="${place}" x2="${place}" y1="${box.top}" y2="${box.bottom}"/><text class="says" x="${Number(place) + 3}" y="${box.top + 9 + (at % 3) * 11}">${escaped(says)}</text>`;
    })
    .join("");
}

/** Round numbers from 0 to at least `top`. */
export function steps(top: number, about = 4): readonly number[] {
  const rough = Math.max(top, 1e-9) / about;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10) * unit;
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

/** Powers of ten up to at least `top`. */
export function decades(top: number): readonly number[] {
  const ticks = [logMin];
  while ((ticks.at(-1) ?? 1) < Math.max(top, logMin * 10))
    ticks.push(Number(((ticks.at(-1) ?? 1) * 10).toPrecision(6)));
  return ticks;
}

export function short(value: number): string {
  if (value >= 10_000) return `${Number((value / 1_000).toPrecision(3)).toLocaleString("en")}k`;
  return value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : value < 100 ? 1 : 0 });
}
