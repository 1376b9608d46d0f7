// What scenarios and drivers make of what was seen: slopes, storms, floods, ratios.
import { expect, test } from "bun:test";
import { writtenOut } from "../../loadtest/lib/numbers.ts";
import type { Done, Observed, PopSample } from "../../loadtest/lib/scenario.ts";
import { profile as ci } from "../../loadtest/profiles/ci.ts";
import { incorrect, ratioKept } from "../../loadtest/run/ci.ts";
import { reachedOf, readDnsperf } from "../../loadtest/run/driven.ts";
import { scenario as originLoss } from "../../loadtest/scenarios/origin-loss.ts";
import { scenario as publishing } from "../../loadtest/scenarios/publish-under-spike.ts";
import { slopeAnHour } from "../../loadtest/scenarios/soak.ts";

const sample = (pop: string, second: number, changed: Partial<PopSample> = {}): PopSample => ({
  pop,
  second,
  answers: true,
  generation: 1,
  level: 0,
  served: 0,
  lazyAsks: 0,
  lazyFlights: 0,
  ...changed,
});
const done = (what: string, second: number, failed = false): Done => ({ what, second, failed, tookMs: 5 });
const observed = (changed: Partial<Observed>): Observed => ({
  pops: [],
  done: [],
  number: () => null,
  failedBySlice: [],
  sliceSeconds: 1,
  memoryMb: [],
  files: [],
  seconds: [],
  processCount: 1,
  fetchedAtSource: [],
  ...changed,
});
const judged = (scenario: typeof originLoss, changed: Partial<Observed>) =>
  scenario.expects?.(observed(changed), scenario.course(ci, 100)).map(({ ok }) => ok);

test("the origin is gone: each POP has to say so, and in time", () => {
  const killed = [done("kill-control", 10)];
  const pops = [sample("a", 9), sample("b", 9), sample("a", 18, { level: 1 })];
  expect(judged(originLoss, { done: killed, pops: [...pops, sample("b", 21, { level: 1 })] })).toEqual([
    true,
    true,
  ]);
  expect(judged(originLoss, { done: killed, pops: [...pops, sample("b", 23, { level: 1 })] })).toEqual([
    true,
    false,
  ]);
  expect(judged(originLoss, { done: killed, pops })).toEqual([true, false]);
  expect(judged(originLoss, { done: [], pops })).toEqual([false, false]);
});

test("publishes: all acknowledged, and every POP at the last generation", () => {
  const two = [done("publish", 1), done("publish", 2)];
  const at = (a: number, b: number) => [sample("a", 3, { generation: a }), sample("b", 3, { generation: b })];
  expect(judged(publishing, { done: two, pops: at(3, 3) })).toEqual([true, true]);
  expect(judged(publishing, { done: two, pops: at(3, 2) })).toEqual([true, false]);
  expect(judged(publishing, { done: [...two, done("publish", 3, true)], pops: at(4, 4) })).toEqual([
    false,
    true,
  ]);
  expect(judged(publishing, { done: [], pops: at(1, 1) })).toEqual([false, true]);
});

test("what k6 counted is written out: visits by phase, rates of what failed, answers that said nothing unusual", () => {
  const count = (value: number) => ({ values: { count: value } });
  const { metrics } = writtenOut(
    {
      metrics: {
        visit_spike: { values: { count: 90, "p(95)": 7 } },
        visit_calm: count(10),
        "visit{slice:0}": { values: { count: 25, "p(95)": 6 } },
        failures: count(3),
        "failures{why:silence}": count(1),
        "failures{why:status}": count(2),
        "first_failed{phase:spike}": count(9),
        answers: count(4),
      },
    },
    { toldOneIn: 4 },
  );
  expect(metrics).toMatchObject({
    visit: count(100),
    "visit{phase:spike}": { values: { count: 90, "p(95)": 7 } },
    "visit{slice:0}": { values: { count: 100, "p(95)": 6 } },
    visits_failed: { values: { rate: 0.03 } },
    "first_address_failed{phase:spike}": { values: { rate: 0.1 } },
    "first_address_failed{phase:calm}": { values: { rate: 0 } },
    "first_address_failed{phase:ramp}": { values: {} },
    "answers{level:0}": count(83),
  });
});

test("a slope is that of the line with the least squares", () => {
  expect(slopeAnHour([0, 1_800, 3_600], [100, 110, 120])).toBeCloseTo(20, 6);
  expect(slopeAnHour([0, 1_800, 3_600], [100, 130, 100])).toBeCloseTo(0, 6);
  expect(slopeAnHour([], [])).toBe(0);
});

test("a generation belongs to the change that was asked for last before anybody heard of it", () => {
  const heard = { generation: 2, count: 500, firstMs: 1_040, p99Ms: 1_200, lastMs: 1_210 };
  expect(reachedOf([heard], [0, 1_000, 2_000])).toEqual([{ count: 500, tookMs: 200, firstMs: 40 }]);
  expect(reachedOf([heard], [2_000])).toEqual([]);
});

test("dnsperf's end is read", () => {
  const text = `
  Queries sent:         6000
  Queries completed:    5994 (99.90%)
  Queries lost:         6 (0.10%)
  Queries per second:   999.812345
  Average Latency (s):  0.001320 (min 0.000101, max 0.020000)`;
  expect(readDnsperf(text)).toEqual({
    sent: 6_000,
    lost: 6,
    perSecond: 999.812345,
    meanMs: expect.closeTo(1.32, 6),
  });
  expect(readDnsperf("").sent).toBeNaN();
});

test.each([
  [[0.8], true],
  [[0.47, 0.49], true],
  [[0.47, 0.47], false],
  [[null], true],
] as const)("ratios %j beside a committed 0.8", async (ratios, kept) => {
  const left: (number | null)[] = [...ratios];
  expect(
    await ratioKept(
      async () => left.shift() ?? null,
      0.8,
      () => undefined,
    ),
  ).toBe(kept);
  expect(left).toEqual([]);
});

test("with every change, what is not about time has to hold", () => {
  const row = { what: "w", wanted: "x", got: "y" };
  const late = { ...row, ok: false, time: true as const };
  expect(incorrect([{ ...row, ok: true }, { ...row, ok: null }, late])).toEqual([]);
  expect(incorrect([{ ...row, ok: false }, late])).toHaveLength(1);
});
