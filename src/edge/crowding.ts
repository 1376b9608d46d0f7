// Notices that a worker can take no more visitors, for it has as many files open as it may. In: the time, whether one more could be opened.
// Out: a line in the log when that begins, a gauge. No runtime tells of it: the kernel keeps who comes waiting, and whoever is here is served.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";

export interface CrowdingOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  canOpenFile(): boolean;
}

/** Looks once in a while; says it again only when there was room for `crowdedSaidMs` meanwhile. */
export function watchCrowding({ clock, log, metrics, canOpenFile }: CrowdingOptions): Timer {
  const gauge = metrics.gauge(
    "edge_files_exhausted",
    "1 while this process can open no file, nor take a connection.",
  );
  let lastMs = Number.NEGATIVE_INFINITY;
  gauge.set(0);
  return every(clock, limits.crowdingLookMs, () => {
    const crowded = !canOpenFile();
    gauge.set(crowded ? 1 : 0);
    if (!crowded) return;
    const nowMs = clock.monotonicMs();
    if (nowMs - lastMs > limits.crowdedSaidMs)
      log.warn(
        "This process has as many files open as it may: visitors who come now wait until others go. Raise its limit (LimitNOFILE= of the unit, or ulimit -n), and bound connections per address (deploy/pharos.nft).",
      );
    lastMs = nowMs;
  });
}
