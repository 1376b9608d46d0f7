// A publisher with its feed, in this process and on the real clock, for tests that need one that can also lie. In: a key, pages.
// Out: a source that a POP follows, and what it signed.
import { randomBytes } from "node:crypto";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { assemble } from "../../src/snapshot/assemble.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { digestOfNothing } from "../../src/snapshot/digest.ts";
import { headsDigest, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import type { SecretKey } from "../../src/snapshot/keys.ts";
import { type Digest, type Head, type Route, slotClose, slotOpen } from "../../src/snapshot/types.ts";
import type { Apply, SnapshotStore, StoredDocument } from "../../src/store/types.ts";
import { createFeed, type Feed } from "../../src/sync/feed.ts";
import { memoryStore } from "./memory-store.ts";

/** What a POP may follow: the answer to each of its requests, and an end to those that are open. */
export interface Source {
  fetch(request: Request): Promise<Response> | Response;
  close(): void;
}

/** Paths of a made page. */
export const madePaths = ["/", "/api/v2/summary.json", "/history.atom"] as const;

export interface Wanted {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly generation: number;
  readonly epoch?: number;
  /** Stands in each body, with noise that no compression takes away. */
  readonly says: string;
}

/** A whole signed page whose bodies all say the same. */
export async function signedBy(
  key: SecretKey,
  wanted: Wanted,
): Promise<Apply & { routes: readonly Route[] }> {
  const noise = randomBytes(600).toString("hex");
  const text = `${wanted.says} ${noise}`;
  const bodies: Record<(typeof madePaths)[number], readonly [type: string, body: string]> = {
    "/": ["text/html; charset=utf-8", `<!doctype html><body>${slotOpen}${slotClose}<p>${text}</p>`],
    "/api/v2/summary.json": ["application/json; charset=utf-8", JSON.stringify({ text })],
    "/history.atom": ["application/atom+xml; charset=utf-8", `<feed>${text}</feed>`],
  };
  const objects: (readonly [Digest, Uint8Array])[] = [];
  const routes: Route[] = [];
  for (const path of madePaths) {
    const [contentType, body] = bodies[path];
    const made = await compressBody(new TextEncoder().encode(body));
    objects.push(...made.objects);
    routes.push({ path, contentType, cache: "page", slot: path === "/", variants: made.variants });
  }
  const { page, hosts, generation, epoch = 1 } = wanted;
  const banners = { en: "Not confirmed since {time}." };
  const fields = {
    page,
    hosts,
    generation,
    epoch,
    previous: digestOfNothing,
    createdMs: Date.now(),
    banners,
  };
  const snapshot = assemble({ ...fields, routes }, key);
  return {
    head: snapshot.head,
    hosts,
    createdMs: snapshot.manifest.createdMs,
    tree: [[snapshot.head.manifest, snapshot.manifestBytes], ...snapshot.parts],
    objects,
    routes,
  };
}

/** A feed over any store, on the real clock. */
export function feedOver(store: SnapshotStore): Feed {
  return createFeed({
    store,
    mayFollow: () => true,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: createMetrics(),
  });
}

/** The answer of a feed, or 404. */
export function answerOf(feed: Feed, request: Request): Promise<Response> | Response {
  return feed.fetch(request) ?? new Response("This address feeds POPs.\n", { status: 404 });
}

/** A store that holds these documents and pages. */
export async function storeOf(
  documents: readonly StoredDocument[],
  pages: readonly Apply[],
): Promise<SnapshotStore> {
  const store = memoryStore(() => Date.now());
  for (const document of documents) await store.putDocument(document);
  for (const page of pages) await store.apply(page);
  return store;
}

/** The sequence of every heartbeat that this process signs: it rises. */
let sequence = Date.now();

/** "These are the heads, now", by this key. */
export function heartbeatOf(key: SecretKey, heads: readonly Head[]): Uint8Array {
  sequence = Math.max(sequence + 1, Date.now());
  return signHeartbeat({ sequence, headsDigest: headsDigest(heads), timeMs: Date.now() }, key);
}
