// A page, signed and held in memory. In: bodies by path. Out: a store that serving reads, and handles that make it fail.
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { ServingOptions } from "../../src/edge/serve.ts";
import type { OpenRoot } from "../../src/edge/trees.ts";
import { assemble } from "../../src/snapshot/assemble.ts";
import { compressBody } from "../../src/snapshot/body.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest, Head, Manifest, Route } from "../../src/snapshot/types.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import type { Apply, Freshness, SnapshotStore, StoredDocument } from "../../src/store/types.ts";
import { manualClock } from "../support/manual-clock.ts";

export const publisher = generateKeyPair("publisher", seededRandom(7)).secretKey;

export interface PageInput {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly generation: number;
  readonly createdMs?: number;
  readonly banner?: string;
  readonly routes: Readonly<Record<string, RouteInput>>;
}

export interface RouteInput {
  readonly body: string;
  readonly contentType?: string;
  readonly cache?: Route["cache"];
  readonly slot?: boolean;
  readonly lazy?: true;
  readonly framed?: true;
}

/** A front page of a few kilobytes with the slot, its JSON, a feed and a file. */
export function frontRoutes(words: string): PageInput["routes"] {
  const filler = Array.from({ length: 200 }, (_none, at) => `<li>Component ${at}: ${words}</li>`).join("");
  return {
    "/": {
      body: `<!doctype html><title>${words}</title><body>${slotOpen}${slotClose}<ul>${filler}</ul>`,
      contentType: "text/html; charset=utf-8",
      slot: true,
    },
    "/api/v2/summary.json": {
      body: JSON.stringify({ says: words, list: Array.from({ length: 200 }, () => words) }),
      contentType: "application/json; charset=utf-8",
    },
    "/history.atom": {
      body: `<feed>${words.repeat(50)}</feed>`,
      contentType: "application/atom+xml",
      cache: "feed",
    },
    "/icon.svg": { body: `<svg>${words}</svg>`, contentType: "image/svg+xml", cache: "immutable" },
  };
}

/** Two generations of one page. */
export async function calmThenStorm(): Promise<readonly [now: Signed, next: Signed]> {
  const at = { page: "p1", hosts: ["status.example"] };
  return [
    await signedPage({ ...at, generation: 7, routes: frontRoutes("calm") }),
    await signedPage({ ...at, generation: 8, routes: frontRoutes("storm") }),
  ];
}

/** What `SnapshotStore.apply` takes, for a whole page. */
type Signed = Apply & { readonly manifest: Manifest };

export async function signedPage(input: PageInput): Promise<Signed> {
  const objects: (readonly [Digest, Uint8Array])[] = [];
  const routes: Route[] = [];
  for (const [path, route] of Object.entries(input.routes)) {
    const body = await compressBody(Buffer.from(route.body, "utf8"));
    objects.push(...body.objects);
    routes.push({
      path,
      contentType: route.contentType ?? "text/plain; charset=utf-8",
      cache: route.cache ?? "page",
      slot: route.slot ?? false,
      ...(route.lazy && { lazy: route.lazy }),
      ...(route.framed && { framed: route.framed }),
      variants: body.variants,
    });
  }
  const snapshot = assemble(
    {
      page: input.page,
      hosts: input.hosts,
      epoch: 1,
      generation: input.generation,
      previous: "0".repeat(64),
      createdMs: input.createdMs ?? Date.UTC(2026, 0, 5, 11),
      banners: { en: input.banner ?? "No contact since {time}." },
      routes,
    },
    publisher,
  );
  return {
    head: snapshot.head,
    hosts: input.hosts,
    createdMs: snapshot.manifest.createdMs,
    tree: [[snapshot.head.manifest, snapshot.manifestBytes], ...snapshot.parts],
    objects,
    manifest: snapshot.manifest,
  };
}

/** Opens what `publisher` signed. */
export const openRoot: OpenRoot = (bytes) => {
  const opened = openManifest(bytes);
  if (!opened.ok) return opened;
  if (opened.value.key !== publisher.publicKey) return { ok: false, reason: "page-not-delegated" };
  return { ok: true, value: opened.value.value };
};

/** What `createServing` needs but for what a test says itself: no hub, no default page, nobody who is told, a clock of its own. */
export function servingOptions(own: Pick<ServingOptions, "store"> & Partial<ServingOptions>): ServingOptions {
  return {
    openRoot,
    rootKeys: [],
    clock: manualClock(),
    defaultPage: null,
    onDamaged: () => undefined,
    log: silentLog,
    metrics: createMetrics(),
    ...own,
  };
}

export interface MemoryStore extends SnapshotStore {
  readonly trees: Map<Digest, Uint8Array>;
  readonly objects: Map<Digest, Uint8Array>;
  /** From now on every read throws, as after an EIO. */
  failWith(error: Error | null): void;
}

function names({ variants }: Route, digest: Digest): boolean {
  return Object.values(variants).some((variant) => variant.digest === digest);
}

/**
 * A store without a device: the reads of serving, and enough writes to fill it. `numbered` counts its commits, as LMDB does under Bun;
 * without, as under Deno, each request reads everything again.
 */
export function memoryStore({ numbered = false } = {}): MemoryStore {
  const heads = new Map<string, Head>();
  const hosts = new Map<string, string>();
  const gone = new Set<string>();
  const documents = new Map<string, StoredDocument>();
  const trees = new Map<Digest, Uint8Array>();
  const objects = new Map<Digest, Uint8Array>();
  let freshness: Freshness | null = null;
  let failure: Error | null = null;
  let commits = 1;
  const read = <Value>(value: Value): Value => {
    if (failure !== null) throw failure;
    return value;
  };
  return {
    trees,
    objects,
    failWith: (error) => {
      failure = error;
    },
    refresh: () => read(undefined),
    commitNumber: () => (numbered ? commits : null),
    head: (page) => read(heads.get(page) ?? null),
    heads: () => read([...heads.values()]),
    pageOf: (host) => read(hosts.get(host) ?? null),
    tree: (digest) => read(trees.get(digest) ?? null),
    object: (digest) => read(objects.get(digest) ?? null),
    hasTree: (digest) => read(trees.has(digest)),
    hasObject: (digest) => read(objects.has(digest)),
    isNamed: (digest) =>
      read([...trees.values()]).some((bytes) => {
        const part = decodePart(bytes);
        return part.ok && part.value.routes.some((route) => names(route, digest));
      }),
    notes: () => new Map(),
    async apply(apply) {
      commits++;
      for (const [digest, bytes] of apply.tree) trees.set(digest, bytes);
      for (const [digest, bytes] of apply.objects) objects.set(digest, bytes);
      for (const [host, page] of hosts)
        if (page === apply.head.page && !apply.hosts.includes(host)) hosts.delete(host);
      for (const host of apply.hosts) if (!hosts.has(host)) hosts.set(host, apply.head.page);
      heads.set(apply.head.page, apply.head);
    },
    putNotes: async () => undefined,
    async stage(bodies) {
      for (const [digest, bytes] of bodies) objects.set(digest, bytes);
    },
    async dropObject(digest) {
      commits++;
      objects.delete(digest);
    },
    async forgetPage(page) {
      commits++;
      heads.delete(page);
    },
    async putDocument(document, forget) {
      commits++;
      documents.set(`${document.kind} ${document.subject}`, document);
      if (forget === undefined) return;
      heads.delete(forget.page);
      for (const host of forget.hosts) {
        hosts.delete(host);
        gone.add(host);
      }
    },
    documents: (kind) => read([...documents.values()].filter((document) => document.kind === kind)),
    document: (kind, subject) => read(documents.get(`${kind} ${subject}`)?.bytes ?? null),
    isGone: (host) => read(gone.has(host)),
    freshness: () => read(freshness),
    async putFreshness(fresh) {
      commits++;
      freshness = fresh;
    },
    sweep: async () => ({ removed: 0, done: true }),
    close: async () => undefined,
  };
}
