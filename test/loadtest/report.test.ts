// A report of invented numbers: what stands in it, what cannot, and two runs on one scale.
import { expect, test } from "bun:test";
import { chartOf, decades, steps } from "../../loadtest/run/charts.ts";
import { bySite, reportOf } from "../../loadtest/run/report.ts";
import { type Percentiles, type Summary, summaryFormat } from "../../loadtest/run/summary.ts";

const percentiles: Percentiles = { count: 100, p50: 1, p95: 7.25, p99: 9, max: 12 };
const seconds = [0, 1, 2, 3];
const line = (name: string, ...values: readonly (number | null)[]) => ({ name, values });
const invented: Summary = {
  format: summaryFormat,
  scenario: "spike-1000x",
  claim: "It <holds> & stays.",
  variables: "none",
  provesNot: "anything else",
  profile: "laptop",
  target: "demo network",
  date: "2026-11-22T03:00:00.000Z",
  machine: { cpu: "<b>CPU</b>", cores: 2, memoryGiB: 8 },
  generatorCores: "0",
  pharosCores: "1",
  k6: "v1.8.1",
  peak: 2_000,
  topRate: 2_000,
  attempts: [{ peak: 4_000, outcome: "invalid", reasons: ["k6 used 97 %."] }],
  verdict: {
    outcome: "failed",
    rows: [
      { what: "fast", wanted: "p(95) < 80 ms", got: "7 ms", ok: true },
      { what: "no <script>alert(1)</script>", wanted: "rate == 0", got: "0.1", ok: false },
    ],
    reasons: [],
  },
  visits: { asked: 100, ended: 100, dropped: 0 },
  visitors: { spike: percentiles },
  byKind: { first: percentiles },
  failures: { refused: 3 },
  answersByLevel: { "0": 97 },
  server: {
    ...percentiles,
    buckets: [
      ["0.001", 90],
      ["0.005", 100],
      ["Infinity", 100],
    ],
  },
  processes: [{ name: "pop-1 worker-1", cpuMs: 1_230, memoryMb: 77 }],
  generator: { busiest: 0.42, lateMs: 1.5 },
  done: [
    { second: 1, what: "kill-pop", tookMs: 2, failed: false },
    { second: 2, what: "kill-pop", tookMs: 2, failed: false },
  ],
  top: [1, 3],
  seconds,
  lines: {
    rate: [line("asked", 1, 2, 3, 4)],
    visitors: [line("p(50)", 1, null, 2, 3), line("p(95)", 5, 6, 7, 700)],
    server: [line("p(50)", 0.02, 0.02, 0.02, 0.02)],
    generation: [line("pop-1", 1, 2, null, 3)],
    level: [line("pop-1", 0, 0, 0, 1)],
    cpu: [
      line("pop-1 worker-1", 10, 20, 30, 40),
      line("pop-1 syncer", 1, null, 1, 1),
      line("k6", 50, 50, 50, 50),
    ],
    memory: [line("pop-1 worker-1", 70, 71, 72, 73)],
    failures: [line("refused", 0, 0, 3, 0)],
  },
};

test("one page without script, that fetches nothing, and shows what texts say", () => {
  const html = reportOf(invented);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/i);
  expect(html).toContain("It &#60;holds&#62; &#38; stays.");
  expect(html).toContain("&#60;b&#62;CPU");
  for (const said of [
    "spike-1000x: <b>failed</b>",
    "does not hold",
    "Tried first at 4,000/s",
    "7.25 ms",
    "1.23 s",
    "anything else",
  ])
    expect(html).toContain(said);
  expect(html.match(/<figure>/g)).toHaveLength(8);
});

test("two runs stand side by side, with the same scale", () => {
  const slower = { ...invented, lines: { ...invented.lines, rate: [line("asked", 1, 2, 3, 4_000)] } };
  const html = reportOf(invented, slower);
  const charts = [...html.matchAll(/<svg viewBox="0 0 400 200"[^>]*Visits a second[\s\S]*?<\/svg>/g)].map(
    ([svg]) => svg,
  );
  expect(charts).toHaveLength(2);
  const ticks = charts.map((svg) => [...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, tick]) => tick));
  expect(ticks[0]).toEqual(ticks[1] ?? []);
  expect(ticks[0]).toContain("4,000");
});

test("what happens each second is marked once, and gaps stay gaps", () => {
  expect(reportOf(invented).match(/class="says"[^>]*>kill-pop</g)).toHaveLength(8);
  const svg = chartOf({ title: "t", unit: "", seconds, lines: [line("a", 1, null, 2, 3)] });
  expect(svg.match(/d="(M[^"]*)"/)?.[1]?.match(/M/g)).toHaveLength(2);
});

test("a POP's processes are one line, and a process that is away is not a nought", () => {
  expect(bySite(invented.lines.cpu)).toEqual([line("pop-1", 11, 20, 31, 41), line("k6", 50, 50, 50, 50)]);
  expect(bySite([line("pop-1 worker", null, 2)])).toEqual([line("pop-1", null, 2)]);
});

test.each([
  [4_000, [0, 1_000, 2_000, 3_000, 4_000]],
  [7, [0, 2, 4, 6, 8]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [0, [0, expect.any(Number)]],
] as const)("an axis up to %d has round numbers", (top, ticks) => {
  expect(steps(top)).toEqual([...ticks] as number[]);
});

test("an axis of milliseconds goes by powers of ten", () => {
  expect(decades(700)).toEqual([0.01, 0.1, 1, 10, 100, 1_000]);
});
