// The bodies that a POP took its pages without. In: who asks for one, what changed. Out: bodies in the store: at once for a visitor or a POP
// behind this one, else by and by. Belongs to the syncer, which alone writes.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { dial } from "../host/dial.ts";
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Follower } from "../sync/follow.ts";
import type { Prover } from "../sync/members-proof.ts";
import { type Coalesced, createCoalescing } from "./coalesce.ts";
import { createLazyFetching } from "./lazy-fetch.ts";
import { startIdling } from "./lazy-idle.ts";

export interface LaziesOptions {
  readonly store: SnapshotStore;
  /** Null where no source was named. */
  readonly follower: Pick<Follower, "state" | "onApplied"> | null;
  readonly sources: readonly string[];
  readonly dial: typeof dial;
  readonly prover?: Prover | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Lazies {
  /** For a visitor of this POP. Never rejects. */
  readonly bring: Coalesced;
  /** For a POP behind this one. Resolves when they are here, or cannot be had in time. */
  bringAll(digests: readonly Digest[]): Promise<void>;
  stop(): void;
}

/** Begins to fill what pages lack as soon as a source is there. */
export function startLazies(options: LaziesOptions): Lazies {
  const { store, follower, sources, clock } = options;
  /** The source that is followed now first: it is known to answer. */
  const ranked = (): readonly string[] => {
    const current = follower?.state().source;
    return current === undefined ? sources : [current, ...sources.filter((url) => url !== current)];
  };
  const fetching = createLazyFetching({ ...options, sources: ranked });
  const coalesced = createCoalescing({ ...options, bring: fetching.fetch });
  const isIdle = (): boolean => {
    const state = follower?.state();
    return state?.underWay === 0 && (state.connected || state.level === 0) && fetching.pending() === 0;
  };
  const idling = follower && startIdling({ ...options, fetching, isIdle });
  follower?.onApplied((page) => idling?.look(page));

  /** What no page names is nobody's to ask for: whoever reaches this POP could else have it fetch anything. */
  const bring: Coalesced = (digest) => {
    store.refresh();
    return store.isNamed(digest) ? coalesced(digest) : Promise.resolve("absent");
  };
  return {
    bring,
    async bringAll(digests) {
      const patience = Promise.withResolvers<void>();
      const timer = clock.after(limits.lazyRelayMsMax, patience.resolve);
      await Promise.race([Promise.all(digests.map(bring)), patience.promise]);
      timer.cancel();
    },
    stop() {
      idling?.stop();
      fetching.stop();
    },
  };
}
