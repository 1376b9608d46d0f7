// A POP dies between any two steps of its store, and starts again on what that left.
import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { limits } from "../../src/base/limits.ts";
import { signRemoval } from "../../src/snapshot/documents.ts";
import { bodiesAt, createPop, createWorld, root, settled, until } from "./world.ts";

const died = (): never => {
  throw new Fault("disk-full", "The process died.", "Nothing: this is a test.");
};

for (const side of ["beforeWrite", "afterWrite"] as const)
  test(`crash/${side} of any write, then a restart: nothing missing, nothing older`, async () => {
    for (let crashAt = 1; crashAt <= 7; crashAt++) {
      const world = await createWorld();
      await world.publisher.publish("acme", { "/": "one", "/a": "a" });
      await world.live(2_000);
      const before = world.pop.store.head("acme")?.generation ?? 0;
      let writes = 0;
      world.pop.store[side] = () => {
        writes += 1;
        if (writes >= crashAt) died();
      };
      await world.publisher.publish("acme", { "/": "two", "/a": "a", "/b": "b" });
      await world.live(2_000);
      await world.publisher.publish("other", { "/": "new" });
      await world.live(2_000);
      await world.pop.follower.stop();
      world.pop.store[side] = null;
      bodiesAt(world.pop.store, "acme");
      expect(world.pop.store.head("acme")?.generation ?? 0).toBeGreaterThanOrEqual(before);
      world.pop = createPop(world.clock, world.line, { memory: world.pop.store });
      world.pop.follower.start();
      await settled();
      await world.live(6_000);
      expect([...bodiesAt(world.pop.store, "acme").values()].sort()).toEqual(["a", "b", "two"]);
      expect([...bodiesAt(world.pop.store, "other").values()]).toEqual(["new"]);
      expect(world.pop.store.freshness()).toMatchObject({ level: 0, behind: {} });
      await world.pop.follower.stop();
    }
  });

test("crash/a generation that could not be written is written from memory, with the next one, without a fetch", async () => {
  const world = await createWorld();
  const bodies = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`/${at}`, `${at}`]));
  await world.publisher.publish("acme", bodies);
  await world.live(4_000);
  world.line.asked.length = 0;
  let failures = 0;
  world.pop.store.beforeWrite = (op) => {
    if (op === "apply" && failures++ === 0) died();
  };
  const changed = { ...bodies, ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((at) => [`/${at}`, "one"])) };
  await world.publisher.publish("acme", changed);
  await until(() => failures === 1, "the failure");
  await world.publisher.publish("acme", { ...changed, "/99": "ninety-nine" });
  await until(() => world.pop.store.head("acme")?.generation === 3, "the third generation");
  const held = bodiesAt(world.pop.store, "acme");
  expect([held.get("/1"), held.get("/99")]).toEqual(["one", "ninety-nine"]);
  failures = 0;
  await world.publisher.publish("acme", bodies);
  await until(() => failures === 1, "another failure");
  await settled();
  await world.clock.advance(limits.reconnectMsMin);
  await until(() => world.pop.store.head("acme")?.generation === 4, "the fourth generation");
  expect(world.line.asked.filter((path) => path.endsWith("/fetch"))).toEqual([]);
  await world.pop.follower.stop();
});

test("crash/a document that could not be kept is kept at the next heartbeat", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(4_000);
  let failures = 0;
  world.pop.store.beforeWrite = (op) => {
    if (op === "putDocument" && failures++ === 0) died();
  };
  const bytes = signRemoval({ page: "acme", hosts: ["acme.test"], serial: 1 }, root.secretKey);
  await world.publisher.store.putDocument({ kind: "removal", subject: "acme", bytes });
  world.publisher.feed.announce();
  await until(() => failures === 1, "the failure");
  expect(world.pop.store.document("removal", "acme")).toBeNull();
  await world.live(2_000);
  expect(world.pop.store.document("removal", "acme")).not.toBeNull();
  expect(world.pop.store.head("acme")).toBeNull();
  expect(world.pop.store.isGone("acme.test")).toBe(true);
  await world.pop.follower.stop();
});

test("crash/a full disk for a while: counted, said once, served on, taken up when there is room", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(4_000);
  world.pop.store.beforeWrite = died;
  await world.publisher.publish("acme", { "/": "two" });
  await world.live(20_000);
  expect([...bodiesAt(world.pop.store, "acme").values()]).toEqual(["one"]);
  expect(world.pop.refused("store-disk-full")).toBeGreaterThan(1);
  expect(
    world.pop.log.filter((line) => line.includes("store-disk-full") && line.includes("acme")),
  ).toHaveLength(1);
  world.pop.store.beforeWrite = null;
  await world.live(limits.reconnectMsMax * 2);
  expect([...bodiesAt(world.pop.store, "acme").values()]).toEqual(["two"]);
  expect(world.pop.store.freshness()).toMatchObject({ level: 0, behind: {} });
  await world.pop.follower.stop();
});

test("crash/a first fetch beyond what memory may hold is staged, and a crash in its middle costs no second fetch of what was staged", async () => {
  const world = await createWorld();
  const bodies = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`/${at}`, `${at} `.repeat(400_000)]),
  );
  let stages = 0;
  world.pop.store.afterWrite = (op) => {
    if (op === "stage") stages += 1;
    if (stages === 2) died();
  };
  await world.publisher.publish("acme", bodies);
  await until(() => stages === 2, "two stages");
  await world.pop.follower.stop();
  world.pop.store.afterWrite = null;
  const sent = world.publisher.metrics.counter("feed_bytes_total", "", "frame");
  const bodyBytes = sent.value("body");
  world.pop = createPop(world.clock, world.line, { memory: world.pop.store });
  world.pop.follower.start();
  await until(() => world.pop.store.head("acme") !== null, "the page");
  expect(bodiesAt(world.pop.store, "acme").size).toBe(60);
  const total = Object.keys(bodies).length;
  const allBytes = sent.value("body");
  expect(allBytes - bodyBytes).toBeLessThan((allBytes / total) * (total - 10));
  await world.pop.follower.stop();
}, 20_000);
