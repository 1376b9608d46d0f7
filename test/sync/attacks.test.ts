// Sources that lie. Each line of the TUF list is one source that a POP meets: it refuses, counts, says it once, and serves on.
import { describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import { signDelegation, signRemoval } from "../../src/snapshot/documents.ts";
import { encodeHeads, headsDigest, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import { signManifest } from "../../src/snapshot/manifest.ts";
import { encodePart } from "../../src/snapshot/part.ts";
import type { Head, Manifest, Route } from "../../src/snapshot/types.ts";
import { type BlobKind, encodeFrame, framesOf, helloOf } from "../../src/sync/frames.ts";
import {
  bodyAt,
  createPop,
  createWorld,
  delegation,
  origin,
  publisherKey,
  reconnect,
  root,
  settled,
  strangerKey,
  until,
  type World,
} from "./world.ts";

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);
const blob = (kind: BlobKind, bytes: Uint8Array, digest = digestOf(bytes)): Uint8Array[] => [
  ...framesOf(kind, digest, bytes),
];
const pushed = (manifest: Uint8Array): Uint8Array =>
  encodeFrame({ kind: "pushed", manifest: digestOf(manifest) });

/** A source that says these frames to whoever follows, then keeps the line open; a fetch gets `fetched`. */
function liar(frames: readonly Uint8Array[], fetched: readonly Uint8Array[] = []) {
  return async (request: Request): Promise<Response> => {
    const follow = request.url.endsWith("/follow");
    const chunks = follow ? frames : fetched;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of [helloOf(), ...chunks]) controller.enqueue(chunk);
        if (!follow) controller.close();
      },
    });
    return new Response(request.url.endsWith("/ack") ? null : stream);
  };
}

function manifestOf(more: Partial<Manifest>): Manifest {
  return {
    page: "acme",
    hosts: ["acme.test"],
    epoch: 1,
    generation: 2,
    previous: digestOfNothing,
    createdMs: 1,
    parts: [digestOf(emptyPart)],
    banners: {},
    ...more,
  };
}
const emptyPart = encodePart([]);
const signed = (more: Partial<Manifest>, key = publisherKey): Uint8Array =>
  signManifest(manifestOf(more), key.secretKey);
const route = (more: Partial<Route["variants"]> = {}): Route => ({
  path: "/",
  contentType: "text/plain",
  cache: "page",
  slot: false,
  variants: {
    identity: { digest: digestOf(text("hello")), length: 5 },
    gzip: { digest: digestOf(text("gz")), length: 2 },
    ...more,
  },
});

/** A world whose POP holds generation 1 of acme and is confirmed, and whose source now lies. */
async function deceived(frames: readonly Uint8Array[], fetched: readonly Uint8Array[] = []): Promise<World> {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "good" });
  await world.live(4_000);
  world.line.feeds.set(origin, liar(frames, fetched));
  await reconnect(world);
  return world;
}

interface Attack {
  readonly name: string;
  readonly frames: () => readonly Uint8Array[];
  readonly fetched?: () => readonly Uint8Array[];
  readonly reason: string;
}

const gz = Bun.gzipSync(text("hello"));
const bomb = Bun.gzipSync(new Uint8Array(1024 * 1024));
const partWith = (variants: Partial<Route["variants"]>): Uint8Array => encodePart([route(variants)]);
const pushOf = (part: Uint8Array, ...bodies: readonly Uint8Array[]): Uint8Array[] => {
  const manifest = signed({ parts: [digestOf(part)] });
  return [
    ...blob("manifest", manifest),
    ...blob("part", part),
    ...bodies.flatMap((body) => blob("body", body)),
    pushed(manifest),
  ];
};
const heartbeatOf = (sequence: number, heads: readonly Head[], key = publisherKey): Uint8Array =>
  encodeFrame({
    kind: "heartbeat",
    bytes: signHeartbeat({ sequence, headsDigest: headsDigest(heads), timeMs: 1 }, key.secretKey),
  });

const attacks: readonly Attack[] = [
  { name: "garbage", frames: () => [text("HTTP/1.1 400 Bad Request\r\n")], reason: "too-long" },
  { name: "endless frame", frames: () => [new Uint8Array([0xff, 0xff, 0xff, 0xff, 8])], reason: "too-long" },
  { name: "altered manifest", frames: () => altered(signed({})), reason: "bad-signature" },
  {
    name: "manifest by a key nobody delegated",
    frames: () => blob("manifest", signed({}, strangerKey)),
    reason: "unknown-key",
  },
  {
    name: "rollback",
    frames: () => blob("manifest", signed({ generation: 1, createdMs: 9 })),
    reason: "generation-not-above",
  },
  {
    name: "fast-forward",
    frames: () => blob("manifest", signed({ generation: 2_000_000 })),
    reason: "generation-jump",
  },
  {
    name: "an epoch that root did not begin",
    frames: () => blob("manifest", signed({ epoch: 2 })),
    reason: "epoch-ahead",
  },
  {
    name: "endless manifest",
    frames: () => [long("manifest", limits.manifestBytesMax + 1)],
    reason: "too-long",
  },
  {
    name: "endless part",
    frames: () => {
      const manifest = signed({});
      return [...blob("manifest", manifest), long("part", limits.partBytesMax + 1, digestOf(emptyPart))];
    },
    reason: "too-long",
  },
  {
    name: "endless document",
    frames: () => [long("document", limits.documentBytesMax + 1)],
    reason: "too-long",
  },
  {
    name: "a part that the manifest does not name",
    frames: () => {
      const manifest = signed({});
      return [...blob("manifest", manifest), ...blob("part", partWith({}))];
    },
    reason: "undeclared",
  },
  {
    name: "mix-and-match: another part under the digest of one that is named",
    frames: () => {
      const manifest = signed({});
      return [...blob("manifest", manifest), ...blob("part", partWith({}), digestOf(emptyPart))];
    },
    reason: "digest-mismatch",
  },
  {
    name: "a part in the place of another",
    frames: () => {
      const part = partWith({});
      const manifest = signed({
        parts: [digestOf(part), digestOf(emptyPart), digestOf(part), digestOf(emptyPart)].toReversed(),
      });
      return [...blob("manifest", manifest), ...blob("part", part), pushed(manifest)];
    },
    reason: "misplaced-route",
  },
  {
    name: "a body that no part names",
    frames: () => [...pushOf(partWith({})).slice(0, 2), ...blob("body", text("??"))],
    reason: "undeclared",
  },
  {
    name: "a body longer than declared",
    frames: () => [
      ...pushOf(partWith({})).slice(0, 2),
      ...blob("body", text("longer"), digestOf(text("gz"))),
    ],
    reason: "length-mismatch",
  },
  {
    name: "another body under the digest of one that is named",
    frames: () => [...pushOf(partWith({})).slice(0, 2), ...blob("body", text("zg"), digestOf(text("gz")))],
    reason: "digest-mismatch",
  },
  { name: "a gzip body that is none", frames: () => pushOf(partWith({}), text("gz")), reason: "not-gzip" },
  {
    name: "a gzip body of another identity",
    frames: () =>
      pushOf(
        partWith({
          identity: { digest: digestOf(text("other")), length: 5 },
          gzip: { digest: digestOf(gz), length: gz.length },
        }),
        gz,
      ),
    reason: "digest-mismatch",
  },
  {
    name: "a gzip bomb",
    frames: () => pushOf(partWith({ gzip: { digest: digestOf(bomb), length: bomb.length } }), bomb),
    reason: "length-mismatch",
  },
  {
    name: "a fetch that gives nothing",
    frames: () => [...blob("manifest", signed({})), pushed(signed({}))],
    reason: "not-at-source",
  },
  {
    name: "a fetch that gives garbage",
    frames: () => [...blob("manifest", signed({ createdMs: 3 })), pushed(signed({ createdMs: 3 }))],
    fetched: () => [new Uint8Array(16)],
    reason: "unknown-kind",
  },
  {
    name: "a fetch that gives what nobody asked for",
    frames: () => [...blob("manifest", signed({ createdMs: 4 })), pushed(signed({ createdMs: 4 }))],
    fetched: () => [...blob("part", partWith({}))],
    reason: "undeclared",
  },
  {
    name: "a heartbeat by a key nobody delegated",
    frames: () => [heartbeatOf(99, [], strangerKey)],
    reason: "unknown-key",
  },
  {
    name: "a heartbeat with another list",
    frames: () => [
      ...blob("heads", encodeHeads([])),
      heartbeatOf(99, [{ page: "a", epoch: 1, generation: 1, manifest: digestOfNothing }]),
    ],
    reason: "heads-mismatch",
  },
  { name: "a head list that is none", frames: () => blob("heads", text("heads")), reason: "bad-heads" },
  {
    name: "a delegation by a key that is no root",
    frames: () =>
      blob(
        "document",
        signDelegation(
          { publisherKey: strangerKey.publicKey, pages: ["*"], hosts: ["*"], serial: 9 },
          strangerRoot.secretKey,
        ),
      ),
    reason: "not-root",
  },
  {
    name: "a document that is none",
    frames: () => blob("document", text("document")),
    reason: "undecodable",
  },
  {
    name: "frames of a request",
    frames: () => [encodeFrame({ kind: "have", digests: [] })],
    reason: "unexpected-frame",
  },
];

const strangerRoot = { ...root, secretKey: { ...strangerKey.secretKey, role: "root" as const } };

function altered(bytes: Uint8Array): Uint8Array[] {
  const copy = bytes.slice();
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return blob("manifest", copy);
}

/** A first piece that promises more than it holds. */
function long(kind: BlobKind, total: number, digest = digestOfNothing): Uint8Array {
  return encodeFrame({ kind, digest, total, offset: 0, bytes: new Uint8Array(1) });
}

describe("attacks", () => {
  for (const { name, frames, fetched, reason } of attacks)
    test(name, async () => {
      const world = await deceived(frames(), fetched?.());
      await until(() => world.pop.refused(reason) > 0, `${reason} is counted`);
      for (let rounds = 0; rounds < 3; rounds++) await world.clock.advance(6_000);
      await settled();
      expect(world.pop.store.head("acme")?.generation).toBe(1);
      expect(bodyAt(world.pop.store, "acme", "/")).toBe("good");
      expect(world.pop.log.filter((line) => line.includes(`"${reason}"`)).length).toBeLessThanOrEqual(2);
      world.line.feeds.set(origin, (request) => world.publisher.feed.fetch(request));
      await world.publisher.publish("acme", { "/": "better" });
      for (let rounds = 0; rounds < 6; rounds++) await world.live(2_000);
      // The source's lies did not keep the truth out.
      expect(bodyAt(world.pop.store, "acme", "/")).toBe("better");
      await world.pop.follower.stop();
    });
});

test("attacks/freeze: a source that repeats old heartbeats confirms nothing; level 1 within 8 s", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "good" });
  await world.live(4_000);
  const heads = world.publisher.store.heads();
  const old = [
    ...blob("heads", encodeHeads(heads)),
    ...[1, 2, 1, 2].map((sequence) => heartbeatOf(sequence, heads)),
  ];
  world.line.feeds.set(origin, liar(old));
  const confirmedMs = world.pop.store.freshness()?.confirmedMs;
  await reconnect(world);
  await world.clock.advance(limits.staleAfterMs);
  await settled();
  expect(world.pop.store.freshness()).toMatchObject({ level: 1, confirmedMs });
  expect(world.pop.refused("sequence-not-rising")).toBeGreaterThan(0);
  await world.pop.follower.stop();
});

test("attacks/a refused page marks itself behind and holds up no other", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "good" });
  await world.publisher.publish("other", { "/": "one" });
  await world.live(4_000);
  const confirmedMs = world.pop.store.freshness()?.confirmedMs ?? 0;
  // The publisher's own store is tampered with: its next generation of acme names a body that is not what it says.
  const part = partWith({});
  const manifest = signed({ generation: 2, parts: [digestOf(part)] });
  await world.publisher.store.apply({
    head: { page: "acme", epoch: 1, generation: 2, manifest: digestOf(manifest) },
    hosts: ["acme.test"],
    createdMs: 1,
    tree: [
      [digestOf(manifest), manifest],
      [digestOf(part), part],
    ],
    objects: [[digestOf(text("gz")), text("gz")]],
  });
  await world.publisher.publish("other", { "/": "two" });
  await until(() => world.pop.refused("not-gzip") > 0, "the refusal");
  await settled();
  expect(world.pop.store.freshness()?.behind).toEqual({ acme: confirmedMs });
  await world.live(4_000);
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("good");
  expect(bodyAt(world.pop.store, "other", "/")).toBe("two");
  expect(world.pop.store.freshness()).toMatchObject({ level: 0, behind: { acme: confirmedMs } });
  expect(world.pop.log.filter((line) => line.includes("not-gzip"))).toHaveLength(1);
  await world.pop.follower.stop();
});

test("attacks/a key that may not claim this host, or this page", async () => {
  const world = await createWorld();
  const narrow = { publisherKey: publisherKey.publicKey, pages: ["acme"], hosts: ["acme.test"], serial: 2 };
  const bytes = signDelegation(narrow, root.secretKey);
  await world.publisher.store.putDocument({ kind: "delegation", subject: publisherKey.publicKey, bytes });
  world.publisher.feed.announce();
  await settled();
  world.line.feeds.set(
    origin,
    liar([
      ...blob("manifest", signed({ hosts: ["bank.test"] })),
      ...blob("manifest", signed({ page: "bank" })),
    ]),
  );
  await reconnect(world);
  expect(world.pop.refused("host-not-delegated")).toBe(1);
  expect(world.pop.refused("page-not-delegated")).toBe(1);
  expect(world.pop.store.heads()).toEqual([]);
  await world.pop.follower.stop();
});

test("attacks/a revoked key publishes nothing more, also after a restart", async () => {
  const world = await createWorld();
  await world.publisher.publish("acme", { "/": "good" });
  await world.live(2_000);
  const bytes = delegation(2, []);
  await world.publisher.store.putDocument({ kind: "delegation", subject: publisherKey.publicKey, bytes });
  world.publisher.feed.announce();
  await settled();
  await world.publisher.publish("acme", { "/": "forged" });
  await world.live(4_000);
  await world.pop.follower.stop();
  const pop = createPop(world.clock, world.line, { memory: world.pop.store });
  pop.follower.start();
  await world.live(4_000);
  expect(bodyAt(world.pop.store, "acme", "/")).toBe("good");
  expect(pop.refused("unknown-key")).toBeGreaterThan(0);
  await pop.follower.stop();
});

test("attacks/a removal while the page's bodies are on their way wins", async () => {
  const world = await createWorld();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = false;
  world.line.mangle.set(origin, async function* (chunks, path) {
    if (path === "/sync/fetch") {
      held = true;
      await gate;
    }
    yield* chunks;
  });
  await world.publisher.publish("acme", { "/": "good" });
  await until(() => held, "the fetch");
  const removal = signRemoval({ page: "acme", hosts: ["acme.test"], serial: 1 }, root.secretKey);
  await world.publisher.store.putDocument({ kind: "removal", subject: "acme", bytes: removal });
  world.publisher.feed.announce();
  await until(() => world.pop.store.document("removal", "acme") !== null, "the removal");
  release();
  await until(() => world.pop.refused("page-removed") > 0, "the refusal");
  await settled();
  expect(world.pop.store.head("acme")).toBeNull();
  await world.pop.follower.stop();
});
