// Asks for one body become one ask; what was not to be had is not asked for again within a second; the waiting list has an end.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { createCoalescing } from "../../src/edge/coalesce.ts";
import type { Brought } from "../../src/edge/link.ts";
import { manualClock } from "../support/manual-clock.ts";

const digest = "ab".repeat(32);
const other = "cd".repeat(32);

function world() {
  const clock = manualClock();
  const metrics = createMetrics();
  const begun: { digest: string; givenUp: AbortSignal; land: (outcome: Brought) => void }[] = [];
  const bring = createCoalescing({
    clock,
    metrics,
    bring(wanted, givenUp) {
      const { promise, resolve } = Promise.withResolvers<Brought>();
      begun.push({ digest: wanted, givenUp, land: resolve });
      return promise;
    },
  });
  const asks = (outcome: string) => metrics.counter("edge_lazy_asks_total", "", "outcome").value(outcome);
  return { clock, bring, begun, asks };
}

test("coalesce/10,000 asks for one body are one flight with one answer, and are counted", async () => {
  const { bring, begun, asks } = world();
  const answers = Array.from({ length: 10_000 }, () => bring(digest));
  expect(begun.length).toBe(1);
  begun[0]?.land("here");
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["here"]));
  expect([begun.length, asks("here")]).toEqual([1, 10_000]);
});

test("coalesce/what was not to be had is not asked for within a second, and then once", async () => {
  const { clock, bring, begun, asks } = world();
  const first = bring(digest);
  begun[0]?.land("absent");
  expect(await first).toBe("absent");
  for (let at = 0; at < 100; at++) {
    await clock.advance((limits.lazyAgainMs - 1) / 100);
    expect(await bring(digest)).toBe("absent");
  }
  expect([begun.length, asks("remembered")]).toEqual([1, 100]);
  await clock.advance(2);
  const again = [bring(digest), bring(digest)];
  expect(begun.length).toBe(2);
  begun[1]?.land("here");
  expect(await Promise.all(again)).toEqual(["here", "here"]);
  void bring(digest);
  expect(begun.length).toBe(3);
});

test("coalesce/one body's failure says nothing of another", async () => {
  const { bring, begun } = world();
  const first = bring(digest);
  begun[0]?.land("absent");
  await first;
  void bring(other);
  expect(begun.map((one) => one.digest)).toEqual([digest, other]);
});

test("coalesce/who waits too long is told so, and for a second nobody waits for it again", async () => {
  const { clock, bring, begun } = world();
  const early = bring(digest);
  await clock.advance(limits.lazyWaitMsMax - 1);
  const late = bring(digest);
  expect(begun[0]?.givenUp.aborted).toBe(false);
  await clock.advance(1);
  expect([await early, await late, await bring(digest)]).toEqual(["late", "late", "late"]);
  expect([begun[0]?.givenUp.aborted, begun.length]).toEqual([true, 1]);
  await clock.advance(limits.lazyAgainMs);
  void bring(digest);
  expect(begun.length).toBe(2);
});

test("coalesce/one more than may wait is told at once that it is too many, and is remembered by nobody", async () => {
  const { bring, begun, asks } = world();
  const waiting = Array.from({ length: limits.lazyWaitersMax }, () => bring(digest));
  expect([await bring(digest), await bring(other)]).toEqual(["busy", "busy"]);
  expect([begun.length, asks("busy")]).toEqual([1, 2]);
  begun[0]?.land("here");
  await Promise.all(waiting);
  void bring(other);
  expect(begun.length).toBe(2);
});

test("coalesce/bodies that are asked for at a time are bounded too, and so is what is remembered of failures", async () => {
  const { bring, begun, asks } = world();
  const name = (at: number): string => at.toString(16).padStart(64, "0");
  const answers = Array.from({ length: limits.lazyFlightsMax + 5 }, (_none, at) => bring(name(at)));
  for (const { land } of begun) land("absent");
  const outcomes = await Promise.all(answers);
  expect(outcomes.filter((one) => one === "busy").length).toBe(5);
  for (let at = limits.lazyFlightsMax; at <= limits.lazyRefusedMax; at++) {
    const answer = bring(name(at));
    begun.at(-1)?.land("absent");
    await answer;
  }
  const before = asks("remembered");
  await bring(name(limits.lazyRefusedMax));
  expect(asks("remembered")).toBe(before + 1);
  // The first of them was forgotten for the last.
  const flights = begun.length;
  void bring(name(0));
  expect(begun.length).toBe(flights + 1);
});
