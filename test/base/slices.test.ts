import { expect, test } from "bun:test";
import type { Clock } from "../../src/base/clock.ts";
import { inSlices, type Steps, whole } from "../../src/base/slices.ts";

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
