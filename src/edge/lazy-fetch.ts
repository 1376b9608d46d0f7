// Fetches lazy bodies for a whole POP. In: digests that somebody waits for, routes to fill in idle time, sources. Out: checked bodies in the
// store. One flight a digest, a few digests a request, few requests at a time; a source that fails is asked again after a second.
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { ok, refuse } from "../base/result.ts";
import type { dial } from "../host/dial.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { bringBodies } from "../sync/bring-bodies.ts";
import { fetchBlobs, type Wanted } from "../sync/fetch-blobs.ts";
import type { Prover } from "../sync/members-proof.ts";
import type { Brought } from "./link.ts";

export interface LazyFetchOptions {
  readonly store: SnapshotStore;
  /** Addresses to ask, the best one first. */
  sources(): readonly string[];
  readonly dial: typeof dial;
  /** Proves this POP's key to feeds that ask for it. */
  readonly prover?: Prover | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface LazyFetching {
  /** Brings a body that somebody waits for. Never rejects, and ends by itself. */
  fetch(digest: Digest): Promise<Brought>;
  /** Brings all bodies of these routes that are not here. True where all came. Never rejects; does nothing while somebody waits for others. */
  fill(routes: readonly Route[]): Promise<boolean>;
  /** Bodies on their way. */
  pending(): number;
  stop(): void;
}

type Bodies = ReadonlyMap<Digest, Uint8Array>;

interface Queued {
  readonly digest: Digest;
  resolve(outcome: Brought): void;
}

/** Reasons that say nothing against a source. */
const blameless: ReadonlySet<string> = new Set(["not-at-source", "over-limit"]);

export function createLazyFetching(options: LazyFetchOptions): LazyFetching {
  const { store, clock, log, metrics } = options;
  const asked = metrics.counter(
    "edge_lazy_fetches_total",
    "Requests to sources for lazy bodies, by how they ended.",
    "ended",
  );
  const fetched = metrics.counter(
    "edge_lazy_bodies_total",
    "Lazy bodies that came from a source, by why they were asked for.",
    "why",
  );
  const pending = new Map<Digest, Promise<Brought>>();
  const queue: Queued[] = [];
  /** Monotonic time before which a source is not asked, and whether it gave something the last time. */
  const sources = new Map<string, { readonly good: boolean; readonly notBeforeMs: number }>();
  const halt = new AbortController();
  let running = 0;
  let said = "";
  metrics.watch("edge_lazy_pending", "Lazy bodies on their way.", () => pending.size);

  /** What the sources give of it, each asked once, until nothing is missing. */
  async function askAll(wanted: Wanted): Promise<Bodies> {
    const found = new Map<Digest, Uint8Array>();
    const open = new Set([...wanted.objects.keys(), ...(wanted.unmeasured ?? [])]);
    for (const url of options.sources()) {
      if (open.size === 0 || halt.signal.aborted) break;
      if (clock.monotonicMs() < (sources.get(url)?.notBeforeMs ?? 0)) continue;
      for (const [digest, bytes] of await askOne(url, only(wanted, open))) {
        found.set(digest, bytes);
        open.delete(digest);
      }
    }
    return found;
  }

  async function askOne(url: string, wanted: Wanted): Promise<Bodies> {
    const { prover } = options;
    const line = {
      ...options,
      url,
      key: prover?.key ?? "",
      prover: prover ?? undefined,
      stopped: halt.signal,
    };
    const beganMs = clock.monotonicMs();
    const { blobs, refused } = await fetchBlobs(line, wanted, () => undefined);
    const failed = blobs.size === 0 && refused.some((reason) => !blameless.has(reason));
    asked.add(1, failed ? "failed" : "answered");
    // Counted from its beginning: one that hangs has had its second.
    const notBeforeMs = failed ? beganMs + limits.lazyAgainMs : 0;
    sources.set(url, { good: !failed, notBeforeMs });
    return blobs;
  }

  /** One request at a time until a source has shown that it gives something: whoever waits behind it is told by the first failure. */
  function pump(): void {
    const known = options.sources().some((url) => sources.get(url)?.good === true);
    while (queue.length > 0 && running < (known ? limits.lazyFetchesMax : 1)) {
      const batch = queue.splice(0, limits.lazyFetchDigestsMax);
      running++;
      void bringBatch(batch).finally(() => {
        running--;
        pump();
      });
    }
  }

  async function bringBatch(batch: readonly Queued[]): Promise<void> {
    const unmeasured = batch.map(({ digest }) => digest);
    const found = await kept(() => askAll({ trees: [], objects: new Map(), unmeasured }));
    fetched.add(found.size, "asked");
    for (const { digest, resolve } of batch) resolve(found.has(digest) ? "here" : "absent");
  }

  /** Stores what was found before anyone is told of it; what cannot be stored was not found. */
  async function kept(find: () => Promise<Bodies>): Promise<Bodies> {
    try {
      const found = await find();
      if (found.size > 0) await store.stage([...found]);
      said = "";
      return found;
    } catch (thrown) {
      const sentence = `Bodies of old pages could not be stored: ${messageOf(thrown)}`;
      if (said !== sentence) log.warn(sentence);
      said = sentence;
      return new Map();
    }
  }

  function expect(digest: Digest, outcome: Promise<Brought>): Promise<Brought> {
    const own = outcome.finally(() => pending.delete(digest));
    pending.set(digest, own);
    return own;
  }

  return {
    fetch(digest) {
      const known = pending.get(digest);
      if (known !== undefined) return known;
      store.refresh();
      if (store.hasObject(digest)) return Promise.resolve("here");
      if (halt.signal.aborted) return Promise.resolve("absent");
      const { promise, resolve } = Promise.withResolvers<Brought>();
      queue.push({ digest, resolve });
      const own = expect(digest, promise);
      pump();
      return own;
    },
    async fill(routes) {
      if (pending.size > 0 || running > 0) return false;
      store.refresh();
      const lacking = routes.flatMap(({ variants: { gzip, br, zstd } }) =>
        [gzip, br, zstd].flatMap((variant) =>
          variant === undefined || store.hasObject(variant.digest) ? [] : [variant.digest],
        ),
      );
      running++;
      const filled = fillRoutes(routes).finally(() => {
        running--;
        pump();
      });
      // Who asks for one of them meanwhile waits for this.
      const landed = filled.then(() => store.refresh());
      for (const digest of new Set(lacking))
        void expect(
          digest,
          landed.then(() => (store.hasObject(digest) ? "here" : "absent")),
        );
      return filled;
    },
    pending: () => pending.size,
    stop() {
      halt.abort();
      for (const { resolve } of queue.splice(0)) resolve("absent");
    },
  };

  async function fillRoutes(routes: readonly Route[]): Promise<boolean> {
    let whole = false;
    await kept(async () => {
      const bodies = await bringBodies(store, routes, new Map(), async (wanted) => {
        const found = await askAll({ trees: [], objects: wanted });
        fetched.add(found.size, "idle");
        return found.size === wanted.size
          ? ok(found)
          : refuse({ kind: "failed", reasons: ["not-at-source"] });
      });
      whole = bodies.ok;
      return bodies.ok ? bodies.value : new Map();
    });
    return whole && said === "";
  }
}

function only({ trees, objects, unmeasured = [] }: Wanted, open: ReadonlySet<Digest>): Wanted {
  return {
    trees,
    objects: new Map([...objects].filter(([digest]) => open.has(digest))),
    unmeasured: unmeasured.filter((digest) => open.has(digest)),
  };
}
