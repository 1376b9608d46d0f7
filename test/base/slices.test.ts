import { expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { createGiveWay, inSlices, type Steps, whole } from "../../src/base/slices.ts";

function* count(steps: number, each: () => void): Steps<number> {
  for (let at = 0; at < steps; at++) {
    each();
    yield;
  }
  return steps;
}

test("slices: what waits is done between two of them", async () => {
  let ms = 0;
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => ms, after: () => ({ cancel: () => undefined }) };
  const done: string[] = [];
  setImmediate(() => done.push("other"));
  const value = await inSlices(
    count(4, () => {
      ms += 1;
      done.push("step");
    }),
    2,
    clock,
  );
  expect(value).toBe(4);
  expect(done).toEqual(["step", "step", "other", "step", "step"]);
});

test("slices: all at once, and what a step throws", async () => {
  expect(whole(count(3, () => undefined))).toBe(3);
  const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0, after: () => ({ cancel: () => undefined }) };
  const thrown = inSlices(
    count(1, () => {
      throw new Error("step");
    }),
    2,
    clock,
  );
  expect(thrown).rejects.toThrow("step");
});

/** A thread on which others have work for `turns` turns of the event loop, a millisecond each. */
function thread(turns: number) {
  let ms = 0;
  let left = turns;
  const others = (): void => {
    if (left === 0) return;
    left--;
    ms += 1;
    setImmediate(others);
  };
  const monotonicMs = (): number => ms;
  const work = (spentMs: number): void => {
    ms += spentMs;
  };
  return { clock: { monotonicMs }, work, begin: () => setImmediate(others), left: () => left };
}

test("giving way: nobody is asked within a slice; after it others work until they have nothing left", async () => {
  const { clock, work, begin, left } = thread(5);
  const giveWay = createGiveWay({ clock, sliceMs: 4, shareMin: 0.25 });
  begin();
  work(3);
  await giveWay();
  expect(left()).toBe(5);
  work(1);
  await giveWay();
  expect(left()).toBe(0);
});

test("giving way: who never has enough leaves a share", async () => {
  const { clock, work, begin, left } = thread(1_000);
  const giveWay = createGiveWay({ clock, sliceMs: 4, shareMin: 0.25 });
  begin();
  for (let slice = 1; slice <= 3; slice++) {
    work(4);
    await giveWay();
    expect(1_000 - left()).toBe(12 * slice);
  }
});

test("giving way: two that work for one end wait together", async () => {
  const { clock, work, begin, left } = thread(6);
  const giveWay = createGiveWay({ clock, sliceMs: 4, shareMin: 0.25 });
  begin();
  work(4);
  const first = giveWay();
  await Promise.all([first, giveWay().then(() => expect(left()).toBe(0))]);
});
