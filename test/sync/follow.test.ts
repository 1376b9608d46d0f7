// A POP follows a publisher over a line in memory.
import { expect, test } from "bun:test";
import { pause } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { signEpoch, signRemoval } from "../../src/snapshot/documents.ts";
import { collected, inChunksOf } from "../support/memory-line.ts";
import {
  bodiesAt,
  bodyAt,
  createPop,
  createPublisher,
  createWorld,
  delegation,
  origin,
  publisherKey,
  reconnect,
  root,
  settled,
  until,
  type World,
} from "./world.ts";

/** Waits until the POP holds what the publisher holds of a page. */
async function converged(world: World, page = "acme"): Promise<void> {
  await until(
    () => world.pop.store.head(page)?.manifest === world.publisher.store.head(page)?.manifest,
    `${page} at the POP`,
  );
}

test("follow/a POP that starts empty takes over everything and is confirmed", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "hello", "/history": "none" });
  await converged(world);
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("hello");
  expect(world.pop.store.pageOf("acme.test")).toBe("acme");
  await world.live(4_000);
  expect(world.pop.store.freshness()).toEqual({
    level: 0,
    behind: {},
    sequence: world.publisher.sequence,
    confirmedMs: world.clock.wallMs() - 2_000,
    acceptedMs: world.clock.wallMs() - 2_000,
  });
  expect(world.pop.log).toEqual([]);
  await world.pop.follower.stop();
});

test("follow/a change sends what changed, in one push, without a fetch, and is acked", async () => {
  const world = await createWorld();
  const bodies = Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [`/incidents/${at}`, `incident ${at}`]),
  );
  await world.publisher.publish("acme", bodies);
  await converged(world);
  await settled();
  const askedBefore = world.line.asked.filter((path) => path.endsWith("/fetch")).length;
  const sent = world.publisher.metrics.counter("feed_bytes_total", "", "frame");
  const bytesBefore = sent.value("part") + sent.value("body");
  await world.publisher.publish("acme", { ...bodies, "/incidents/7": "resolved" });
  await converged(world);
  expect(bodyAt(world.pop.store, "acme", "/incidents/7")).toBe("resolved");
  expect(bodiesAt(world.pop.store, "acme").size).toBe(500);
  expect(world.line.asked.filter((path) => path.endsWith("/fetch"))).toHaveLength(askedBefore);
  expect(sent.value("part") + sent.value("body") - bytesBefore).toBeLessThan(8_000);
  await settled();
  expect(world.publisher.feed.sessions()).toMatchObject([{ mode: "stream", unacked: 0 }]);
  await world.pop.follower.stop();
});

test("follow/the identity body never travels", async () => {
  const world = await createWorld();
  const seen: Buffer[] = [];
  world.line.mangle.set(origin, async function* (chunks) {
    for await (const chunk of chunks) {
      seen.push(Buffer.from(chunk));
      yield chunk;
    }
  });
  await reconnect(world);
  await world.publisher.publish("acme", { "/": "a sentence that gzip leaves as it is not" });
  await converged(world);
  await world.publisher.publish("acme", { "/": "another sentence that gzip leaves as it is not" });
  await converged(world);
  expect(Buffer.concat(seen).includes("a sentence that gzip leaves as it is not")).toBe(false);
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("another sentence that gzip leaves as it is not");
  await world.pop.follower.stop();
});

test("follow/a line that is cut is taken up again where it was", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one", "/b": "b" });
  await converged(world);
  world.line.cut(origin);
  await world.publisher.publish("acme", { "/": "two", "/b": "b" });
  await world.clock.advance(limits.reconnectMsMax);
  await converged(world);
  const sent = world.publisher.metrics.counter("feed_bytes_total", "", "frame");
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("two");
  expect(sent.value("manifest")).toBeGreaterThan(0);
  await world.pop.follower.stop();
});

test("follow/a line cut at any frame of a push converges, and no generation falls", async () => {
  for (let cutAt = 1; cutAt < 12; cutAt++) {
    const world = await createWorld();
    await world.publisher.publish("acme", { "/": "one" });
    await converged(world);
    let left = cutAt;
    world.line.mangle.set(origin, async function* (chunks) {
      for await (const chunk of inChunksOf(97)(chunks, "")) {
        if (left-- === 0) throw new Error("cut");
        yield chunk;
      }
    });
    world.line.cut(origin);
    await world.publisher.publish("acme", { "/": "two", "/c": "c" });
    for (let round = 0; round < 4; round++) await world.live(2_000);
    await converged(world);
    expect([...bodiesAt(world.pop.store, "acme").values()].sort()).toEqual(["c", "two"]);
    await world.pop.follower.stop();
  }
});

test("follow/frames torn at every byte", async () => {
  const world = await createWorld();
  world.line.mangle.set(origin, inChunksOf(1));
  await reconnect(world);
  await world.publisher.publish("acme", { "/": "hello", "/history": "none" });
  await converged(world);
  await world.publisher.publish("acme", { "/": "again", "/history": "none" });
  await converged(world);
  await world.pop.follower.stop();
});

test("follow/100 publishes while the POP reads nothing cost it one push", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "0" });
  await converged(world);
  let open = false;
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.line.mangle.set(origin, async function* (chunks, path) {
    for await (const chunk of chunks) {
      if (path === "/sync/follow" && !open) await gate;
      yield chunk;
    }
  });
  await reconnect(world);
  for (let at = 1; at <= 100; at++) await world.publisher.publish("acme", { "/": `${at}` });
  open = true;
  const applied = world.pop.metrics.counter("follow_applied_total", "");
  const before = applied.value();
  release();
  await converged(world);
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("100");
  expect(applied.value() - before).toBeLessThan(4);
  await world.pop.follower.stop();
});

test("follow/without a source the page turns to level 1 after 8 s, and back after three heartbeats in a row", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "hello" });
  await world.live(4_000);
  world.publisher.beat();
  await settled();
  const level = (): number | undefined => world.pop.store.freshness()?.level;
  await world.clock.advance(7_900);
  expect(level()).toBe(0);
  await world.clock.advance(200);
  await settled();
  expect(level()).toBe(1);
  expect(world.pop.follower.state().level).toBe(1);
  const confirmedMs = world.pop.store.freshness()?.confirmedMs ?? 0;
  await world.clock.advance(60_000);
  expect(world.pop.store.freshness()?.confirmedMs).toBe(confirmedMs);
  const seen: (number | undefined)[] = [];
  for (let beats = 0; beats < 8; beats++) {
    await world.live(2_000);
    seen.push(level());
  }
  expect(seen.at(-1)).toBe(0);
  expect(seen.indexOf(0)).toBeGreaterThanOrEqual(2);
  expect(world.pop.store.freshness()?.behind).toEqual({});
  await world.pop.follower.stop();
});

test("follow/a wall clock that jumps an hour, either way, changes no level", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "hello" });
  await world.live(6_000);
  for (const jumpMs of [3_600_000, -7_200_000, 3_600_000]) {
    world.clock.jumpWall(jumpMs);
    await world.live(6_000);
    expect(world.pop.follower.state().level).toBe(0);
  }
  await world.clock.advance(8_100);
  expect(world.pop.follower.state().level).toBe(1);
  world.clock.jumpWall(-3_600_000);
  await world.clock.advance(100);
  expect(world.pop.follower.state().level).toBe(1);
  await world.pop.follower.stop();
});

test("follow/a source that falls silent is left for the next within 5 s, before the level changes", async () => {
  const relay = "http://relay.test";
  const world = await createWorld({ sources: [origin, relay] });
  await world.publisher.publish("acme", { "/": "hello" });
  await world.live(6_000);
  let gagged = false;
  world.line.mangle.set(origin, async function* (chunks) {
    for await (const chunk of chunks) {
      if (gagged) await new Promise(() => {});
      yield chunk;
    }
  });
  world.line.cut(origin);
  await world.live(4_000);
  // The cut made it turn to the relay and, for nothing listens there, back.
  expect(world.pop.follower.state()).toMatchObject({ source: origin, connected: true });
  world.line.feeds.set(relay, (request) => world.publisher.feed.fetch(request));
  gagged = true;
  for (let ms = 0; ms < 5_200; ms += 400) {
    if (ms % 2_000 === 0) world.publisher.beat();
    await world.clock.advance(400);
    await settled();
  }
  expect(world.pop.follower.state()).toMatchObject({ source: relay, connected: true, level: 0 });
  await world.live(6_000);
  expect(world.pop.follower.state().level).toBe(0);
  await world.pop.follower.stop();
});

test("follow/a proxy that collects streams: the POP polls, stays confirmed, and later streams again", async () => {
  const world = await createWorld();
  world.line.mangle.set(origin, collected);
  world.line.cut(origin);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(10_000);
  expect(world.pop.follower.state()).toMatchObject({ mode: "poll", level: 0 });
  await converged(world);
  await world.publisher.publish("acme", { "/": "two" });
  await world.live(10_000);
  await converged(world);
  expect(world.pop.follower.state().level).toBe(0);
  expect(world.pop.refused("sequence-not-rising")).toBe(0);
  world.line.mangle.delete(origin);
  await world.live(limits.streamRetryMs);
  expect(world.pop.follower.state()).toMatchObject({ mode: "stream", level: 0 });
  await world.pop.follower.stop();
});

test("follow/poll mode by setting: never streams, acks what it applied", async () => {
  const world = await createWorld({ mode: "poll" });
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  await converged(world);
  await settled();
  expect(world.publisher.metrics.counter("feed_acks_total", "").value()).toBe(1);
  expect(world.publisher.feed.sessions()).toEqual([]);
  await world.pop.follower.stop();
});

test("follow/a poll over a slow line may take longer than a source may stay silent", async () => {
  const world = await createWorld({ mode: "poll" });
  await world.publisher.publish("acme", { "/": "one" });
  world.line.mangle.set(origin, async function* (chunks) {
    for await (const chunk of inChunksOf(40)(chunks, "")) {
      yield chunk;
      await pause(world.clock, 1_000);
    }
  });
  await world.clock.advance(2_000);
  for (let seconds = 0; seconds < 40; seconds++) {
    await settled();
    await world.clock.advance(1_000);
  }
  expect(world.pop.metrics.counter("follow_connections_total", "").value("silent")).toBe(0);
  await converged(world);
  await world.pop.follower.stop();
});

test("follow/a restart goes on from the store: no fetch, no older heartbeat, nothing lost", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  await world.pop.follower.stop();
  const { sequence } = world.pop.store.freshness() ?? { sequence: 0 };
  world.line.asked.length = 0;
  world.pop = createPop(world.clock, world.line, { memory: world.pop.store });
  world.pop.follower.start();
  await settled();
  expect(world.pop.store.freshness()?.sequence).toBe(sequence);
  await world.live(2_000);
  expect(world.pop.store.freshness()).toMatchObject({ sequence: sequence + 1, level: 0 });
  expect(world.line.asked.filter((path) => path.endsWith("/fetch"))).toEqual([]);
  expect(world.pop.log).toEqual([]);
  await world.pop.follower.stop();
});

test("follow/a removal forgets the page, is kept, and no source brings the page back", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.publisher.publish("other", { "/": "two" });
  await world.live(4_000);
  const applied: string[] = [];
  world.pop.follower.onApplied((page) => applied.push(page));
  const bytes = signRemoval({ page: "acme", hosts: ["acme.test"], serial: 1 }, root.secretKey);
  const document = { kind: "removal", subject: "acme", bytes };
  await world.publisher.store.putDocument(document, { page: "acme", hosts: ["acme.test"] });
  world.publisher.feed.announce();
  await until(() => world.pop.store.head("acme") === null, "the page is gone");
  await settled();
  expect(world.pop.store.isGone("acme.test")).toBe(true);
  expect(world.pop.store.document("removal", "acme")).not.toBeNull();
  expect(applied).toEqual(["acme"]);
  await world.publisher.publish("acme", { "/": "back" });
  await world.live(6_000);
  expect(world.pop.store.head("acme")).toBeNull();
  expect(world.pop.refused("page-removed")).toBeGreaterThan(0);
  expect(world.pop.store.head("other")).not.toBeNull();
  await world.pop.follower.stop();
});

test("follow/a raised epoch is kept and obeyed: generations of the new one are taken, also with a lower number", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(4_000);
  const bytes = signEpoch({ page: "acme", epoch: 2, serial: 1 }, root.secretKey);
  await world.publisher.store.putDocument({ kind: "epoch", subject: "acme", bytes });
  await world.publisher.publish("acme", { "/": "two" }, { epoch: 2 });
  await converged(world);
  expect(world.pop.store.head("acme")).toMatchObject({ epoch: 2 });
  expect(world.pop.store.document("epoch", "acme")).not.toBeNull();
  await world.pop.follower.stop();
});

test("follow/a page that was not delegated is refused once, and taken when root delegates it", async () => {
  const clock = (await createWorld()).clock;
  const { memoryLine } = await import("../support/memory-line.ts");
  const line = memoryLine();
  const publisher = await createPublisher(clock);
  await publisher.store.putDocument({
    kind: "delegation",
    subject: publisherKey.publicKey,
    bytes: delegation(1, ["other"]),
  });
  publisher.feed.announce();
  line.feeds.set(origin, (request) => publisher.feed.fetch(request));
  const pop = createPop(clock, line);
  pop.follower.start();
  await publisher.publish("acme", { "/": "one" });
  await publisher.publish("other", { "/": "two" });
  await until(() => pop.store.head("other") !== null, "the delegated page");
  for (let beats = 0; beats < 5; beats++) {
    publisher.beat();
    await clock.advance(2_000);
    await settled();
  }
  expect(pop.store.head("acme")).toBeNull();
  expect(pop.log.filter((line) => line.includes("page-not-delegated"))).toHaveLength(1);
  const bytes = delegation(2);
  await publisher.store.putDocument({ kind: "delegation", subject: publisherKey.publicKey, bytes });
  publisher.feed.announce();
  for (let beats = 0; beats < 5; beats++) {
    publisher.beat();
    await clock.advance(2_000);
    await settled();
  }
  await until(() => pop.store.head("acme") !== null, "the page that is delegated now");
  await pop.follower.stop();
});

test("follow/a relay hands on what it follows: pages, documents and the publisher's own heartbeats", async () => {
  const world = await createWorld();
  const { createFeed } = await import("../../src/sync/feed.ts");
  const { silentLog } = await import("../../src/base/log.ts");
  const { createMetrics } = await import("../../src/base/metrics.ts");
  const { seededRandom } = await import("../../src/base/random.ts");
  const feed = createFeed({
    store: world.pop.store,
    mayFollow: () => true,
    clock: world.clock,
    random: seededRandom(5),
    log: silentLog,
    metrics: createMetrics(),
  });
  world.pop.follower.onApplied(() => feed.announce());
  world.pop.follower.onHeartbeat((bytes, heads) => feed.beat(bytes, heads));
  world.line.feeds.set("http://relay.test", (request) => feed.fetch(request));
  const second = createPop(world.clock, world.line, { sources: ["http://relay.test"] });
  second.follower.start();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  await world.publisher.publish("acme", { "/": "two" });
  await world.live(4_000);
  await until(() => second.store.head("acme")?.generation === 2, "the page at the second POP");
  expect(second.store.freshness()).toMatchObject({
    level: 0,
    sequence: world.publisher.sequence,
    behind: {},
  });
  await second.follower.stop();
  await world.pop.follower.stop();
});
