// Alone: it measures in seconds how soon a frozen source is noticed.
// Promise 5: only signed bytes are served: nothing foreign, altered, rolled back or mixed; a frozen source is noticed within seconds.
// Covered: a real POP and a source that lies to it in each way of the TUF list; a refused publish leaves the last good one served, is
// counted under its reason, and the POP follows again once the source is honest; documents at the ops address.
// Covered elsewhere: each refusal as a table in test/snapshot/tuf.test.ts, the follower's moves in test/sync/follow.test.ts.
// Covered later: rotation and revocation of keys, the emergency document, relays, mirrors.
// Switch: PHAROS_BREAK=trust gives the POP the liar's root key too, and the foreign page's test must turn red.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "../../src/base/random.ts";
import { keyFiles } from "../../src/cli/key-files.ts";
import { type Listener, listenHttp } from "../../src/host/http.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { signDelegation, signRemoval } from "../../src/snapshot/documents.ts";
import { encodeHeads } from "../../src/snapshot/heartbeat.ts";
import { generateKeyPair, parseSecretKey, type SecretKey } from "../../src/snapshot/keys.ts";
import type { Digest } from "../../src/snapshot/types.ts";
import type { Apply, SnapshotStore, StoredDocument } from "../../src/store/types.ts";
import type { Feed } from "../../src/sync/feed.ts";
import { encodeFrame, framesOf, helloOf } from "../../src/sync/frames.ts";
import { Installation, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { get, seenIn } from "../support/reader.ts";
import {
  answerOf,
  feedOver,
  heartbeatOf,
  madePaths,
  type Source,
  signedBy,
  storeOf,
} from "../support/signed-page.ts";
import { sampleHost as host, samplePage as page } from "../support/summary.ts";

const beatMs = 200;
const boundMs = 8_000;
const random = systemRandom;

type Page = Awaited<ReturnType<typeof signedBy>>;

/** A POP, and the address that it follows, behind which any source can be put. */
class World {
  readonly installation = new Installation();
  readonly publisher = this.#secret("publisher");
  readonly root = this.#secret("root");
  readonly liar = generateKeyPair("publisher", random).secretKey;
  readonly liarsRoot = generateKeyPair("root", random);
  /** What the honest publisher said so far, the newest last. */
  readonly said: Page[] = [];
  #source: Source = { fetch: () => new Response(null, { status: 503 }), close: () => {} };
  #beat: ReturnType<typeof setInterval> | null = null;
  #listener: Listener | null = null;
  /** The heartbeat heard last. */
  lastBeat: Uint8Array = new Uint8Array();
  pop = "";
  ops = "";
  pid = 0;

  #secret(role: "publisher" | "root"): SecretKey {
    const file = join(this.installation.keys, keyFiles[role].secret);
    return parseSecretKey(readFileSync(file, "utf8"), role, file);
  }

  async start(breaks: string | undefined): Promise<void> {
    const port = Number((await this.installation.address("feed")).split(":")[1]);
    this.#listener = listenHttp({
      address: "127.0.0.1",
      port,
      bodyBytesMax: 1024 * 1024,
      fetch: (request) => this.#source.fetch(request),
    });
    const more: string[] = [];
    if (breaks === "trust") {
      const file = join(this.installation.folder, "liars-root.pub");
      await Bun.write(file, this.liarsRoot.publicText);
      more.push("--root-key", file);
    }
    await this.publish();
    this.pid = (await this.installation.pop("pop", ...more)).pid;
    this.pop = await this.installation.address("pop");
    this.ops = await this.installation.address("pop-ops");
    await this.follows();
  }

  async end(): Promise<void> {
    this.turnTo({ fetch: () => new Response(null, { status: 503 }), close: () => {} });
    await this.installation.end();
    await this.#listener?.stop(true);
  }

  delegation(
    key: SecretKey,
    pages: readonly string[] = ["*"],
    hosts: readonly string[] = ["*"],
    by = this.root,
  ): StoredDocument {
    const bytes = signDelegation({ publisherKey: key.publicKey, pages, hosts, serial: 1 }, by);
    return { kind: "delegation", subject: key.publicKey, bytes };
  }

  get newest(): Page {
    return this.said.at(-1) as Page;
  }

  /** The next generation, by the honest publisher; not yet told to anyone. */
  async next(): Promise<Page> {
    const generation = (this.said.at(-1)?.head.generation ?? 0) + 1;
    const made = await signedBy(this.publisher, {
      page,
      hosts: [host],
      generation,
      says: `true ${generation}`,
    });
    this.said.push(made);
    return made;
  }

  /** The honest source, from the newest generation on. */
  async publish(): Promise<void> {
    const next = await this.next();
    const store = await storeOf([this.delegation(this.publisher)], [next]);
    this.turnToFeed(store, this.publisher);
  }

  turnTo(source: Source): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    this.#source.close();
    this.#source = source;
  }

  /** A feed over `store` with heartbeats by `key` over the heads that it is said to have. */
  turnToFeed(store: SnapshotStore, key: SecretKey, heads = store.heads()): Feed {
    const feed = feedOver(store);
    const beat = (): void => {
      this.lastBeat = heartbeatOf(key, heads);
      feed.beat(this.lastBeat, heads);
    };
    beat();
    this.turnTo({ fetch: (request) => answerOf(feed, request), close: () => feed.close() });
    this.#beat = setInterval(beat, beatMs);
    return feed;
  }

  async refused(reason: string): Promise<number> {
    return (await metricsAt(this.ops)).sum("follow_refused_total", `reason="${reason}"`);
  }

  /** What the POP answers is `of`, body for body. */
  async serves(of: Page): Promise<boolean> {
    for (const path of madePaths) {
      const answer = await get(this.pop, path, { host }).catch(() => null);
      if (answer?.status !== 200) return false;
      const { digest, generation, encoding } = seenIn(path, answer);
      const { variants } = of.routes.find((route) => route.path === path) ?? {};
      if (generation !== of.head.generation || variants?.[encoding]?.digest !== digest) return false;
    }
    return true;
  }

  /** The honest feed, but its last heartbeat is all that is ever said. */
  async freeze(): Promise<void> {
    const feed = feedOver(await storeOf(honestDocuments(), [this.newest]));
    const frozen = this.lastBeat;
    const beat = (): void => feed.beat(frozen.slice(), [this.newest.head]);
    this.turnTo({ fetch: (request) => answerOf(feed, request), close: () => feed.close() });
    this.#beat = setInterval(beat, beatMs);
  }

  async level(): Promise<string | undefined> {
    return (await get(this.pop, "/", { host })).headers["pharos-level"];
  }

  /** Waits until the POP is where the honest publisher is. */
  async follows(): Promise<void> {
    const { generation } = this.newest.head;
    await until(
      `generation ${generation} is served at level 0`,
      async () => (await this.serves(this.newest)) && (await this.level()) === "0",
      20_000,
    );
  }
}

const world = new World();
beforeAll(() => world.start(process.env.PHAROS_BREAK), 60_000);
afterAll(() => world.end());

/** The same store, but for some of what it hands out. */
function altered(
  store: SnapshotStore,
  change: { object?: (digest: Digest, bytes: Uint8Array) => Uint8Array; tree?: typeof change.object },
): SnapshotStore {
  const through = (read: (digest: Digest) => Uint8Array | null, how: typeof change.object) => {
    return (digest: Digest): Uint8Array | null => {
      const bytes = read(digest);
      return bytes === null || how === undefined ? bytes : how(digest, bytes);
    };
  };
  return {
    ...store,
    object: through(store.object, change.object),
    tree: through(store.tree, change.tree),
  };
}

/** One bit is another. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}

const octets = { headers: { "content-type": "application/octet-stream" } };

/** An answer that never ends: `first`, then `more` again and again as fast as it is read, or nothing more. */
function endless(
  first: readonly Uint8Array[],
  more: (() => Uint8Array) | null,
  onSent: (bytes: number) => void = () => {},
): Response {
  const begin = [...first];
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = begin.shift() ?? more?.();
      if (chunk === undefined) return new Promise(() => {});
      controller.enqueue(chunk);
      onSent(chunk.length);
      await new Promise((resume) => setTimeout(resume, 1));
    },
  });
  return new Response(stream, octets);
}

const page2 = "n0tdelegated";
const honestDocuments = (): StoredDocument[] => [world.delegation(world.publisher)];

interface Lie {
  readonly name: string;
  /** What the POP counts it as. */
  readonly reason: string;
  /** Puts the liar in place. `held` is what the POP has, `next` what the honest publisher has signed since. */
  tell(held: Page, next: Page, world: World): Promise<void>;
}

/** A liar with a manifest of its own making, between genuine heartbeats. */
async function forge(made: Apply, documents = honestDocuments()): Promise<void> {
  const store = await storeOf(documents, [made]);
  world.turnToFeed(store, world.publisher, [world.newest.head]);
}

const foreignPage: Lie = {
  name: "a page by a key that nobody delegated",
  reason: "unknown-key",
  async tell(held, _next, of) {
    const generation = held.head.generation + 1;
    const made = await signedBy(of.liar, { page, hosts: [host], generation, says: "false" });
    const documents = [
      of.delegation(of.publisher),
      of.delegation(of.liar, ["*"], ["*"], of.liarsRoot.secretKey),
    ];
    of.turnToFeed(await storeOf(documents, [made]), of.liar);
  },
};

const lies: readonly Lie[] = [
  foreignPage,
  {
    name: "the page of another, by a key that may publish its own",
    reason: "page-not-delegated",
    async tell(held) {
      const made = await signedBy(world.liar, {
        page,
        hosts: [host],
        generation: held.head.generation + 1,
        says: "false",
      });
      await forge(made, [...honestDocuments(), world.delegation(world.liar, [page2], ["other.example.org"])]);
    },
  },
  {
    name: "a page of its own under the host of another",
    reason: "host-not-delegated",
    async tell() {
      const made = await signedBy(world.liar, { page: page2, hosts: [host], generation: 1, says: "false" });
      await forge(made, [...honestDocuments(), world.delegation(world.liar, [page2], ["other.example.org"])]);
    },
  },
  {
    name: "altered bodies under a signed manifest",
    reason: "digest-mismatch",
    async tell(_held, next) {
      const store = await storeOf(honestDocuments(), [next]);
      const object = (_digest: Digest, bytes: Uint8Array): Uint8Array => flipped(bytes);
      world.turnToFeed(altered(store, { object }), world.publisher, [next.head]);
    },
  },
  {
    name: "an altered part under a signed manifest",
    reason: "digest-mismatch",
    async tell(_held, next) {
      const store = await storeOf(honestDocuments(), [next]);
      const tree = (digest: Digest, bytes: Uint8Array): Uint8Array =>
        digest === next.head.manifest ? bytes : flipped(bytes);
      world.turnToFeed(altered(store, { tree }), world.publisher, [next.head]);
    },
  },
  {
    name: "an altered manifest",
    reason: "bad-signature",
    async tell(_held, next) {
      const store = await storeOf(honestDocuments(), [next]);
      const [[, bytes = new Uint8Array()] = []] = next.tree;
      const forged = flipped(bytes);
      const name = digestOf(forged);
      const stream = [
        helloOf(),
        ...framesOf("manifest", name, forged),
        encodeFrame({ kind: "pushed", manifest: name }),
      ];
      const feed = feedOver(store);
      world.turnTo({
        fetch: (request) =>
          request.url.endsWith("/follow") ? endless(stream, null) : answerOf(feed, request),
        close: () => feed.close(),
      });
    },
  },
  {
    name: "mix and match: bodies of the generation before under the new manifest",
    reason: "length-mismatch",
    async tell(held, next) {
      const store = await storeOf(honestDocuments(), [next]);
      const old = new Map(held.objects);
      const swap = new Map<Digest, Digest>();
      for (const [at, { variants }] of next.routes.entries()) {
        const before = held.routes[(at + 1) % held.routes.length]?.variants;
        if (before !== undefined) swap.set(variants.gzip.digest, before.gzip.digest);
      }
      const object = (digest: Digest, bytes: Uint8Array): Uint8Array =>
        old.get(swap.get(digest) ?? "") ?? bytes;
      world.turnToFeed(altered(store, { object }), world.publisher, [next.head]);
    },
  },
  {
    name: "mix and match: a heartbeat over another list of heads",
    reason: "heads-mismatch",
    async tell(held, next) {
      const list = encodeHeads([held.head]);
      const frames = [helloOf(), ...framesOf("heads", digestOf(list), list)];
      const beat = (): Uint8Array =>
        encodeFrame({ kind: "heartbeat", bytes: heartbeatOf(world.publisher, [next.head]) });
      world.turnTo({ fetch: () => endless(frames, beat), close: () => {} });
    },
  },
  {
    name: "rollback: an older generation, signed long ago",
    reason: "generation-not-above",
    async tell() {
      const [oldest] = world.said;
      if (oldest !== undefined) await forge(oldest);
    },
  },
  {
    name: "fast-forward: a generation more than a million above",
    reason: "generation-jump",
    async tell(held) {
      const generation = held.head.generation + 1_000_001;
      await forge(await signedBy(world.publisher, { page, hosts: [host], generation, says: "late" }));
    },
  },
  {
    name: "garbage",
    reason: "bad-magic",
    async tell() {
      const noise = Buffer.from(random.bytes(4_096)).fill(0xff, 4, 5);
      world.turnTo({ fetch: () => new Response(noise, octets), close: () => {} });
    },
  },
  {
    name: "an HTML page with status 200",
    reason: "bad-magic",
    async tell() {
      const html = "<!DOCTYPE html><html><body><h1>Welcome to the hotel network</h1></body></html>";
      const headers = { "content-type": "text/html" };
      world.turnTo({ fetch: () => new Response(html, { headers }), close: () => {} });
    },
  },
];

/** Resident memory of the POP's processes (bytes); 0 where /proc does not say. */
function memoryOf(parent: number): number {
  let bytes = 0;
  for (const entry of existsSync("/proc") ? readdirSync("/proc") : []) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(join("/proc", entry, "status"), "utf8");
      const [, of] = /^PPid:\s+(\d+)/m.exec(status) ?? [];
      if (Number(of) !== parent) continue;
      bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    } catch {
      // It ended while we looked.
    }
  }
  return bytes;
}

describe("promise 5: a source that lies", () => {
  for (const { name, reason, tell } of lies) {
    test(name, async () => {
      const held = world.newest;
      expect(await world.serves(held)).toBe(true);
      const before = await world.refused(reason);
      await tell(held, await world.next(), world);
      await until(
        `the refusal ${reason} is counted`,
        async () => (await world.refused(reason)) > before,
        20_000,
      );
      expect(await world.serves(held)).toBe(true);
      await world.publish();
      await world.follows();
    }, 60_000);
  }

  for (const [path, reason, bytesMin] of [
    ["/sync/follow", "undeclared", 64 * 1024 * 1024],
    ["/sync/fetch", "too-long", 0],
  ] as const) {
    test(`an answer to ${path} that never ends takes no memory and keeps nobody from an honest source`, async () => {
      const held = world.newest;
      const { head, tree } = await world.next();
      const [[, manifest = new Uint8Array()] = []] = tree;
      const opening = [helloOf(), ...framesOf("manifest", head.manifest, manifest)];
      const pushed = encodeFrame({ kind: "pushed", manifest: head.manifest });
      const junk = random.bytes(200_000);
      const more = (): Uint8Array => Buffer.concat([...framesOf("body", digestOf(random.bytes(8)), junk)]);
      const memory = memoryOf(world.pid);
      const before = await world.refused(reason);
      let sent = 0;
      world.turnTo({
        fetch(request) {
          const asked = new URL(request.url).pathname;
          if (asked !== path) return endless([...opening, pushed], null);
          return endless(path === "/sync/follow" ? opening : [helloOf()], more, (bytes) => {
            sent += bytes;
          });
        },
        close: () => {},
      });
      await until("the refusal is counted", async () => (await world.refused(reason)) > before, 20_000);
      await until("as much was sent", () => sent > bytesMin, 20_000);
      expect(memoryOf(world.pid) - memory).toBeLessThan(128 * 1024 * 1024);
      expect(await world.serves(held)).toBe(true);
      await world.publish();
      await world.follows();
    }, 60_000);
  }

  test("a frozen source: heartbeats of the past keep coming, and the page soon says that it is not confirmed", async () => {
    const held = world.newest;
    const before = await world.refused("sequence-not-rising");
    await world.freeze();
    const frozenMs = performance.now();
    await until("level 1", async () => (await world.level()) === "1", 3 * boundMs);
    console.log(
      `Frozen: noticed in ${Math.round(performance.now() - frozenMs)} ms; the bound is ${boundMs} ms.`,
    );
    expect(await world.refused("sequence-not-rising")).toBeGreaterThan(before);
    expect(await world.serves(held)).toBe(true);
    const front = (await get(world.pop, "/", { host })).body.toString("utf8");
    expect(front).toContain("Not confirmed since");
    await world.publish();
    await world.follows();
  }, 60_000);
});

describe("promise 5: documents at the ops address", () => {
  const post = (body: Uint8Array): Promise<Response> =>
    fetch(`http://${world.ops}/ingest`, { method: "POST", body });
  const removal = (key: SecretKey): Uint8Array => signRemoval({ page, hosts: [host], serial: 1 }, key);
  const rows: readonly (readonly [name: string, reason: string, make: () => Uint8Array])[] = [
    ["no document at all", "undecodable", () => new TextEncoder().encode('{"remove":"this page"}')],
    ["nothing", "undecodable", () => new Uint8Array()],
    ["an altered one", "bad-signature", () => flipped(removal(world.root))],
    ["one by another root", "not-root", () => removal(world.liarsRoot.secretKey)],
  ];
  for (const [name, reason, make] of rows) {
    test(`${name} is refused as ${reason}, and the page stays`, async () => {
      const counted = async (): Promise<number> =>
        (await metricsAt(world.ops)).sum("ingest_total", `outcome="${reason}"`);
      const before = await counted();
      expect((await post(make())).status).toBe(403);
      expect(await counted()).toBe(before + 1);
      expect(await world.serves(world.newest)).toBe(true);
    });
  }
});

describe("promise 5: the switch", () => {
  test("a POP that trusts the liar's root serves the foreign page: the tests above can see it", async () => {
    const broken = new World();
    try {
      await broken.start("trust");
      const held = broken.newest;
      await foreignPage.tell(held, held, broken);
      await until("the foreign page is served", async () => {
        const answer = await get(broken.pop, "/", { host }).catch(() => null);
        return answer?.body.toString("utf8").includes("false") === true;
      });
      expect(await broken.serves(held)).toBe(false);
    } finally {
      await broken.end();
    }
  }, 60_000);
});
