// What a source can say that is not so: a row each, with the reason under which a POP refuses it.
import { systemRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { encodeHeads } from "../../src/snapshot/heartbeat.ts";
import type { Digest } from "../../src/snapshot/types.ts";
import type { Apply, SnapshotStore } from "../../src/store/types.ts";
import { encodeFrame, framesOf, helloOf } from "../../src/sync/frames.ts";
import { answerOf, feedOver, heartbeatOf, signedBy, storeOf } from "../support/signed-page.ts";
import { sampleHost as host, samplePage as page } from "../support/summary.ts";
import type { Page, World } from "./p5-world.ts";

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
export function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}

const octets = { headers: { "content-type": "application/octet-stream" } };

/** An answer that ends by no word of its own: `first`, then `more` again and again as fast as it is read, or nothing more. */
export function endless(
  first: readonly Uint8Array[],
  more: (() => Uint8Array) | null,
  onSent: (bytes: number) => void = () => {},
  cut: AbortSignal = new AbortController().signal,
): Response {
  const begin = [...first];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      cut.addEventListener("abort", () => controller.error(new Error("the source is gone")));
    },
    async pull(controller) {
      const chunk = begin.shift() ?? more?.();
      if (chunk === undefined || cut.aborted) return new Promise(() => {});
      controller.enqueue(chunk);
      onSent(chunk.length);
      await new Promise((resume) => setTimeout(resume, 1));
    },
  });
  return new Response(stream, octets);
}

const page2 = "n0tdelegated";

export interface Lie {
  readonly name: string;
  /** What the POP counts it as. */
  readonly reason: string;
  /** Puts the liar in place. `held` is what the POP has, `next` what the honest publisher has signed since. */
  tell(held: Page, next: Page, world: World): Promise<void>;
}

/** A liar with a manifest of its own making, between genuine heartbeats. */
async function forge(world: World, made: Apply, documents = world.honestDocuments()): Promise<void> {
  const store = await storeOf(documents, [made]);
  world.turnToFeed(store, world.publisher, [world.newest.head]);
}

export const foreignPage: Lie = {
  name: "a page by a key that nobody delegated",
  reason: "unknown-key",
  async tell(held, _next, world) {
    const generation = held.head.generation + 1;
    const made = await signedBy(world.liar, { page, hosts: [host], generation, says: "false" });
    const documents = [
      world.delegation(world.publisher),
      world.delegation(world.liar, ["*"], ["*"], world.liarsRoot.secretKey),
    ];
    world.turnToFeed(await storeOf(documents, [made]), world.liar);
  },
};

export const lies: readonly Lie[] = [
  foreignPage,
  {
    name: "the page of another, by a key that may publish its own",
    reason: "page-not-delegated",
    async tell(held, _next, world) {
      const made = await signedBy(world.liar, {
        page,
        hosts: [host],
        generation: held.head.generation + 1,
        says: "false",
      });
      await forge(world, made, [
        ...world.honestDocuments(),
        world.delegation(world.liar, [page2], ["other.example.org"]),
      ]);
    },
  },
  {
    name: "a page of its own under the host of another",
    reason: "host-not-delegated",
    async tell(_held, _next, world) {
      const made = await signedBy(world.liar, { page: page2, hosts: [host], generation: 1, says: "false" });
      await forge(world, made, [
        ...world.honestDocuments(),
        world.delegation(world.liar, [page2], ["other.example.org"]),
      ]);
    },
  },
  {
    name: "altered bodies under a signed manifest",
    reason: "digest-mismatch",
    async tell(_held, next, world) {
      const store = await storeOf(world.honestDocuments(), [next]);
      const object = (_digest: Digest, bytes: Uint8Array): Uint8Array => flipped(bytes);
      world.turnToFeed(altered(store, { object }), world.publisher, [next.head]);
    },
  },
  {
    name: "an altered part under a signed manifest",
    reason: "digest-mismatch",
    async tell(_held, next, world) {
      const store = await storeOf(world.honestDocuments(), [next]);
      const tree = (digest: Digest, bytes: Uint8Array): Uint8Array =>
        digest === next.head.manifest ? bytes : flipped(bytes);
      world.turnToFeed(altered(store, { tree }), world.publisher, [next.head]);
    },
  },
  {
    name: "an altered manifest",
    reason: "bad-signature",
    async tell(_held, next, world) {
      const store = await storeOf(world.honestDocuments(), [next]);
      const [[, bytes = new Uint8Array()] = []] = next.tree;
      const forged = flipped(bytes);
      const name = digestOf(forged);
      const stream = [
        helloOf(),
        ...framesOf("manifest", name, forged),
        encodeFrame({ kind: "pushed", manifest: name }),
      ];
      const feed = feedOver(store);
      const cut = new AbortController();
      world.turnTo({
        fetch: (request) =>
          request.url.endsWith("/follow")
            ? endless(stream, null, undefined, cut.signal)
            : answerOf(feed, request),
        close() {
          cut.abort();
          feed.close();
        },
      });
    },
  },
  {
    name: "mix and match: bodies of the generation before under the new manifest",
    reason: "length-mismatch",
    async tell(held, next, world) {
      const store = await storeOf(world.honestDocuments(), [next]);
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
    async tell(held, next, world) {
      const list = encodeHeads([held.head]);
      const frames = [helloOf(), ...framesOf("heads", digestOf(list), list)];
      const beat = (): Uint8Array =>
        encodeFrame({ kind: "heartbeat", bytes: heartbeatOf(world.publisher, [next.head]) });
      const cut = new AbortController();
      world.turnTo({
        fetch: () => endless(frames, beat, undefined, cut.signal),
        close: () => cut.abort(),
      });
    },
  },
  {
    name: "rollback: an older generation, signed long ago",
    reason: "generation-not-above",
    async tell(_held, _next, world) {
      const [oldest] = world.said;
      if (oldest !== undefined) await forge(world, oldest);
    },
  },
  {
    name: "fast-forward: a generation more than a million above",
    reason: "generation-jump",
    async tell(held, _next, world) {
      const generation = held.head.generation + 1_000_001;
      await forge(world, await signedBy(world.publisher, { page, hosts: [host], generation, says: "late" }));
    },
  },
  {
    name: "garbage",
    reason: "bad-magic",
    async tell(_held, _next, world) {
      const noise = Buffer.from(systemRandom.bytes(4_096)).fill(0xff, 4, 5);
      world.turnTo({ fetch: () => new Response(noise, octets), close: () => {} });
    },
  },
  {
    name: "an HTML page with status 200",
    reason: "bad-magic",
    async tell(_held, _next, world) {
      const html = "<!DOCTYPE html><html><body><h1>Welcome to the hotel network</h1></body></html>";
      const headers = { "content-type": "text/html" };
      world.turnTo({ fetch: () => new Response(html, { headers }), close: () => {} });
    },
  },
];
