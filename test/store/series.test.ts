// Points in a store: the same whatever their order, once when sent twice, kept over a start, swept as they come, forgotten when told.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { MetricPoint } from "../../src/model/series.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { createSeries } from "../../src/store/series.ts";
import { spansOf } from "../render/invented-charts.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

let folder = "";
let clock: ManualClock;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pharos-series-"));
  clock = manualClock();
  store = openStore({ folder, clock, log: silentLog });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const rows = (): number => store.tables.meta.getKeysCount({ start: ["series"], end: ["series", "\uffff"] });
const pointsOver = (ms: number, everyMs: number, nowMs: number): readonly MetricPoint[] =>
  Array.from({ length: Math.floor(ms / everyMs) }, (_none, at) => ({
    at: nowMs - at * everyMs,
    value: (at * 7) % 50,
  }));

test("series/in any order and in any pieces points come to the same, and that is what rolling them up at once gives", async () => {
  const series = createSeries(store);
  const points = pointsOver(2 * dayMs, 7 * minuteMs, clock.wallMs());
  await series.add("p", new Map([["at-once", points]]));
  const random = seededRandom(4);
  const mixed = points.map((point) => ({ point, by: random.fraction() })).sort((a, b) => a.by - b.by);
  for (let at = 0; at < mixed.length; at += 40)
    await series.add("p", new Map([["mixed", mixed.slice(at, at + 40).map(({ point }) => point)]]));
  expect(series.spans("p", "mixed")).toEqual(series.spans("p", "at-once"));
  const { day, week, month } = spansOf(points);
  expect(series.spans("p", "at-once")).toMatchObject({ day, week, month });
});

test("series/what is sent twice counts once; a second value of a step takes the place of the first", async () => {
  const series = createSeries(store);
  const points = pointsOver(minuteMs * 90, minuteMs, clock.wallMs());
  await series.add("p", new Map([["m", points]]));
  const once = series.spans("p", "m");
  await series.add("p", new Map([["m", points]]));
  expect(series.spans("p", "m")).toEqual(once);
  await series.add("p", new Map([["m", [{ at: clock.wallMs() + 1, value: 900 }]]]));
  const after = series.spans("p", "m");
  expect([after?.last, after?.month.columns.at(-1)?.count]).toEqual([
    { at: clock.wallMs(), value: 900 },
    once?.month.columns.at(-1)?.count,
  ] as never);
});

test("series/two requests at once lose nothing of each other", async () => {
  const series = createSeries(store);
  const at = clock.wallMs();
  await Promise.all(
    Array.from({ length: 20 }, (_none, n) =>
      series.add("p", new Map([["m", [{ at: at - n * limits.seriesStepMs, value: n }]]])),
    ),
  );
  const { columns } = series.spans("p", "m")?.day ?? { columns: [] };
  expect(columns.reduce((sum, column) => sum + (column?.count ?? 0), 0)).toBe(20);
});

test("series/it is there after a start, and tells of pages that changed", async () => {
  const series = createSeries(store);
  const told: string[] = [];
  series.onChange((page) => told.push(page));
  await series.add("p", new Map([["m", pointsOver(dayMs, 5 * minuteMs, clock.wallMs())]]));
  const before = series.spans("p", "m");
  expect(series.spans("p", "m")).toBe(before as never);
  await store.close();
  store = openStore({ folder, clock, log: silentLog });
  expect(createSeries(store).spans("p", "m")).toEqual(before as never);
  expect(told).toEqual(["p"]);
});

test("series/forgotten, a metric has no row, and its neighbour all", async () => {
  const series = createSeries(store);
  const points = pointsOver(dayMs, 5 * minuteMs, clock.wallMs());
  await series.add(
    "p",
    new Map([
      ["m", points],
      ["m2", points],
    ]),
  );
  const both = rows();
  await series.forget("p", "m");
  expect([series.spans("p", "m"), rows()]).toEqual([null, both / 2]);
  expect(series.spans("p", "m2")).not.toBeNull();
});

test("series/however long points come, a metric has no more rows than a month needs", async () => {
  const series = createSeries(store);
  const bound =
    Math.ceil(limits.seriesBucketKeepMs / limits.seriesBucketMs + limits.seriesHourKeepMs / (60 * minuteMs)) +
    40;
  for (let day = 0; day < 45; day++) {
    await series.add("p", new Map([["m", pointsOver(dayMs, 30 * minuteMs, clock.wallMs())]]));
    clock.jumpWall(dayMs);
  }
  const filled = rows();
  expect(filled).toBeLessThan(bound);
  for (let day = 0; day < 5; day++) {
    await series.add("p", new Map([["m", pointsOver(dayMs, 30 * minuteMs, clock.wallMs())]]));
    clock.jumpWall(dayMs);
  }
  expect(rows()).toBe(filled);
});

test("series/more requests than may wait are sent away, and the others are written", async () => {
  const series = createSeries(store);
  const one = new Map([["m", [{ at: clock.wallMs(), value: 1 }]]]);
  const asked = Array.from({ length: limits.seriesWaitingMax + 5 }, () => series.add("p", one));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === "rejected").length).toBe(5);
  expect(series.spans("p", "m")?.last.value).toBe(1);
}, 30_000);
