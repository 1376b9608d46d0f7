// The bodies of routes, brought into reach. In: routes of checked parts, bodies in memory, a source for the rest. Out: what is new, identity
// included, each checked. What memory should not hold waits in the store, staged, until its generation is whole.
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { identityFromGzip } from "../snapshot/body.ts";
import { checkBody } from "../snapshot/tree.ts";
import type { Digest, Route, Variant } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Setback } from "./bring.ts";

type Bodies = ReadonlyMap<Digest, Uint8Array>;

/** Gives all that is wanted (digest to declared length), or why the bring ends. */
export type FetchBodies = (wanted: ReadonlyMap<Digest, number>) => Promise<Result<Bodies, Setback>>;

interface Batch {
  readonly routes: readonly Route[];
  readonly missing: ReadonlyMap<Digest, number>;
}

/** So much is held in memory before it is staged: a quarter for each of the pages that are brought at the same time. */
const stageBytes = limits.applyBytesMax / limits.pagesAtOnceMax;

/** Bodies of `routes` that are not in the store, as far as they were not staged on the way. */
export async function bringBodies(
  store: SnapshotStore,
  routes: readonly Route[],
  delivered: Bodies,
  fetch: FetchBodies,
): Promise<Result<Bodies, Setback>> {
  const fresh = new Map<Digest, Uint8Array>();
  let length = 0;
  for (const batch of batchesOf(store, routes, delivered)) {
    const fetched = await fetch(batch.missing);
    if (!fetched.ok) return fetched;
    const made = await Promise.all(
      batch.routes.map((route) =>
        bodiesOf(
          store,
          route,
          (digest) => fetched.value.get(digest) ?? delivered.get(digest) ?? fresh.get(digest),
        ),
      ),
    );
    for (const bodies of made) {
      if (!bodies.ok) return bodies;
      for (const [digest, bytes] of bodies.value) {
        if (!fresh.has(digest)) length += bytes.length;
        fresh.set(digest, bytes);
      }
    }
    if (length < stageBytes) continue;
    await store.stage([...fresh]);
    store.refresh();
    fresh.clear();
    length = 0;
  }
  return ok(fresh);
}

/** Routes in runs that one fetch can bring. A route of which everything is there belongs to no run. */
function* batchesOf(store: SnapshotStore, routes: readonly Route[], delivered: Bodies): Generator<Batch> {
  const named = new Set<Digest>();
  let batch: Route[] = [];
  let missing = new Map<Digest, number>();
  let length = 0;
  for (const route of routes) {
    const absent = Object.values(route.variants).filter(
      ({ digest }) => !named.has(digest) && !store.hasObject(digest),
    );
    if (absent.length === 0) continue;
    batch.push(route);
    for (const variant of absent) {
      named.add(variant.digest);
      length += variant.length;
      if (variant !== route.variants.identity && !delivered.has(variant.digest))
        missing.set(variant.digest, variant.length);
    }
    if (length < limits.fetchBatchBytes && missing.size < limits.fetchDigestsMax - 4) continue;
    yield { routes: batch, missing };
    batch = [];
    missing = new Map();
    length = 0;
  }
  if (batch.length > 0) yield { routes: batch, missing };
}

/** The bodies of one route that the store lacks, identity made from gzip. */
async function bodiesOf(
  store: SnapshotStore,
  { variants }: Route,
  inMemory: (digest: Digest) => Uint8Array | undefined,
): Promise<Result<[Digest, Uint8Array][], Setback>> {
  const bodies: [Digest, Uint8Array][] = [];
  for (const variant of [variants.gzip, variants.br, variants.zstd]) {
    if (variant === undefined || store.hasObject(variant.digest)) continue;
    const bytes = inMemory(variant.digest);
    if (bytes === undefined) return refuse({ kind: "failed", reasons: ["not-at-source"] });
    if (bytes.length !== variant.length) return refuse({ kind: "refused", reason: "length-mismatch" });
    bodies.push([variant.digest, bytes]);
  }
  if (store.hasObject(variants.identity.digest)) return ok(bodies);
  const gzip = inMemory(variants.gzip.digest) ?? (await storedBody(store, variants.gzip));
  if (gzip === null) return refuse({ kind: "failed", reasons: ["store-damaged"] });
  const identity = await identityFromGzip(gzip, variants.identity);
  if (!identity.ok) return refuse({ kind: "refused", reason: identity.reason });
  return ok([...bodies, [variants.identity.digest, identity.value]]);
}

/** A body read back. One that is not what it was is dropped, so that the next try fetches it. */
async function storedBody(store: SnapshotStore, variant: Variant): Promise<Uint8Array | null> {
  const bytes = store.object(variant.digest);
  if (bytes !== null && checkBody(bytes, variant).ok) return bytes;
  if (bytes !== null) await store.dropObject(variant.digest);
  return null;
}
