// A publisher, its feed, and POPs that follow it, all in memory and on one clock that a test moves.
import { type Log, silentLog } from "../../src/base/log.ts";
import { createMetrics, type Metrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import { assemble, type LastSnapshot } from "../../src/snapshot/assemble.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { headsDigest, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import { createTrust, type Trust } from "../../src/snapshot/trust.ts";
import type { Digest, Head, Part, Route } from "../../src/snapshot/types.ts";
import { rootDocumentsOf } from "../../src/store/trusted.ts";
import { createFeed, type Feed } from "../../src/sync/feed.ts";
import { createFollower, type Follower, type FollowerOptions } from "../../src/sync/follow.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { type MemoryLine, memoryLine } from "../support/memory-line.ts";
import { type MemoryStore, memoryStore } from "../support/memory-store.ts";

export const root = generateKeyPair("root", seededRandom(11));
export const publisherKey = generateKeyPair("publisher", seededRandom(12));
export const strangerKey = generateKeyPair("publisher", seededRandom(13));
export const origin = "http://origin.test";

export interface PublishMore {
  readonly announce?: boolean;
  readonly epoch?: number;
  /** Paths whose bodies may come later. */
  readonly lazy?: readonly string[];
  /** Default: one made of the page's id. */
  readonly hosts?: readonly string[];
}

/** Path to body. */
export type Bodies = Readonly<Record<string, string>>;

export interface Publisher {
  readonly store: MemoryStore;
  readonly feed: Feed;
  readonly metrics: Metrics;
  /** Publishes a page; `announce: false` leaves the feed in ignorance of it. */
  publish(page: string, bodies: Bodies, more?: PublishMore): Promise<Head>;
  /** Signs and sends a heartbeat; gives its bytes. */
  beat(): Uint8Array;
  sequence: number;
}

export function delegation(serial = 1, pages: readonly string[] = ["*"]): Uint8Array {
  const given = { publisherKey: publisherKey.publicKey, pages, hosts: ["*"], serial };
  return signDelegation(given, root.secretKey);
}

/** Bodies that were compressed: a thousand worlds publish the same few. */
const made = new Map<string, { route: Route; objects: readonly (readonly [Digest, Uint8Array])[] }>();
const madeMax = 4_096;

export async function createPublisher(clock: ManualClock, log: Log = silentLog): Promise<Publisher> {
  const store = memoryStore(() => clock.wallMs());
  await store.putDocument({ kind: "delegation", subject: publisherKey.publicKey, bytes: delegation() });
  const metrics = createMetrics();
  const feed = createFeed({
    store,
    mayFollow: (key) => key !== "banned",
    clock,
    random: seededRandom(21),
    log,
    metrics,
  });
  const last = new Map<string, LastSnapshot & { head: Head }>();

  async function bodyOf(path: string, text: string) {
    const known = made.get(`${path}\n${text}`);
    if (known !== undefined) return known;
    if (made.size >= madeMax) made.clear();
    const { variants, objects } = await compressBody(new TextEncoder().encode(text));
    const body = {
      route: { path, contentType: "text/plain", cache: "page", slot: false, variants } satisfies Route,
      objects,
    };
    made.set(`${path}\n${text}`, body);
    return body;
  }

  const publisher: Publisher = {
    store,
    feed,
    metrics,
    sequence: 0,
    async publish(page, bodies, { announce = true, epoch = 1, lazy = [], hosts = [`${page}.test`] } = {}) {
      const all = await Promise.all(Object.entries(bodies).map(([path, text]) => bodyOf(path, text)));
      const before = last.get(page);
      const snapshot = assemble(
        {
          page,
          hosts,
          epoch,
          generation: (before?.head.generation ?? 0) + 1,
          previous: before?.head.manifest ?? digestOfNothing,
          createdMs: clock.wallMs(),
          banners: {},
          routes: all.map(({ route }) => (lazy.includes(route.path) ? { ...route, lazy: true } : route)),
        },
        publisherKey.secretKey,
        before,
      );
      await store.apply({
        head: snapshot.head,
        hosts: snapshot.manifest.hosts,
        createdMs: snapshot.manifest.createdMs,
        tree: [[snapshot.head.manifest, snapshot.manifestBytes], ...snapshot.parts],
        objects: all.flatMap(({ objects }) => objects).filter(([digest]) => !store.hasObject(digest)),
      });
      last.set(page, snapshot);
      if (announce) feed.announce();
      return snapshot.head;
    },
    beat() {
      publisher.sequence += 1;
      const heads = headsDigest(store.heads());
      const heartbeat = { sequence: publisher.sequence, headsDigest: heads, timeMs: clock.wallMs() };
      const bytes = signHeartbeat(heartbeat, publisherKey.secretKey);
      feed.beat(bytes);
      return bytes;
    },
  };
  return publisher;
}

export interface Pop {
  readonly store: MemoryStore;
  readonly follower: Follower;
  readonly metrics: Metrics;
  readonly trust: Trust;
  readonly log: string[];
  refused(reason: string): number;
}

/** A POP over `store` (a new one where none is given), not yet started. */
export function createPop(
  clock: ManualClock,
  line: MemoryLine,
  more: Partial<FollowerOptions> & { memory?: MemoryStore } = {},
): Pop {
  const store = more.memory ?? memoryStore(() => clock.wallMs());
  const metrics = createMetrics();
  const log: string[] = [];
  const documents = rootDocumentsOf(store);
  const trust = createTrust({ rootKeys: [root.publicKey], documents });
  const follower = createFollower({
    store,
    trust,
    sources: [origin],
    clock,
    random: seededRandom(31),
    dial: line.dial,
    log: listLog(log),
    metrics,
    ...more,
  });
  const refusals = metrics.counter("follow_refused_total", "", "reason");
  return { store, follower, metrics, trust, log, refused: (reason) => refusals.value(reason) };
}

function listLog(lines: string[]): Log {
  const log: Log = {
    info: () => {},
    warn: (says, fields) => void lines.push(`${says} ${JSON.stringify(fields)}`),
    error: (says, fields) => void lines.push(`${says} ${JSON.stringify(fields)}`),
    with: () => log,
  };
  return log;
}

export interface World {
  readonly clock: ManualClock;
  readonly line: MemoryLine;
  readonly publisher: Publisher;
  pop: Pop;
  /** Moves time on in steps, with a heartbeat every 2 s. */
  live(ms: number): Promise<void>;
}

/** A publisher at `origin` and one POP, started. */
export async function createWorld(more: Partial<FollowerOptions> = {}): Promise<World> {
  const clock = manualClock();
  const line = memoryLine();
  const publisher = await createPublisher(clock);
  line.feeds.set(origin, (request) => publisher.feed.fetch(request));
  const pop = createPop(clock, line, more);
  const world: World = {
    clock,
    line,
    publisher,
    pop,
    async live(ms) {
      for (let left = ms; left > 0; left -= 2_000) {
        publisher.beat();
        await settled();
        await clock.advance(Math.min(left, 2_000));
        await settled();
      }
    },
  };
  pop.follower.start();
  await settled();
  return world;
}

/** Lets everything run that needs no clock. */
export async function settled(turns = 30): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Breaks the POP's line to `url` and lets it connect again. */
export async function reconnect({ clock, line }: World, url = origin): Promise<void> {
  line.cut(url);
  await settled();
  await clock.advance(200);
  await settled();
}

/** Waits for a condition, at most 5 s of real time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`It did not come about: ${what}`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** The body of a path as a POP holds it, or null. */
export function bodyAt(store: MemoryStore, page: string, path: string): string | null {
  return [...bodiesAt(store, page)].find(([one]) => one === path)?.[1] ?? null;
}

/** Path to identity body, read down from the head as a worker does. Throws where anything is missing or altered. */
export function bodiesAt(store: MemoryStore, page: string): Map<string, string> {
  const bodies = new Map<string, string>();
  const head = store.head(page);
  if (head === null) return bodies;
  for (const [digest, part] of partsAt(store, head)) {
    for (const route of part.routes)
      for (const { digest: body, length } of Object.values(route.variants)) {
        const bytes = store.object(body);
        if (bytes === null) throw new Error(`${page}${route.path}: a body of part ${digest} is missing`);
        if (bytes.length !== length || digestOf(bytes) !== body) throw new Error(`${route.path}: altered`);
        if (body === route.variants.identity.digest) bodies.set(route.path, new TextDecoder().decode(bytes));
      }
  }
  return bodies;
}

function partsAt(store: MemoryStore, head: Head): Map<Digest, Part> {
  const manifest = openManifest(store.tree(head.manifest) ?? new Uint8Array());
  if (!manifest.ok) throw new Error(`The manifest of ${head.page} does not open: ${manifest.reason}`);
  const parts = new Map<Digest, Part>();
  for (const digest of manifest.value.value.parts) {
    const part = decodePart(store.tree(digest) ?? new Uint8Array());
    if (!part.ok) throw new Error(`A part of ${head.page} does not open: ${part.reason}`);
    parts.set(digest, part.value);
  }
  return parts;
}
