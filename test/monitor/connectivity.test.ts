// A POP that lost its own way out, and targets that fail by themselves. On a clock of the test's own, with guards that answer as the test says.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { connectsTo, createGuard } from "../../src/monitor/connectivity.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closeAll, serveTcp } from "./world.ts";

const places = [
  { host: "one.example", port: 53 },
  { host: "two.example", port: 53 },
];

function guarded() {
  const clock = manualClock();
  const world = { reached: new Set(["one.example", "two.example"]), asked: 0, warned: 0 };
  const guard = createGuard({
    clock,
    log: { ...silentLog, warn: () => void world.warned++ },
    places,
    connects: async ({ host }) => {
      world.asked++;
      return world.reached.has(host);
    },
  });
  return { clock, world, guard };
}

describe("the guard", () => {
  test("a host that fails while a guard is reached is down", async () => {
    const { world, guard } = guarded();
    world.reached.delete("one.example");
    guard.saw("shop.example", false);
    expect(await guard.isBlind("shop.example", 0)).toBe(false);
  });

  test("nothing is reached any more: blind, also with one check alone", async () => {
    const { clock, world, guard } = guarded();
    guard.saw("shop.example", true);
    await clock.advance(60_000);
    world.reached.clear();
    guard.saw("shop.example", false);
    expect(await guard.isBlind("shop.example", 55_000)).toBe(true);
  });

  test("guards that a firewall shut prove nothing while most others answer", async () => {
    const { clock, world, guard } = guarded();
    guard.saw("a.example", true);
    await clock.advance(60_000);
    world.reached.clear();
    for (const host of ["a.example", "b.example"]) guard.saw(host, true);
    guard.saw("shop.example", false);
    expect(await guard.isBlind("shop.example", 55_000)).toBe(false);
  });

  test("what answered before the look began proves nothing", async () => {
    const { clock, world, guard } = guarded();
    for (const host of ["a.example", "b.example", "c.example"]) guard.saw(host, true);
    await clock.advance(60_000);
    world.reached.clear();
    for (const host of ["a.example", "shop.example"]) guard.saw(host, false);
    expect(await guard.isBlind("shop.example", 55_000)).toBe(true);
  });

  test("a way out that came back while a look ran is not the target's failure", async () => {
    const { clock, world, guard } = guarded();
    guard.saw("a.example", true);
    await clock.advance(60_000);
    world.reached.clear();
    guard.saw("a.example", false);
    expect(await guard.isBlind("a.example", 58_000)).toBe(true);
    world.reached.add("two.example");
    await clock.advance(limits.guardFreshMs);
    guard.saw("shop.example", false);
    expect(await guard.isBlind("shop.example", 59_000)).toBe(true);
    expect(await guard.isBlind("shop.example", 61_000)).toBe(false);
  });

  test("a guard that was never reached says nothing, and its operator hears of it once", async () => {
    const { clock, world, guard } = guarded();
    world.reached.clear();
    for (let at = 0; at < 3; at++) {
      guard.saw("shop.example", false);
      expect(await guard.isBlind("shop.example", 0)).toBe(false);
      await clock.advance(limits.guardFreshMs);
    }
    expect(world.warned).toBe(1);
  });

  test("a thousand failures at once are one question", async () => {
    const { world, guard } = guarded();
    for (let at = 0; at < 1_000; at++) {
      guard.saw(`${at}.example`, false);
      await guard.isBlind(`${at}.example`, 0);
    }
    expect(world.asked).toBe(places.length);
  });
});

test("a place is reached by a connection", async () => {
  const port = await serveTcp((socket) => socket.end());
  expect(await connectsTo({ host: "127.0.0.1", port })).toBe(true);
  expect(await connectsTo({ host: "127.0.0.1", port: 1 })).toBe(false);
  closeAll();
});
