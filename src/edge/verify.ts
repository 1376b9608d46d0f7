// Background verification of what the store holds. In: turns of a clock. Out: every body read and hashed again and again, a few at a time.
// Bodies are also verified at first read; this finds the damage before a visitor asks.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Mending } from "./mend.ts";
import { routesByPart } from "./routes-of.ts";

export interface VerifyOptions {
  readonly store: SnapshotStore;
  readonly mending: Mending;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Checks one part's routes every `verifyEveryMs`, round and round over all pages. Cancel to stop. */
export function startVerifying({ store, mending, clock, log, metrics }: VerifyOptions): Timer {
  const verified = metrics.counter(
    "store_bodies_verified_total",
    "Bodies read and hashed in the background.",
  );
  let round: Generator<readonly Route[]> = routesByPart(store);
  return every(clock, limits.verifyEveryMs, async () => {
    try {
      store.refresh();
      const next = round.next();
      if (next.done === true) round = routesByPart(store);
      else verified.add(await mending.check(next.value));
    } catch (thrown) {
      log.warn(`The background verification could not read the store: ${messageOf(thrown)}`);
      round = routesByPart(store);
    }
  });
}
