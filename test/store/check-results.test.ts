// Results of checks at the control plane: once each however often they are brought, rolled up without loss, bounded in time, there after a restart.
import { expect, test } from "bun:test";
import { existsSync, truncateSync } from "node:fs";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Probe } from "../../src/model/check.ts";
import { type CheckResults, openCheckResults, resultsFile } from "../../src/store/check-results.ts";
import {
  lastResult,
  lastRow,
  rawResults,
  rawRow,
  rawStretchMs,
  summed,
  tallied,
  talliesOf,
  tallyRow,
} from "../../src/store/check-rows.ts";
import { manualClock } from "../support/manual-clock.ts";
import { freshFolder } from "./stores.ts";

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

function setUp(folder = freshFolder(), clock = manualClock()) {
  return { folder, clock, results: openCheckResults({ folder, clock, log: silentLog }) };
}

const probe = (atMs: number, more: Partial<Probe> = {}): Probe => ({
  ...{ check: "acme/web", atMs, state: "up", ms: 120, why: null, said: null, certificateEndsMs: null },
  ...more,
});
const down = (atMs: number, said = "It answered 503."): Probe =>
  probe(atMs, { state: "down", ms: null, why: "status", said });

const bring = (
  results: CheckResults,
  number: number,
  probes: readonly Probe[],
  pop = "north",
  origin = "a",
) =>
  results.take({ pop, key: pop, origin, batches: [{ number, entries: probes }] }, (entries) => ({
    probes: entries,
  }));

async function swept(results: CheckResults): Promise<void> {
  while (await results.sweep());
}

test("results/without one there is no file; what was brought is there after a restart, once however often it came", async () => {
  const { folder, clock, results } = setUp();
  const nowMs = clock.wallMs();
  await swept(results);
  expect([existsSync(resultsFile(folder)), results.last("acme", "web").size]).toEqual([false, 0]);
  const some = [probe(nowMs - 3_000), down(nowMs - 2_000), down(nowMs - 1_000)];
  expect((await bring(results, 5, some)).entries).toEqual(some);
  // The answer was lost: the same batch again, and one more behind it.
  const more = [probe(nowMs - 500, { certificateEndsMs: nowMs + day })];
  const again = await results.take(
    {
      pop: "north",
      key: "north",
      origin: "a",
      batches: [
        { number: 5, entries: some },
        { number: 9, entries: more },
      ],
    },
    (entries) => ({ probes: entries }),
  );
  expect(again).toEqual({ entries: more, upTo: 9 });
  expect(await bring(results, 7, some)).toEqual({ entries: [], upTo: 9 });
  await results.close();
  const later = setUp(folder, clock).results;
  expect(later.results("acme", "web", "north", 0, nowMs).map(({ state }) => state)).toEqual([
    "up",
    "down",
    "down",
    "up",
  ]);
  const { check: _check, ...newest } = more[0] as Probe;
  expect(later.last("acme", "web").get("north")).toEqual(newest);
  // A new file of the POP counts from anew.
  expect((await bring(later, 1, [probe(nowMs - 100)], "north", "b")).upTo).toBe(1);
  expect(later.results("acme", "web", "north", 0, nowMs).length).toBe(5);
  await later.close();
});

test("results/of the same moment from two POPs are two; a certificate is remembered by what did not look at it", async () => {
  const { clock, results } = setUp();
  const nowMs = clock.wallMs();
  await bring(results, 1, [probe(nowMs - 1_000, { certificateEndsMs: 1_900_000_000_000 })], "north");
  await bring(results, 1, [down(nowMs - 1_000)], "south");
  await bring(results, 2, [probe(nowMs)], "north");
  expect(
    [...results.last("acme", "web")].map(([pop, { state, certificateEndsMs }]) => [
      pop,
      state,
      certificateEndsMs,
    ]),
  ).toEqual([
    ["north", "up", 1_900_000_000_000],
    ["south", "down", null],
  ]);
  const tallies = results.tallies("acme", "web", { fromMs: nowMs - hour, untilMs: nowMs + 1, stepMs: hour });
  expect(
    tallies.map(({ pop, columns }) => [pop, columns.reduce((sum, { up, down }) => sum + up - down, 0)]),
  ).toEqual([
    ["north", 2],
    ["south", -1],
  ]);
  await results.close();
});

test("results/what is past is rolled up to the same sums, minutes go after a month, days stay", async () => {
  const { clock, results } = setUp();
  const random = seededRandom(4);
  const startMs = Math.floor(clock.wallMs() / day) * day + 12 * hour;
  const all: Probe[] = [];
  for (let number = 1; number <= 40; number++) {
    const probes = Array.from({ length: 12 }, (_none, at) => {
      const atMs = startMs + (number * 12 + at) * 5 * minute;
      return random.below(10) === 0 ? down(atMs) : probe(atMs, { ms: random.below(900) });
    });
    await clock.advance(hour);
    all.push(...probes);
    await bring(
      results,
      number,
      probes.map((one) => ({ ...one, atMs: Math.min(one.atMs, clock.wallMs() + hour) })),
    );
  }
  const untilMs = startMs + 45 * hour;
  const sumsOf = (stepMs: number) =>
    results
      .tallies("acme", "web", { fromMs: startMs - day, untilMs, stepMs })
      .flatMap(({ columns }) => columns);
  const total = (columns: ReturnType<typeof sumsOf>) => [
    columns.reduce((sum, one) => sum + one.up, 0),
    columns.reduce((sum, one) => sum + one.down, 0),
    columns.reduce((sum, one) => sum + (one.ms?.sum ?? 0), 0),
  ];
  const expected = [
    all.filter(({ state }) => state === "up").length,
    all.filter(({ state }) => state === "down").length,
    all.reduce((sum, { ms }) => sum + (ms ?? 0), 0),
  ];
  const fresh = [minute, hour, day].map(sumsOf);
  expect(fresh.map(total)).toEqual([expected, expected, expected]);
  // In the middle of it, single results and roll-ups side by side.
  await clock.advance(30 * hour);
  await swept(results);
  expect([minute, hour, day].map(sumsOf)).toEqual(fresh);
  await clock.advance(4 * day);
  await swept(results);
  expect(results.results("acme", "web", "north", 0, clock.wallMs())).toEqual([]);
  expect([minute, hour, day].map(sumsOf)).toEqual(fresh);
  await clock.advance(40 * day);
  await swept(results);
  // A minute's question is answered by hours now.
  expect(sumsOf(minute)).toEqual(fresh[1] ?? []);
  await clock.advance(800 * day);
  await swept(results);
  expect(sumsOf(minute)).toEqual(fresh[2] ?? []);
  await results.forget("acme", "web");
  expect(sumsOf(day)).toEqual([]);
  await results.close();
});

test("results/what comes after two days counts no more, and takes nothing of what is there", async () => {
  const { clock, results } = setUp();
  const nowMs = clock.wallMs();
  await bring(results, 1, [probe(nowMs - 3 * day), probe(nowMs - minute)]);
  expect(results.results("acme", "web", "north", 0, nowMs).length).toBe(1);
  await results.close();
});

test("results/a damaged file is put aside, and new results are kept", async () => {
  const { folder, clock, results } = setUp();
  await bring(results, 1, [probe(clock.wallMs() - 1)]);
  await results.close();
  truncateSync(resultsFile(folder), 5_000);
  const again = setUp(folder, clock).results;
  expect(again.last("acme", "web").size).toBe(0);
  await bring(again, 1, [down(clock.wallMs() - 1)]);
  expect(again.last("acme", "web").get("north")?.state).toBe("down");
  await again.close();
});

test("rows/single results and roll-ups are read as they were written, also with what no row can hold", () => {
  const some = [
    down(rawStretchMs, "One."),
    down(rawStretchMs + 1, "One."),
    down(rawStretchMs + 899_999, "Two."),
    probe(rawStretchMs + 3, { ms: 99_999 }),
    probe(rawStretchMs + 4, { state: "blind", ms: null, why: "not-allowed" }),
  ].map(({ check: _check, certificateEndsMs: _ends, ...one }) => one);
  const read = rawResults(rawStretchMs, rawRow(rawStretchMs, some));
  expect(read).toEqual(some.map((one) => ({ ...one, ms: one.ms === null ? null : 65_534 })));
  const tallies = tallied(read, minute);
  expect(talliesOf(0, minute, tallyRow(0, minute, tallies))).toEqual(tallies);
  expect(summed(tallies, hour).map(({ up, down: bad, blind }) => [up, bad, blind])).toEqual([[1, 3, 1]]);
});

test("rows/bytes of the first release are read for ever", () => {
  const bytes = (hex: string): Uint8Array => Buffer.from(hex, "hex");
  const results = [
    { atMs: 900_000, state: "slow", ms: 950, why: null, said: null },
    { atMs: 901_500, state: "down", ms: null, why: "refused", said: "No." },
  ] as const;
  const tally = {
    at: 120_000,
    up: 3,
    slow: 1,
    down: 2,
    blind: 4,
    ms: { count: 4, sum: 70_000, min: 9, max: 60_000 },
  };
  const last = { atMs: 7, state: "down", ms: null, why: "tls", said: "No.", certificateEndsMs: 9 } as const;
  expect(rawResults(900_000, bytes(goldenRows.raw))).toEqual([...results]);
  expect(talliesOf(0, minute, bytes(goldenRows.tally))).toEqual([tally]);
  expect(lastResult(bytes(goldenRows.last))).toEqual(last);
  expect(Buffer.from(rawRow(900_000, results)).toString("hex")).toBe(goldenRows.raw);
  expect(Buffer.from(tallyRow(0, minute, [tally])).toString("hex")).toBe(goldenRows.tally);
  expect(Buffer.from(lastRow(last)).toString("hex")).toBe(goldenRows.last);
});
const goldenRows = {
  raw: "92c40c0000d007b603dc056000ffffde0001a131a34e6f2e",
  tally: "02000300010002000400040070110100090060ea0000",
  last: "960702c0a3746c73a34e6f2e09",
};
