// Flights: many who ask at the same time, one who flies, and the bounds of both.
import { expect, test } from "bun:test";
import { createFlights } from "../../src/base/single-flight.ts";
import { manualClock } from "../support/manual-clock.ts";

function world(bounds: { flightsMax?: number; waitersMax?: number } = {}) {
  const clock = manualClock();
  const flights = createFlights<string>({
    clock,
    ageMsMax: 1_000,
    late: () => "late",
    flightsMax: bounds.flightsMax ?? 10,
    waitersMax: bounds.waitersMax ?? 10_000,
  });
  const begun: { key: string; givenUp: AbortSignal; land: (value: string) => void }[] = [];
  const join = (key: string) =>
    flights.join(key, (givenUp) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      begun.push({ key, givenUp, land: resolve });
      return promise;
    });
  return { clock, flights, begun, join };
}

test("single-flight/10,000 who ask for one key fly once and get one answer; who comes afterwards flies again", async () => {
  const { flights, begun, join } = world();
  const answers = Array.from({ length: 10_000 }, () => join("a"));
  expect([begun.length, flights.flying(), flights.waiting()]).toEqual([1, 1, 10_000]);
  begun[0]?.land("here");
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["here"]));
  expect([flights.flying(), flights.waiting()]).toEqual([0, 0]);
  void join("a");
  expect(begun.length).toBe(2);
});

test("single-flight/keys do not wait for each other", async () => {
  const { begun, join } = world();
  const [a, b] = [join("a"), join("b")];
  expect(begun.map(({ key }) => key)).toEqual(["a", "b"]);
  begun[1]?.land("second");
  expect(await b).toBe("second");
  begun[0]?.land("first");
  expect(await a).toBe("first");
});

test("single-flight/one that takes too long is given up: all are told, its end is told, and its answer comes to nobody", async () => {
  const { clock, flights, begun, join } = world();
  const first = join("a");
  await clock.advance(999);
  const second = join("a");
  expect(begun[0]?.givenUp.aborted).toBe(false);
  await clock.advance(1);
  expect([await first, await second]).toEqual(["late", "late"]);
  expect([begun[0]?.givenUp.aborted, flights.waiting()]).toEqual([true, 0]);
  const third = join("a");
  begun[0]?.land("too late");
  await clock.advance(1);
  expect(flights.flying()).toBe(1);
  begun[1]?.land("in time");
  expect(await third).toBe("in time");
});

test("single-flight/one waiter more, or one flight more, than may wait is refused at once", async () => {
  const crowded = world({ waitersMax: 3 });
  const waiting = [crowded.join("a"), crowded.join("a"), crowded.join("b")];
  expect([crowded.join("a"), crowded.join("c")]).toEqual([null, null]);
  for (const { land } of crowded.begun) land("here");
  await Promise.all(waiting);
  expect(crowded.join("c")).not.toBeNull();
  const wide = world({ flightsMax: 1 });
  void wide.join("a");
  expect([wide.join("a") === null, wide.join("b")]).toEqual([false, null]);
});
