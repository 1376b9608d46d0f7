// Relays: POPs that follow POPs, on one clock that the test moves. What a relay hands on is signed by others: it can be late, never wrong.
import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { signRemoval } from "../../src/snapshot/documents.ts";
import type { FollowerOptions } from "../../src/sync/follow.ts";
import { createFrameDecoder } from "../../src/sync/frame-decoder.ts";
import { encodeFrame, type Frame, framesOf } from "../../src/sync/frames.ts";
import { createRelay } from "../../src/sync/relay.ts";
import type { Chunks } from "../support/memory-line.ts";
import {
  bodiesAt,
  bodyAt,
  createPop,
  createWorld,
  delegation,
  origin,
  type Pop,
  publisherKey,
  root,
  settled,
  type World,
} from "./world.ts";

interface RelayPop extends Pop {
  /** Its machine is gone: lines to it break, nobody answers, and it asks nobody. */
  kill(): Promise<void>;
}

const urlOf = (name: string): string => `http://${name}.test`;

/** A POP that follows `sources` and feeds others at its own address. */
function relayAt(
  world: World,
  name: string,
  sources: readonly string[],
  more: Partial<FollowerOptions> = {},
): RelayPop {
  const pop = createPop(world.clock, world.line, { sources, random: seededRandom(name.length * 7), ...more });
  const options = { store: pop.store, mayFollow: () => true, clock: world.clock, log: silentLog };
  const feed = createRelay(
    { ...options, random: seededRandom(name.length), metrics: pop.metrics },
    pop.follower,
  );
  const url = urlOf(name);
  world.line.feeds.set(url, (request) => feed.fetch(request));
  pop.follower.start();
  return {
    ...pop,
    async kill() {
      world.line.feeds.delete(url);
      world.line.cut(url);
      await pop.follower.stop();
    },
  };
}

function popAt(world: World, sources: readonly string[]): Pop {
  const pop = createPop(world.clock, world.line, { sources, random: seededRandom(91) });
  pop.follower.start();
  return pop;
}

const says = (pop: Pop, page = "acme"): string | null => bodyAt(pop.store, page, "/");
const sent = (world: World, url: string): number =>
  world.line.asked.filter((one) => one.startsWith(url)).length;

type Change = (frame: Frame, bytes: Uint8Array) => readonly Uint8Array[];

/** What a relay does to each frame that it hands on, while it lies. */
function altering(change: Change, lying: () => boolean): Chunks {
  return async function* (chunks) {
    const decoder = createFrameDecoder("hello");
    for await (const chunk of chunks) {
      decoder.push(chunk);
      for (let next = decoder.next(); next.kind === "frame"; next = decoder.next()) {
        const { frame } = next;
        const same = frame.kind === "later" ? [] : [encodeFrameOf(frame)];
        yield* same.flatMap((bytes) => (lying() ? change(frame, bytes) : [bytes]));
      }
    }
  };
}

function encodeFrameOf(frame: Exclude<Frame, { kind: "later" }>): Uint8Array {
  if (!("offset" in frame)) return encodeFrame(frame);
  // Bodies of these tests fit into one piece.
  const [bytes] = [...framesOf(frame.kind, frame.digest, frame.bytes)];
  return bytes ?? new Uint8Array();
}

test("relay/two levels deep: what is published is at the last one, confirmed by the publisher's own heartbeat", async () => {
  const world = await createWorld();
  relayAt(world, "near", [origin]);
  relayAt(world, "far", [urlOf("near")]);
  const child = popAt(world, [urlOf("far")]);
  await world.publisher.publish("acme", { "/": "one", "/about": "same" });
  await world.live(4_000);
  await world.publisher.publish("acme", { "/": "two", "/about": "same" });
  await world.live(2_000);
  expect(says(child)).toBe("two");
  expect([...bodiesAt(child.store, "acme").keys()].toSorted()).toEqual(["/", "/about"]);
  expect(child.store.freshness()).toMatchObject({ level: 0, sequence: world.publisher.sequence, behind: {} });
  expect(child.log).toEqual([]);
});

test("relay/what root says reaches the last one at once: a delegation, then a removal", async () => {
  const world = await createWorld();
  relayAt(world, "near", [origin]);
  const child = popAt(world, [urlOf("near")]);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(4_000);
  expect(says(child)).toBe("one");
  const key = publisherKey.publicKey;
  await world.publisher.store.putDocument({ kind: "delegation", subject: key, bytes: delegation(2) });
  world.publisher.feed.announce();
  await settled(200);
  expect(child.store.document("delegation", key)).toEqual(delegation(2));
  const removal = { page: "acme", hosts: ["acme.test"], serial: 7 };
  const bytes = signRemoval(removal, root.secretKey);
  await world.publisher.store.putDocument({ kind: "removal", subject: "acme", bytes }, removal);
  world.publisher.feed.announce();
  await settled(200);
  expect(child.store.head("acme")).toBeNull();
  expect(child.store.isGone("acme.test")).toBe(true);
});

test("relay/the middle one is killed: its children follow another source within 5 s, and stay confirmed", async () => {
  const world = await createWorld();
  const near = relayAt(world, "near", [origin]);
  const children = [1, 2, 3].map(() => popAt(world, [urlOf("near"), origin]));
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  for (const child of children)
    expect(child.follower.state()).toMatchObject({ source: urlOf("near"), level: 0 });
  await near.kill();
  await settled();
  await world.clock.advance(limits.sourceSilentMs);
  for (const child of children)
    expect(child.follower.state()).toMatchObject({ source: origin, connected: true });
  await world.publisher.publish("acme", { "/": "two" });
  await world.live(2_000);
  for (const child of children) {
    expect(says(child)).toBe("two");
    expect(child.follower.state().level).toBe(0);
  }
});

test("relay/the middle one hangs with its lines open: its children are elsewhere 5 s later", async () => {
  const world = await createWorld();
  relayAt(world, "near", [origin]);
  let hangs = false;
  world.line.mangle.set(urlOf("near"), async function* (chunks) {
    for await (const chunk of chunks) {
      if (hangs) await new Promise(() => {});
      yield chunk;
    }
  });
  const child = popAt(world, [urlOf("near"), origin]);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  expect(child.follower.state().source).toBe(urlOf("near"));
  hangs = true;
  await world.live(limits.sourceSilentMs + 1_000);
  expect(child.follower.state()).toMatchObject({ source: origin, connected: true, level: 0 });
});

test("relay/the middle one has lost its own source: it hands on no heartbeat, so its children leave it before they turn stale", async () => {
  const world = await createWorld();
  const elsewhere = "http://elsewhere.test";
  world.line.feeds.set(elsewhere, (request) => world.publisher.feed.fetch(request));
  relayAt(world, "near", [origin]);
  const child = popAt(world, [urlOf("near"), elsewhere]);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  world.line.feeds.delete(origin);
  world.line.cut(origin);
  await world.live(limits.sourceSilentMs + 1_000);
  expect(child.follower.state()).toMatchObject({ source: elsewhere, connected: true, level: 0 });
});

test("relay/the origin is dead: a POP that never saw it starts from the relay alone, and claims no freshness that is not there", async () => {
  const world = await createWorld();
  relayAt(world, "near", [origin]);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  world.line.feeds.delete(origin);
  world.line.cut(origin);
  await world.clock.advance(60_000);
  const child = popAt(world, [urlOf("near")]);
  const levels = new Set<number>();
  for (let ms = 0; ms < 20_000; ms += 500) {
    await world.clock.advance(500);
    await settled();
    levels.add(child.follower.state().level);
  }
  expect(says(child)).toBe("one");
  expect([...levels]).toEqual([1]);
  expect(child.store.freshness()?.confirmedMs).toBeLessThan(world.clock.wallMs() - 60_000);
});

test("relay/a relay whose origin died before it started hands on what it holds", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(6_000);
  world.line.feeds.delete(origin);
  world.line.cut(origin);
  relayAt(world, "near", [origin], { store: world.pop.store });
  // Its store is another POP's: what was lost is the process, and with it the last heartbeat.
  const feed = createRelay(
    {
      store: world.pop.store,
      mayFollow: () => true,
      clock: world.clock,
      random: seededRandom(3),
      log: silentLog,
      metrics: world.pop.metrics,
    },
    null,
  );
  world.line.feeds.set(urlOf("again"), (request) => feed.fetch(request));
  const child = popAt(world, [urlOf("again")]);
  await world.clock.advance(10_000);
  await settled(100);
  expect(says(child)).toBe("one");
  expect(child.follower.state().level).toBe(1);
});

test("relay/two that follow each other and the origin: no heartbeat runs in circles, and both find the origin again", async () => {
  const world = await createWorld();
  const near = relayAt(world, "near", [urlOf("mate"), origin]);
  const mate = relayAt(world, "mate", [urlOf("near"), origin]);
  await world.publisher.publish("acme", { "/": "one" });
  await world.live(30_000);
  for (const pop of [near, mate]) {
    expect(says(pop)).toBe("one");
    expect(pop.store.freshness()).toMatchObject({ level: 0, sequence: world.publisher.sequence });
  }
  const before = { near: sent(world, urlOf("near")), mate: sent(world, urlOf("mate")) };
  const heard = (pop: Pop): number =>
    ["accepted", "refused", "repeated"].reduce(
      (sum, outcome) => sum + pop.metrics.counter("follow_heartbeats_total", "", "outcome").value(outcome),
      0,
    );
  const heardBefore = heard(near) + heard(mate);
  world.line.feeds.delete(origin);
  world.line.cut(origin);
  for (let ms = 0; ms < 60_000; ms += 500) {
    await world.clock.advance(500);
    await settled(5);
  }
  // Nothing rises: each says its last heartbeat once a connection, and connections last 5 s or wait.
  expect(heard(near) + heard(mate) - heardBefore).toBeLessThan(60);
  expect(sent(world, urlOf("near")) - before.near).toBeLessThan(60);
  expect(sent(world, urlOf("mate")) - before.mate).toBeLessThan(60);
  for (const pop of [near, mate]) expect(pop.follower.state().level).toBe(1);
  world.line.feeds.set(origin, (request) => world.publisher.feed.fetch(request));
  await world.publisher.publish("acme", { "/": "two" });
  await world.live(30_000);
  for (const pop of [near, mate]) {
    expect(says(pop)).toBe("two");
    expect(pop.follower.state().level).toBe(0);
  }
});

const garbage = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55);
const pieceAs = (frame: Extract<Frame, { offset: number }>, bytes: Uint8Array): Uint8Array[] => [
  ...framesOf(frame.kind, frame.digest, bytes),
];
/** Lies of a relay that hands on true heartbeats: nothing but the page's absence gives it away. */
const lies: Readonly<Record<string, Change>> = {
  "alters bodies": (frame, bytes) => (frame.kind === "body" ? pieceAs(frame, garbage(frame.bytes)) : [bytes]),
  "alters parts": (frame, bytes) => (frame.kind === "part" ? pieceAs(frame, garbage(frame.bytes)) : [bytes]),
  "alters manifests": (frame, bytes) =>
    frame.kind === "manifest" || frame.kind === "part" ? pieceAs(frame, garbage(frame.bytes)) : [bytes],
  "keeps bodies back": (frame, bytes) => (frame.kind === "body" ? [] : [bytes]),
  "keeps everything back but heartbeats": (frame, bytes) =>
    ["hello", "document", "heads", "heartbeat", "lacking"].includes(frame.kind) ? [bytes] : [],
};

for (const [name, lie] of Object.entries(lies)) {
  test(`relay/one that ${name} is left for another source, and what it said is never served`, async () => {
    const world = await createWorld();
    let lying = false;
    world.line.mangle.set(
      urlOf("near"),
      altering(lie, () => lying),
    );
    relayAt(world, "near", [origin]);
    const child = popAt(world, [urlOf("near"), origin]);
    await world.publisher.publish("acme", { "/": "one" });
    await world.live(6_000);
    expect(says(child)).toBe("one");
    lying = true;
    expect(child.follower.state().source).toBe(urlOf("near"));
    await world.publisher.publish("acme", { "/": "two" });
    await world.live(2 * limits.staleAfterMs);
    expect(says(child)).toBe("two");
    expect(child.follower.state()).toMatchObject({ source: origin, level: 0, underWay: 0 });
    expect(child.store.freshness()?.behind).toEqual({});
  });
}

test("relay/one that alters heartbeats or head lists confirms nothing and is left within 5 s", async () => {
  for (const kind of ["heartbeat", "heads"] as const) {
    const world = await createWorld();
    relayAt(world, "near", [origin]);
    const lie: Change = (frame, bytes) => {
      if (frame.kind !== kind) return [bytes];
      return "offset" in frame
        ? pieceAs(frame, garbage(frame.bytes))
        : [
            encodeFrame({
              kind: "heartbeat",
              bytes: garbage(frame.kind === "heartbeat" ? frame.bytes : bytes),
            }),
          ];
    };
    world.line.mangle.set(
      urlOf("near"),
      altering(lie, () => true),
    );
    const child = popAt(world, [urlOf("near"), origin]);
    await world.publisher.publish("acme", { "/": "one" });
    await world.live(limits.sourceSilentMs + 1_000);
    await world.live(4_000);
    expect(child.follower.state()).toMatchObject({ source: origin, level: 0 });
    expect(says(child)).toBe("one");
  }
});
