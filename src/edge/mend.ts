// Makes a store whole again. In: bodies that are damaged or gone, sources. Out: bodies as the signed routes name them, fetched or made anew.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { ok, refuse } from "../base/result.ts";
import type { dial } from "../host/dial.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { bringBodies, type FetchBodies } from "../sync/bring-bodies.ts";
import { fetchBlobs } from "../sync/fetch-blobs.ts";
import type { Prover } from "../sync/members-proof.ts";
import { routesByPart } from "./routes-of.ts";

export interface MendOptions {
  readonly store: SnapshotStore;
  readonly sources: readonly string[];
  readonly dial: typeof dial;
  /** Proves this POP's key to feeds that ask for it. */
  readonly prover?: Prover | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Mending {
  /** Drops what does not hash to its name and brings what the routes lack. Gives how many bodies were read and found good. Never throws. */
  check(routes: readonly Route[]): Promise<number>;
  /** A reader found other bytes under this name. */
  report(digest: Digest): void;
  stop(): void;
}

export function createMending(options: MendOptions): Mending {
  const { store, clock, log, metrics } = options;
  const damaged = metrics.counter("store_bodies_damaged_total", "Bodies that did not hash to their name.");
  const mended = metrics.counter("store_bodies_mended_total", "Bodies that were fetched or made again.");
  const failed = metrics.counter("store_mend_failures_total", "Routes whose bodies could not be had.");
  const reported = new Set<Digest>();
  const halt = new AbortController();
  const fetch = fetcher(options, halt.signal);
  let timer: { cancel(): void } | null = null;

  const check = async (routes: readonly Route[]): Promise<number> => {
    let good = 0;
    const lacking: Route[] = [];
    try {
      for (const route of routes) {
        const { found, dropped } = await goodBodies(store, route, damaged.add);
        good += found;
        // What a lazy route lacks may not have come yet; what it had must come back.
        if (found < Object.keys(route.variants).length && (!route.lazy || dropped > 0)) lacking.push(route);
      }
      if (lacking.length > 0) await bring(lacking);
    } catch (thrown) {
      failed.add(lacking.length);
      log.warn(`The store could not be made whole: ${messageOf(thrown)}`);
    }
    return good;
  };

  const bring = async (routes: readonly Route[]): Promise<void> => {
    store.refresh();
    const bodies = await bringBodies(store, routes, new Map(), fetch);
    if (!bodies.ok) {
      failed.add(routes.length);
      return;
    }
    await store.stage([...bodies.value]);
    mended.add(bodies.value.size);
    log.info("Damaged or missing bodies are whole again.", { bodies: bodies.value.size });
  };

  const mendReported = async (): Promise<void> => {
    timer = null;
    const wanted = new Set(reported);
    reported.clear();
    store.refresh();
    const names = (route: Route): boolean =>
      Object.values(route.variants).some(({ digest }) => wanted.has(digest));
    await check([...routesByPart(store)].flatMap((routes) => routes.filter(names)));
  };

  return {
    check,
    report(digest) {
      reported.add(digest);
      // Many readers find the same damage at once: one walk for all that comes within a moment.
      timer ??= clock.after(
        limits.mendDelayMs,
        () => void mendReported().catch((thrown) => log.warn(messageOf(thrown))),
      );
    },
    stop() {
      timer?.cancel();
      halt.abort();
    },
  };
}

/** How many bodies of a route are what their names say, and how many were not and are dropped. */
async function goodBodies(
  store: SnapshotStore,
  route: Route,
  onDamaged: () => void,
): Promise<{ found: number; dropped: number }> {
  let found = 0;
  let dropped = 0;
  for (const { digest } of Object.values(route.variants)) {
    const bytes = store.object(digest);
    if (bytes === null) continue;
    if (digestOf(bytes) === digest) {
      found++;
      continue;
    }
    onDamaged();
    await store.dropObject(digest);
    dropped++;
  }
  return { found, dropped };
}

/** Asks one source after the other until nothing is missing. */
function fetcher(options: MendOptions, stopped: AbortSignal): FetchBodies {
  const { sources, dial, clock, prover } = options;
  return async (wanted) => {
    const missing = new Map(wanted);
    const found = new Map<Digest, Uint8Array>();
    for (const url of sources) {
      if (missing.size === 0) break;
      const { blobs } = await fetchBlobs(
        { dial, clock, url, key: prover?.key ?? "", prover: prover ?? undefined, stopped },
        { trees: [], objects: missing },
        () => undefined,
      );
      for (const [digest, bytes] of blobs) {
        found.set(digest, bytes);
        missing.delete(digest);
      }
    }
    return missing.size === 0 ? ok(found) : refuse({ kind: "failed", reasons: ["not-at-source"] });
  };
}
