// How many messages a receiver has on its way: few until it takes them, and few again when it does not.
import { expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { createReceivers } from "../../src/notify/receivers.ts";
import { manualClock } from "../support/manual-clock.ts";

const receivers = () =>
  createReceivers({ inFlightFirst: 2, inFlightMax: 4, clock: manualClock(), random: seededRandom(1) });

test("one that never answers holds its first places and no more", () => {
  const { take } = receivers();
  expect([take("dead"), take("dead"), take("dead"), take("other")]).toEqual([true, true, false, true]);
});

test("each message that it takes gives it one more place, up to the most", () => {
  const { take, done, free } = receivers();
  take("one");
  const seen: number[] = [];
  for (let left = 3; left > 0; left--) {
    take("one");
    done("one", true);
    seen.push(free("one"));
  }
  expect(seen).toEqual([2, 3, 3]);
});

test("one that fails has its first places again", () => {
  const { take, done, free } = receivers();
  for (let left = 2; left > 0; left--) take("one");
  done("one", true);
  take("one");
  done("one", false);
  expect(free("one")).toBe(1);
});
