// Forgetting, by and by. In: a store, the clock. Out: old generations gone in short transactions; a trouble is said once and counted.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { SnapshotStore } from "./types.ts";

export interface SweepingOptions {
  readonly store: Pick<SnapshotStore, "sweep">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Sweeps every `limits.sweepEveryMs` until nothing is left to forget. */
export function startSweeping({ store, clock, log, metrics }: SweepingOptions): Timer {
  const swept = metrics.counter("store_swept_total", "Entries of old generations that were forgotten.");
  const failed = metrics.counter("store_sweep_failures_total", "Sweeps that the store refused.");
  let said = false;
  return every(clock, limits.sweepEveryMs, async () => {
    try {
      for (let done = false; !done; ) {
        const turn = await store.sweep(clock.wallMs());
        swept.add(turn.removed);
        done = turn.done;
      }
      said = false;
    } catch (thrown) {
      failed.add();
      const remedy = thrown instanceof Fault ? ` ${thrown.remedy}` : "";
      if (!said) log.error(`The store could not forget old generations: ${messageOf(thrown)}${remedy}`);
      said = true;
    }
  });
}
