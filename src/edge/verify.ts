// Background verification of what the store holds. In: the store, turns of a clock. Out: damaged bodies dropped, lost identity bodies made again.
// Bodies are also verified at first read; this finds the damage before a visitor asks.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { identityFromGzip } from "../snapshot/body.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";

export interface VerifyOptions {
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Bodies are missing: the source is to be asked for them. */
  onMissing(): void;
}

/** Checks a few routes every `verifyEveryMs`, round and round over all pages. Cancel to stop. */
export function startVerifying(options: VerifyOptions): Timer {
  const { clock, log, metrics } = options;
  const checked = metrics.counter("store_bodies_verified_total", "Bodies read and hashed in the background.");
  let round = routesOf(options.store);
  return every(clock, limits.verifyEveryMs, async () => {
    try {
      options.store.refresh();
      let turns = limits.verifyRoutesPerTurn;
      for (; turns > 0; turns--) {
        const next = round.next();
        if (next.done === true) break;
        checked.add(await verifyRoute(options, next.value));
      }
      if (turns > 0) round = routesOf(options.store);
    } catch (thrown) {
      log.warn(`The background verification could not read the store: ${messageOf(thrown)}.`);
      round = routesOf(options.store);
    }
  });
}

/** Routes of the current generation of every page. What cannot be opened is left to those who serve it, who say so. */
function* routesOf(store: SnapshotStore): Generator<Route> {
  for (const head of store.heads()) {
    const root = store.tree(head.manifest);
    const manifest = root === null ? null : openManifest(root);
    if (manifest?.ok !== true) continue;
    for (const digest of manifest.value.value.parts) {
      const bytes = store.tree(digest);
      const part = bytes === null ? null : decodePart(bytes);
      if (part?.ok === true) yield* part.value.routes;
    }
  }
}

async function verifyRoute({ store, log, metrics, onMissing }: VerifyOptions, route: Route): Promise<number> {
  const damaged = metrics.counter("store_bodies_damaged_total", "Bodies that did not hash to their name.");
  let count = 0;
  let missing = false;
  for (const variant of Object.values(route.variants)) {
    const bytes = store.object(variant.digest);
    if (bytes !== null && digestOf(bytes) === variant.digest) {
      count++;
      continue;
    }
    if (bytes !== null) {
      damaged.add();
      log.error("A body in the store does not hash to its name; it is dropped and fetched again.", {
        digest: variant.digest,
        path: route.path,
      });
      await store.dropObject(variant.digest);
    }
    if (variant !== route.variants.identity || !(await remakeIdentity(store, route))) missing = true;
  }
  if (missing) onMissing();
  return count;
}

/** The identity body never travels, so only this machine can make it again. */
export async function remakeIdentity(store: SnapshotStore, route: Route): Promise<boolean> {
  const gzipped = store.object(route.variants.gzip.digest);
  if (gzipped === null || digestOf(gzipped) !== route.variants.gzip.digest) return false;
  const body = await identityFromGzip(gzipped, route.variants.identity);
  if (!body.ok) return false;
  await store.stage([[route.variants.identity.digest, body.value]]);
  return true;
}
