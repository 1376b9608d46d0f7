// Lazy bodies in the syncer of a POP: asked for by visitors, by POPs behind it, and in idle time; from sources that answer, fail, hang or lie.
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type Lazies, startLazies } from "../../src/edge/lazy.ts";
import { routesByPart } from "../../src/edge/routes-of.ts";
import { dial } from "../../src/host/dial.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { createFeed } from "../../src/sync/feed.ts";
import { blobFile } from "../../src/sync/mirror.ts";
import { mirrorSource, withMirrors } from "../../src/sync/mirror-read.ts";
import { writeMirror } from "../../src/sync/mirror-write.ts";
import { createRelay } from "../../src/sync/relay.ts";
import type { MemoryStore } from "../support/memory-store.ts";
import { until } from "../support/pop.ts";
import { serveFolder } from "../support/static-server.ts";
import { createPop, createWorld, origin, type Pop, settled, type World } from "../sync/world.ts";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const text = (at: number): string => `Incident ${at} was resolved long ago. `.repeat(30);
const bodies = (count: number): Readonly<Record<string, string>> => ({
  "/": "front",
  ...Object.fromEntries(Array.from({ length: count }, (_none, at) => [`/incidents/${at}`, text(at)])),
});
const lazyPaths = (count: number): readonly string[] =>
  Array.from({ length: count }, (_none, at) => `/incidents/${at}`);

function routesOf(store: MemoryStore): readonly Route[] {
  return [...routesByPart(store)].flat();
}

const gzipOf = (store: MemoryStore, path: string): string =>
  routesOf(store).find((route) => route.path === path)?.variants.gzip.digest ?? "";

const lacking = (store: MemoryStore): number =>
  routesOf(store)
    .flatMap(({ variants }) => Object.values(variants))
    .filter(({ digest }) => !store.hasObject(digest)).length;

/** `idle: false` leaves the filling out. */
function laziesOf(
  world: Pick<World, "clock" | "line">,
  pop: Pop,
  { sources = [origin] as readonly string[], idle = false, reach = world.line.dial } = {},
): Lazies {
  const { clock } = world;
  const { store, follower, metrics } = pop;
  return startLazies({
    store,
    follower: idle ? follower : null,
    sources,
    dial: reach,
    clock,
    log: silentLog,
    metrics,
  });
}

async function worldWith(count: number): Promise<World> {
  const world = await createWorld();
  await world.publisher.publish("page", bodies(count), { lazy: lazyPaths(count) });
  await world.live(2_000);
  expect(lacking(world.pop.store)).toBeGreaterThan(2 * count);
  return world;
}

const sentBy = (metrics: Metrics): number => metrics.counter("feed_fetched_total", "", "what").value("body");
const fetches = (world: World, url = origin): number =>
  world.line.asked.filter((one) => one === `${url}/sync/fetch`).length;

test("lazy/10,000 asks for one body bring it once, checked, and it is there when they are told", async () => {
  const world = await worldWith(3);
  const { publisher, pop } = world;
  const { bring, stop } = laziesOf(world, pop);
  const digest = gzipOf(pop.store, "/incidents/1");
  const before = [sentBy(publisher.metrics), fetches(world)];
  const answers = Array.from({ length: 10_000 }, async () =>
    [await bring(digest), pop.store.hasObject(digest)].join(),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["here,true"]));
  expect([sentBy(publisher.metrics), fetches(world)].map((now, at) => now - (before[at] ?? 0))).toEqual([
    1, 1,
  ]);
  expect(digestOf(pop.store.object(digest) ?? new Uint8Array())).toBe(digest);
  expect(await bring(digest)).toBe("here");
  expect(sentBy(publisher.metrics) - (before[0] ?? 0)).toBe(1);
  stop();
});

test("lazy/a body that no page names is asked of nobody", async () => {
  const world = await worldWith(1);
  const { bring, stop } = laziesOf(world, world.pop);
  const before = fetches(world);
  expect(await bring("ab".repeat(32))).toBe("absent");
  expect(fetches(world)).toBe(before);
  stop();
});

test("lazy/through a relay the publisher sends it once, and the relay keeps it", async () => {
  const world = await worldWith(3);
  const { clock, line, publisher, pop: relayPop } = world;
  const relay = laziesOf(world, relayPop);
  const relayUrl = "http://relay.test";
  const feed = createRelay(
    {
      store: relayPop.store,
      mayFollow: () => true,
      bring: relay.bringAll,
      clock,
      random: seededRandom(5),
      log: silentLog,
      metrics: createMetrics(),
    },
    relayPop.follower,
  );
  line.feeds.set(relayUrl, (request) => feed.fetch(request));
  const pops = [
    createPop(clock, line, { sources: [relayUrl] }),
    createPop(clock, line, { sources: [relayUrl] }),
  ];
  for (const { follower } of pops) follower.start();
  await world.live(4_000);
  const behind = pops.map((pop) => laziesOf(world, pop, { sources: [relayUrl] }));
  const digest = gzipOf(relayPop.store, "/incidents/2");
  const before = sentBy(publisher.metrics);
  const answers = behind.flatMap(({ bring }) => Array.from({ length: 1_000 }, () => bring(digest)));
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["here"]));
  expect(sentBy(publisher.metrics) - before).toBe(1);
  expect([relayPop, ...pops].map(({ store }) => store.hasObject(digest))).toEqual([true, true, true]);
  for (const one of [relay, ...behind]) one.stop();
});

/** Feeds that are no help, and how often one may be asked in ten seconds of 100 asks a second for as many bodies. */
const failing: readonly (readonly [string, (request: Request) => Promise<Response> | null, number])[] = [
  ["answers 500", async () => new Response("no", { status: 500 }), 11],
  ["is not there", () => null, 11],
  ["never answers", () => new Promise<Response>(() => undefined), 3],
  ["answers with something else", async () => new Response("<html>a captive portal</html>"), 11],
];

test.each(failing)(
  "lazy/a source that %s is asked at most once a second, whatever is asked for",
  async (_how, answer, max) => {
    const world = await worldWith(100);
    const { clock, line, pop } = world;
    const { bring, stop } = laziesOf(world, pop);
    line.feeds.set(origin, answer);
    const digests = lazyPaths(100).map((path) => gzipOf(pop.store, path));
    const before = fetches(world);
    const outcomes = new Set<string>();
    for (let at = 0; at < 200; at++) {
      for (let of = 0; of < 5; of++)
        void bring(digests[(5 * at + of) % 100] ?? "").then((outcome) => outcomes.add(outcome));
      await settled(2);
      await clock.advance(50);
    }
    expect(fetches(world) - before).toBeGreaterThan(1);
    expect(fetches(world) - before).toBeLessThanOrEqual(max);
    expect(outcomes.has("here") || outcomes.has("busy")).toBe(false);
    // It comes back: within a second all is as it was.
    line.feeds.set(origin, (request) => world.publisher.feed.fetch(request));
    await clock.advance(limits.sourceSilentMs + limits.lazyAgainMs);
    await settled();
    expect(await bring(digests[7] ?? "")).toBe("here");
    stop();
  },
);

test("lazy/a source that lacks it is no source that fails: the next one is asked, at once", async () => {
  const world = await worldWith(2);
  const { clock, line, publisher, pop } = world;
  const empty = createFeed({
    store: createPop(clock, line).store,
    mayFollow: () => true,
    clock,
    random: seededRandom(6),
    log: silentLog,
    metrics: createMetrics(),
  });
  line.feeds.set("http://empty.test", (request) => empty.fetch(request));
  const { bring, stop } = laziesOf(world, pop, { sources: ["http://empty.test", origin] });
  const before = sentBy(publisher.metrics);
  expect(await bring(gzipOf(pop.store, "/incidents/0"))).toBe("here");
  expect(await bring(gzipOf(pop.store, "/incidents/1"))).toBe("here");
  expect(sentBy(publisher.metrics) - before).toBe(2);
  stop();
});

test("lazy/altered bytes are not stored", async () => {
  const world = await worldWith(1);
  const { clock, line, pop } = world;
  const { bring, stop } = laziesOf(world, pop);
  const digest = gzipOf(pop.store, "/incidents/0");
  line.mangle.set(origin, async function* (chunks, path) {
    for await (const chunk of chunks) {
      const altered = chunk.slice();
      if (path === "/sync/fetch") altered[altered.length - 60] = (altered[altered.length - 60] ?? 0) ^ 1;
      yield altered;
    }
  });
  expect([await bring(digest), pop.store.hasObject(digest)]).toEqual(["absent", false]);
  line.mangle.delete(origin);
  await clock.advance(limits.lazyAgainMs);
  expect(await bring(digest)).toBe("here");
  stop();
});

test("lazy/a store that is full is said, and nobody is told that the body is there", async () => {
  const world = await worldWith(1);
  const { clock, pop } = world;
  const { bring, stop } = laziesOf(world, pop);
  pop.store.beforeWrite = (op) => {
    if (op === "stage") throw new Error("no room");
  };
  const digest = gzipOf(pop.store, "/incidents/0");
  expect(await bring(digest)).toBe("absent");
  pop.store.beforeWrite = null;
  await clock.advance(limits.lazyAgainMs);
  expect(await bring(digest)).toBe("here");
  stop();
});

test("lazy/in idle time all of it comes, a bounded piece a turn, and what is new later comes too", async () => {
  const world = await worldWith(40);
  const { clock, publisher, pop } = world;
  const lazies = laziesOf(world, pop, { idle: true });
  const turn = async (): Promise<void> => {
    await clock.advance(limits.lazyIdleMs);
    await settled();
  };
  for (let at = 0; at < 4 && lacking(pop.store) > 0; at++) await turn();
  expect(lacking(pop.store)).toBe(0);
  const sent = sentBy(publisher.metrics);
  for (let at = 0; at < 20; at++) await turn();
  expect(sentBy(publisher.metrics)).toBe(sent);
  await publisher.publish("page", bodies(45), { lazy: lazyPaths(45) });
  await world.live(2_000);
  for (let at = 0; at < 4; at++) await turn();
  expect([pop.store.head("page")?.generation, lacking(pop.store)]).toEqual([2, 0]);
  lazies.stop();
});

test("lazy/idle time waits for a source, and for pages that are under way", async () => {
  const world = await worldWith(10);
  const { clock, line, pop, publisher } = world;
  line.feeds.set(origin, () => null);
  line.cut(origin);
  await settled();
  await clock.advance(limits.staleAfterMs);
  const lazies = laziesOf(world, pop, { idle: true });
  const before = fetches(world);
  await clock.advance(20 * limits.lazyIdleMs);
  await settled();
  expect(fetches(world)).toBe(before);
  line.feeds.set(origin, (request) => publisher.feed.fetch(request));
  await clock.advance(limits.reconnectMsMax);
  await settled();
  for (let at = 0; at < 8; at++) {
    await clock.advance(limits.lazyIdleMs);
    await settled();
  }
  expect(lacking(pop.store)).toBe(0);
  lazies.stop();
});

test("lazy/a body that idle time is fetching is not fetched again for a visitor", async () => {
  const world = await worldWith(1);
  const { clock, publisher, pop } = world;
  const lazies = laziesOf(world, pop, { idle: true });
  const digest = gzipOf(pop.store, "/incidents/0");
  const before = sentBy(publisher.metrics);
  await clock.advance(limits.lazyIdleMs);
  const answer = lazies.bring(digest);
  await settled();
  expect(await answer).toBe("here");
  const variants = routesOf(pop.store).find(({ path }) => path === "/incidents/0")?.variants ?? {};
  expect(sentBy(publisher.metrics) - before).toBe(Object.keys(variants).length - 1);
  lazies.stop();
});

/** A POP that took its page without old bodies from the publisher, which is gone; a mirror of it lies at a web server. */
async function withMirror(count: number) {
  const folder = mkdtempSync(join(tmpdir(), "pharos-lazy-mirror-"));
  ended.push(() => rmSync(folder, { recursive: true, force: true }));
  const world = await worldWith(count);
  const { publisher, pop, clock, line } = world;
  await writeMirror({ store: publisher.store, folder });
  const web = await serveFolder(folder);
  ended.push(web.close);
  line.feeds.delete(origin);
  line.cut(origin);
  const sources = [origin, mirrorSource(web.url)];
  // Real requests to the web server, the line in memory to anybody else.
  const reach = withMirrors(
    (url, options) => (url.startsWith(web.url) ? dial : line.dial)(url, options),
    clock,
  );
  return { ...world, folder, web, lazies: laziesOf(world, pop, { sources, reach }), sources, reach };
}

const blobsAsked = (asked: readonly string[], digest: string): number =>
  asked.filter((path) => path === `/${blobFile(digest)}`).length;

test("lazy/with every feed gone a mirror gives it, once, whoever asks", async () => {
  const { pop, web, lazies } = await withMirror(3);
  const digest = gzipOf(pop.store, "/incidents/1");
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => lazies.bring(digest)));
  expect([...new Set(answers)]).toEqual(["here"]);
  expect([pop.store.hasObject(digest), blobsAsked(web.asked, digest)]).toEqual([true, 1]);
  lazies.stop();
});

test("lazy/a file of a mirror that is altered is not stored, one that is missing is absent, and others come", async () => {
  const { pop, folder, lazies, clock } = await withMirror(3);
  const [altered, missing, good] = lazyPaths(3).map((path) => gzipOf(pop.store, path)) as [
    string,
    string,
    string,
  ];
  const bytes = readFileSync(join(folder, blobFile(altered)));
  writeFileSync(join(folder, blobFile(altered)), bytes.fill(1, bytes.length - 8));
  rmSync(join(folder, blobFile(missing)));
  expect([await lazies.bring(altered), pop.store.hasObject(altered)]).toEqual(["absent", false]);
  await clock.advance(limits.lazyAgainMs);
  expect([await lazies.bring(missing), await lazies.bring(good)]).toEqual(["absent", "here"]);
  lazies.stop();
});

test("lazy/in idle time a mirror gives the rest", async () => {
  const { pop, clock, line, sources, reach, lazies } = await withMirror(12);
  lazies.stop();
  const idle = startLazies({
    store: pop.store,
    follower: {
      state: () => ({ ...pop.follower.state(), connected: true, underWay: 0 }),
      onApplied: () => () => undefined,
    },
    sources,
    dial: reach,
    clock,
    log: silentLog,
    metrics: createMetrics(),
  });
  expect(line.feeds.size).toBe(0);
  await until("all is here", async () => {
    await clock.advance(limits.lazyIdleMs);
    await settled();
    return lacking(pop.store) === 0;
  });
  idle.stop();
});

test("lazy/a web server that fails is asked once a second, whatever is asked for; one that lacks a file is not put off", async () => {
  const world = await worldWith(100);
  const { clock, line, pop } = world;
  const files = "http://files.test";
  const asks = async (status: number): Promise<number> => {
    line.feeds.set(files, async () => new Response("no", { status }));
    const reach = withMirrors(line.dial, clock);
    const { bring, stop } = laziesOf(world, pop, { sources: [mirrorSource(files)], reach });
    const asked = (): number => line.asked.filter((url) => url.startsWith(files)).length;
    const before = asked();
    for (let at = 0; at < 100; at++) {
      void bring(gzipOf(pop.store, `/incidents/${at}`));
      await settled(4);
      await clock.advance(20);
    }
    stop();
    return asked() - before;
  };
  expect(await asks(500)).toBeLessThanOrEqual(3);
  expect(await asks(404)).toBe(100);
});
