// A plan that is made on a clock of the test's own: turns, places, time limits, what a POP says when its own way out is gone.
import { afterAll, describe, expect, test } from "bun:test";
import { nextTurn } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Probe } from "../../src/model/check.ts";
import { createRunner } from "../../src/monitor/runner.ts";
import { createSchedule } from "../../src/monitor/schedule.ts";
import type { Guard, PlannedCheck } from "../../src/monitor/types.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { allowed, closeAll, httpTarget, serveHttp, serveTcp } from "./world.ts";

afterAll(closeAll);

const seeing: Guard = { saw() {}, isBlind: async () => false };
const planned = (key: string, url: string, more: Partial<PlannedCheck> = {}): PlannedCheck => ({
  key,
  target: httpTarget(url),
  everyMs: 10_000,
  // The test's clock runs ahead of connections.
  timeoutMs: 3_600_000,
  slowMs: null,
  ...more,
});

/** A runner and what it said; `next` waits for so many more. */
function running(clock: ManualClock, guard = seeing) {
  const probes: Probe[] = [];
  const defects: unknown[] = [];
  let heard = Promise.withResolvers<void>();
  const runner = createRunner({
    clock,
    random: seededRandom(7),
    place: "fra",
    allowed,
    guard,
    onProbe(probe) {
      probes.push(probe);
      heard.resolve();
    },
    onDefect: (_key, thrown) => void defects.push(thrown),
  });
  async function upTo(count: number): Promise<void> {
    while (probes.length < count) {
      await heard.promise;
      heard = Promise.withResolvers();
    }
    // A look is over a little after it told.
    await nextTurn();
  }
  return { runner, probes, defects, upTo };
}

describe("turns", () => {
  /** Every turn in so long of so many checks: when it was due, when it came. */
  async function turns(count: number, everyMs: number, forMs: number) {
    const clock = manualClock();
    const seen: { item: number; dueMs: number; atMs: number }[] = [];
    const schedule = createSchedule<number>({ clock, random: seededRandom(1), place: "fra" }, (turn) =>
      seen.push({ ...turn, atMs: clock.monotonicMs() }),
    );
    for (let item = 0; item < count; item++) schedule.add(`page/${item}`, everyMs, item);
    await clock.advance(forMs);
    schedule.stop();
    await clock.advance(2 * everyMs);
    return seen;
  }

  test("each check has its own, an interval apart, and begins at most 2.5 % later", async () => {
    const everyMs = 5_000;
    const seen = await turns(200, everyMs, 6 * everyMs);
    expect(seen.length).toBeGreaterThanOrEqual(200 * 5);
    for (const { dueMs, atMs } of seen) {
      expect(atMs - dueMs).toBeGreaterThanOrEqual(0);
      expect(atMs - dueMs).toBeLessThanOrEqual(limits.probeJitterShare * everyMs + 1);
    }
    const of = Map.groupBy(seen, ({ item }) => item);
    for (const own of of.values())
      for (const [at, { dueMs }] of own.entries())
        if (at > 0) expect(dueMs - (own[at - 1]?.dueMs ?? 0)).toBeCloseTo(everyMs, 3);
  });

  test("many are spread over the interval", async () => {
    const seen = await turns(1_000, 60_000, 60_000);
    const bySecond = Map.groupBy(seen, ({ atMs }) => Math.floor(atMs / 1_000));
    for (const { length } of bySecond.values()) expect(length).toBeLessThan(40);
    expect(bySecond.size).toBeGreaterThan(58);
  });

  test("a check of once a day is first made within a minute", async () => {
    const seen = await turns(20, 24 * 3_600_000, (1 + limits.probeJitterShare) * limits.probeFirstMsMax);
    expect(new Set(seen.map(({ item }) => item)).size).toBe(20);
  });
});

describe("a plan", () => {
  test("is made from its first interval on; what is added, changed and removed counts at once", async () => {
    const clock = manualClock();
    const url = await serveHttp((request, response) =>
      response.writeHead(request.url === "/bad" ? 500 : 200).end(),
    );
    const { runner, probes, upTo } = running(clock);
    runner.plan([planned("p/1", url), planned("p/2", `${url}/bad`)]);
    await clock.advance(10_250);
    await upTo(2);
    expect(probes.map(({ check, state, why }) => [check, state, why]).sort()).toEqual([
      ["p/1", "up", null],
      ["p/2", "down", "status"],
    ]);
    runner.plan([planned("p/2", url)]);
    await clock.advance(10_250);
    await upTo(3);
    await runner.stop();
    expect(probes.at(-1)).toMatchObject({ check: "p/2", state: "up" });
    expect(runner.counts().planned).toBe(1);
  });

  test("that says the same again leaves turns where they are", async () => {
    const clock = manualClock();
    const url = await serveHttp((_request, response) => response.end());
    const { runner, probes, upTo } = running(clock);
    for (let at = 0; at < 20; at++) {
      runner.plan([planned("p/1", url)]);
      await clock.advance(1_000);
    }
    await upTo(1);
    await runner.stop();
    expect(runner.counts().begun).toBe(2);
    expect(probes.length).toBeGreaterThanOrEqual(1);
  });

  test("a target that hangs is down after its time, and skips turns meanwhile", async () => {
    const clock = manualClock();
    const connected = Promise.withResolvers<void>();
    const port = await serveTcp(() => connected.resolve());
    const { runner, probes, upTo } = running(clock);
    runner.plan([planned("p/1", `http://127.0.0.1:${port}`, { everyMs: 5_000, timeoutMs: 12_000 })]);
    await clock.advance(5_000);
    await connected.promise;
    await clock.advance(12_000);
    await upTo(1);
    expect(probes[0]).toMatchObject({ state: "down", why: "timeout", ms: null });
    expect(runner.counts().skipped).toBe(2);
    await runner.stop();
  });

  test("an answer above its bound is slow, and says so", async () => {
    const clock = manualClock();
    const asked = Promise.withResolvers<() => void>();
    const url = await serveHttp((_request, response) => asked.resolve(() => void response.end()));
    const { runner, probes, upTo } = running(clock);
    runner.plan([planned("p/1", url, { slowMs: 800 })]);
    await clock.advance(10_250);
    const answer = await asked.promise;
    await clock.advance(900);
    answer();
    await upTo(1);
    await runner.stop();
    expect(probes[0]).toMatchObject({ state: "slow", why: null });
    expect(probes[0]?.ms).toBeGreaterThanOrEqual(900);
    expect(probes[0]?.said).toContain("more than 800 ms");
  });

  test("a host that hangs takes its own places and no others", async () => {
    const clock = manualClock();
    const port = await serveTcp(() => {});
    const url = await serveHttp((_request, response) => response.end());
    const { runner, probes, upTo } = running(clock);
    const many = 2 * limits.probesPerHostMax;
    const hanging = Array.from({ length: many }, (_, at) =>
      planned(`p/${at}`, `http://127.0.0.1:${port}`, { timeoutMs: 5_000 }),
    );
    runner.plan([...hanging, planned("p/other", url.replace("127.0.0.1", "127.0.0.2"))]);
    await clock.advance(4_900);
    expect(runner.counts().running).toBeLessThanOrEqual(limits.probesPerHostMax + 1);
    await clock.advance(10_000);
    await upTo(limits.probesPerHostMax);
    expect(probes.some(({ check }) => check === "p/other")).toBe(true);
    await runner.stop();
    expect(runner.counts().running).toBe(0);
  });

  test("its end calls off what is under way and tells nobody", async () => {
    const clock = manualClock();
    const connected = Promise.withResolvers<void>();
    const port = await serveTcp(() => connected.resolve());
    const { runner, probes } = running(clock);
    runner.plan([planned("p/1", `http://127.0.0.1:${port}`)]);
    await clock.advance(10_000);
    await connected.promise;
    await runner.stop();
    await clock.advance(60_000);
    expect(probes).toEqual([]);
  });

  test("the wall clock may be set: turns and durations stay", async () => {
    const clock = manualClock();
    const url = await serveHttp((_request, response) => response.end());
    const { runner, probes, upTo } = running(clock);
    runner.plan([planned("p/1", url)]);
    await clock.advance(10_250);
    await upTo(1);
    clock.jumpWall(-3_600_000);
    await clock.advance(10_250);
    await upTo(2);
    await runner.stop();
    expect(probes[1]?.ms).toBeLessThan(1_000);
    expect(probes[1]?.atMs).toBeLessThan(probes[0]?.atMs ?? 0);
  });

  test("what a guard calls blind is blind; an answer, however bad, never is", async () => {
    const clock = manualClock();
    const url = await serveHttp((_request, response) => response.writeHead(500).end());
    const heard: [string, boolean][] = [];
    const blind: Guard = {
      saw: (host, answered) => void heard.push([host, answered]),
      isBlind: async () => true,
    };
    const { runner, probes, upTo } = running(clock, blind);
    runner.plan([
      planned("p/1", url),
      planned("p/2", "http://nobody.invalid/"),
      planned("p/3", "http://127.0.0.1:1/"),
    ]);
    await clock.advance(10_250);
    await upTo(3);
    await runner.stop();
    const states = Object.fromEntries(probes.map(({ check, state, why }) => [check, `${state} ${why}`]));
    expect(states).toEqual({ "p/1": "down status", "p/2": "blind name", "p/3": "down refused" });
    expect(heard.sort()).toEqual([
      ["127.0.0.1", true],
      ["127.0.0.1", true],
      ["nobody.invalid", false],
    ]);
  });
});
