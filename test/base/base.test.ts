import { describe, expect, test } from "bun:test";
import { backoffMs } from "../../src/base/backoff.ts";
import { every } from "../../src/base/clock.ts";
import { assert, Fault } from "../../src/base/fault.ts";
import { newId } from "../../src/base/ids.ts";
import { assertLimits } from "../../src/base/limits.ts";
import { createLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom, systemRandom } from "../../src/base/random.ts";
import { manualClock } from "../support/manual-clock.ts";

test("limits: they hold together", () => {
  expect(assertLimits).not.toThrow();
});

test("fault: wrong usage exits 2, the rest 1; a broken expectation names itself", () => {
  expect(new Fault("usage", "a", "b").exit).toBe(2);
  expect(new Fault("port-taken", "a", "b").exit).toBe(1);
  expect(() => assert(false, "Two is three.")).toThrow("Two is three.");
});

test("random: a seed gives the same numbers, another seed others, and all lie in range", () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 200 }, () => random.below(7));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(3))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  for (const random of [seededRandom(9), systemRandom]) {
    expect(random.fraction()).toBeWithin(0, 1);
    expect(random.bytes(5)).toHaveLength(5);
  }
});

test("ids: twelve characters of [a-z0-9], no two alike", () => {
  const ids = new Set(Array.from({ length: 1000 }, () => newId(systemRandom)));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{12}$/);
});

test("backoff: grows to its ceiling and never leaves its window", () => {
  const random = seededRandom(4);
  const spans = Array.from({ length: 40 }, (_, failures) => backoffMs(failures, 100, 5_000, random));
  for (const [failures, ms] of spans.entries())
    expect(ms).toBeWithin(100, Math.min(5_000, 100 * 2 ** failures) + 1);
  expect(Math.max(...spans)).toBeGreaterThan(3_000);
});

describe("clock", () => {
  test("every: ticks each period until it is cancelled, also from within a tick", async () => {
    const clock = manualClock();
    let ticks = 0;
    const timer = every(clock, 100, () => {
      ticks++;
      if (ticks === 3) timer.cancel();
    });
    await clock.advance(1_000);
    expect(ticks).toBe(3);
  });

  test("a jump of the wall clock moves no timer", async () => {
    const clock = manualClock();
    let fired = false;
    clock.after(1_000, () => {
      fired = true;
    });
    clock.jumpWall(3_600_000);
    await clock.advance(999);
    expect(fired).toBe(false);
    await clock.advance(1);
    expect(fired).toBe(true);
  });
});

test("log: one JSON line with time, level, sentence and fields", () => {
  const lines: string[] = [];
  const log = createLog(manualClock(), (line) => lines.push(line), { role: "pop" });
  log.with({ page: "p" }).warn('Odd "thing".\n', { count: 2, level: 0 });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      time: "2026-01-05T12:00:00.000Z",
      level: "warn",
      says: 'Odd "thing".\n',
      role: "pop",
      page: "p",
      count: 2,
    },
  ]);
  expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
});

test("metrics: text names type, help and escaped labels", () => {
  const metrics = createMetrics();
  const refused = metrics.counter("refused_total", "Refused.", "reason");
  refused.add();
  refused.add(2, 'a"b\\c\n');
  metrics.watch("age_seconds", "Age.", () => 1.5);
  expect(metrics.text()).toBe(
    [
      "# HELP pharos_refused_total Refused.",
      "# TYPE pharos_refused_total counter",
      "pharos_refused_total 1",
      'pharos_refused_total{reason="a\\"b\\\\c\\n"} 2',
      "# HELP pharos_age_seconds Age.",
      "# TYPE pharos_age_seconds gauge",
      "pharos_age_seconds 1.5",
      "",
    ].join("\n"),
  );
});
