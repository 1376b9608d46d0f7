// Charts: a line out of no, one, equal, missing and huge values; what is said of them in words; where they stand, and what moves them.
import { describe, expect, test } from "bun:test";
import { columnsOf, type MetricPoint, rollupOf, spans } from "../../src/model/series.ts";
import type { Metric } from "../../src/model/view.ts";
import { chartHeight, chartOf } from "../../src/render/chart.ts";
import { documentsSince } from "../../src/render/documents.ts";
import { numberText, valueText } from "../../src/render/metric-text.ts";
import type { Charts } from "../../src/render/types.ts";
import { world } from "../model/world.ts";
import { invented } from "./invented-charts.ts";
import { bodyOf, documentsByPath } from "./pages.ts";

const hourMs = 3_600_000;
const lastMs = Date.UTC(2026, 0, 5, 14, 3);
const free = { transform: "average", yAxisMin: null, yAxisMax: null } as const;

/** A chart of the last values of a day, a quarter of an hour each; null is a gap. */
function chart(values: readonly (number | null)[], axis: Partial<Metric> = {}) {
  const buckets = values.flatMap((value, at) => {
    const rolled = value === null ? null : rollupOf([value]);
    return rolled === null ? [] : [{ at: lastMs - (values.length - 1 - at) * (hourMs / 4), ...rolled }];
  });
  return chartOf(columnsOf(buckets, lastMs, spans.day), { ...free, ...axis });
}

/** Heights of the places of a path, by the dots and steps that it draws. */
function heights(path: string): readonly number[] {
  const found: number[] = [];
  for (const [, height, steps = ""] of path.matchAll(/M\d*\.5 ([\d.]+)(?:h\.01|l([^M]*))/g)) {
    let tenths = Math.round(Number(height) * 10);
    found.push(tenths / 10);
    for (const [, step] of steps.matchAll(/1( [\d.]+|-[\d.]+)/g)) {
      tenths += Math.round(Number(step) * 10);
      found.push(tenths / 10);
    }
  }
  return found;
}

describe("render/chart", () => {
  test("nothing measured is no chart", () => expect(chart([])).toBeNull());

  test("one value is a dot in the middle", () => {
    const drawn = chart([7]);
    expect(drawn?.path).toBe(`M95.5 ${chartHeight / 2}h.01`);
    expect([drawn?.lowest, drawn?.average, drawn?.highest]).toEqual([7, 7, 7]);
  });

  test.each([[0], [5], [-3], [1e15]])("values that are all %d are a line in the middle", (value) => {
    const drawn = chart([value, value, value]);
    expect(new Set(heights(drawn?.path ?? ""))).toEqual(new Set([chartHeight / 2]));
    expect(drawn?.bottom).toBeLessThan(drawn?.top ?? 0);
  });

  test("a gap breaks the line, and what stands alone between two is a dot", () => {
    expect(chart([1, 2, null, 1, null, 2])?.path).toBe("M90.5 38l1-36M93.5 38h.01M95.5 2h.01");
  });

  test("huge and opposite values stay in the picture", () => {
    const drawn = chart([-1e15, 0, 1e15]);
    expect(heights(drawn?.path ?? "")).toEqual([38, 20, 2]);
    const counted = chart([1e15, 1e15], { transform: "sum" });
    expect(heights(counted?.path ?? "").every((y) => y >= 0 && y <= chartHeight)).toBe(true);
  });

  test("the axis begins at nought where values come near it, else where they do", () => {
    expect(chart([10, 100])).toMatchObject({ bottom: 0, top: 100 });
    expect(chart([90, 100])).toMatchObject({ bottom: 90, top: 100 });
  });

  test("an axis that is set cuts what goes beyond it, and holds with one end as well", () => {
    const drawn = chart([-50, 50, 500], { yAxisMin: 0, yAxisMax: 100 });
    expect(drawn).toMatchObject({ bottom: 0, top: 100, highest: 500 });
    expect(heights(drawn?.path ?? "")).toEqual([38, 20, 2]);
    for (const axis of [{ yAxisMin: 900 }, { yAxisMax: -900 }]) {
      const one = chart([1, 2, 3], axis);
      expect(one?.bottom).toBeLessThan(one?.top ?? Number.NEGATIVE_INFINITY);
      expect(heights(one?.path ?? "").every((y) => y >= 0 && y <= chartHeight)).toBe(true);
    }
  });

  test.each([
    ["average", 3],
    ["count", 2],
    ["max", 5],
    ["min", 1],
    ["sum", 6],
  ] as const)("a stretch with 1 and 5 by %s is %d", (transform, wanted) => {
    const rolled = rollupOf([1, 5]);
    const columns = columnsOf(rolled === null ? [] : [{ at: lastMs, ...rolled }], lastMs, spans.day);
    expect(chartOf(columns, { ...free, transform })?.highest).toBe(wanted);
  });
});

describe("render/metric-text", () => {
  test.each([
    [34.456, 1, "34.5"],
    [-0.001, 0, "0"],
    [1e15, 2, "1.000e+15"],
    [999_999_999_999, 0, "999999999999"],
  ])("%d with %d places is %s", (value, places, text) => expect(numberText(value, places)).toBe(text));

  test("a unit stands apart, a sign does not", () => {
    expect(["ms", "%", "", " °C"].map((suffix) => valueText("3", suffix))).toEqual([
      "3\u202fms",
      "3%",
      "3",
      "3°C",
    ]);
  });
});

/** A page with two metrics, one of them hidden. */
function shown() {
  const made = world();
  made.now = lastMs;
  const { id } = made.run({
    kind: "metric.create",
    fields: { name: "Latency </script>", suffix: "ms", tooltipDescription: "<b>Half</b>" },
  });
  made.run({ kind: "metric.create", fields: { name: "Secret", display: false } });
  made.run({ kind: "page.update", fields: { languages: ["en", "de", "ar"] } });
  const points = (values: readonly number[]): readonly MetricPoint[] =>
    values.map((value, at) => ({ at: lastMs - (values.length - 1 - at) * hourMs, value }));
  const charts = (values: readonly number[]): Charts => invented(made.view(), points(values));
  return { id, view: made.view(), charts, made };
}

/** The block of metrics in a front page. */
function blockOf(html: string): string {
  const from = html.indexOf('<section id="p-metrics"');
  return from < 0 ? "" : html.slice(from, html.indexOf("</section>", from));
}

describe("render/metrics", () => {
  test("the block says name, value, range and of when it is, to those who see and to those who listen; nothing else does", () => {
    const { view, charts } = shown();
    const html = blockOf(bodyOf(view, "/", lastMs + 5 * hourMs, charts([10, 20, 60])));
    expect(html).toContain("<bdi>Latency &lt;/script&gt;</bdi>");
    expect(html).toContain("&lt;b&gt;Half&lt;/b&gt;");
    expect(html).toContain(
      "Last 24 hours: lowest 10\u202fms, average 30\u202fms, highest 60\u202fms · as of ",
    );
    expect(html).toMatch(
      /<svg[^>]* role="img" aria-labelledby="(c-[^"]+)" aria-describedby="\1-d"><title id="\1">Latency/,
    );
    // The page's zone is Berlin's.
    expect(html).toContain('<time datetime="2026-01-05T14:03Z">15:03 UTC+1</time>');
    expect(html).not.toContain("Secret");
    expect(html).not.toMatch(/style=|<script|on[a-z]+=/);
  });

  test("a day later it says the day too", () => {
    const { view, charts } = shown();
    expect(blockOf(bodyOf(view, "/", lastMs + 24 * hourMs, charts([1, 2])))).toContain(
      "5 Jan 2026, 15:03 UTC+1</time>",
    );
  });

  test("without a point there is neither block nor page nor style of them", () => {
    const { view } = shown();
    expect(/p-metrics|\.mts/.test(bodyOf(view, "/", lastMs))).toBe(false);
    expect(documentsByPath(view, lastMs).has("/metrics")).toBe(false);
  });

  test("/metrics shows a day, a week and a month in each language", () => {
    const { view, charts } = shown();
    const documents = documentsByPath(view, lastMs, charts([1, 2, 3]));
    for (const [path, word] of [
      ["/metrics", "Last 30 days"],
      ["/de/metrics", "Letzte 30 Tage"],
      ["/ar/metrics", "آخر 30 يومًا"],
    ] as const) {
      const html = documents.get(path)?.body() ?? "";
      expect(html.split("<figure").length - 1).toBe(3);
      expect(html).toContain(word);
    }
  });

  test("points move the front page and /metrics, and nothing else; the same points move nothing, time alone neither", () => {
    const { view, charts } = shown();
    const keys = (of: Charts, asOf = lastMs) =>
      new Map([...documentsByPath(view, asOf, of)].map(([path, { key }]) => [path, key]));
    const before = keys(charts([1, 2, 3]));
    expect(keys(charts([1, 2, 3]), lastMs + hourMs)).toEqual(before);
    const after = keys(charts([1, 2, 4]));
    const moved = [...after].filter(([path, key]) => before.get(path) !== key).map(([path]) => path);
    expect(moved.sort()).toEqual(["/", "/ar", "/ar/metrics", "/de", "/de/metrics", "/metrics"]);
    const bare = keys(new Map());
    expect(
      [...after].filter(([path, key]) => path === "/sitemaps/pages.xml" && bare.get(path) !== key).length,
    ).toBe(1);
  });

  test("the first point and the last metric's end ask for all documents anew, so that /metrics comes and goes", () => {
    const { view, charts, made, id } = shown();
    const some = charts([1]);
    const { shown: empty } = documentsSince(null, view, lastMs);
    const first = documentsSince(empty, view, lastMs, some);
    expect(first.whole).toBe(true);
    expect(documentsSince(first.shown, view, lastMs, charts([2])).whole).toBe(false);
    made.run({ kind: "metric.delete", id });
    expect(documentsSince(first.shown, made.view(), lastMs, some).whole).toBe(true);
  });
});
