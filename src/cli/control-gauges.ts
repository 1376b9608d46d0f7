// What an operator wants to be told of before readers notice, as gauges of the control plane. In: its data folder, how far subscribers are told. Out: room on the disk, the age of
// what is not told yet. `deploy/prometheus-rules.yml` says from when on each is too much.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { DeliveryDesk } from "../control/own-deliveries.ts";
import { freeBytes } from "../host/files.ts";

export interface ControlGaugesOptions {
  readonly data: string;
  readonly ledger: { pages(): readonly string[] };
  readonly deliveries: Pick<DeliveryDesk, "list">;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** What is older shows on the screens, and is no news. */
const lookedBackMs = 24 * 3_600_000;
/** Of one page: its latest. */
const jobsMax = 20;

export function watchControl({ data, ledger, deliveries, clock, metrics }: ControlGaugesOptions): void {
  metrics.watch("disk_free_bytes", "Room on the disk of the data folder.", () => freeBytes(data));
  const jobs = () =>
    ledger
      .pages()
      .slice(0, limits.metricPagesMax)
      .flatMap((page) =>
        deliveries
          .list(page, { sinceMs: clock.wallMs() - lookedBackMs, limit: jobsMax })
          .map((job) => ({ page, ...job })),
      );
  metrics.watchEach(
    "notify_oldest_open_seconds",
    "Age of the oldest thing of a day that subscribers of a page are not all told of yet.",
    "page",
    () => {
      const oldest = new Map<string, number>();
      for (const { page, state, occurredMs } of jobs())
        if (state === "open")
          oldest.set(
            page,
            Math.max(oldest.get(page) ?? 0, Math.round((clock.wallMs() - occurredMs) / 1_000)),
          );
      return oldest;
    },
  );
  metrics.watchEach("notify_failed_day", "Messages of a day that were given up, by page.", "page", () => {
    const failed = new Map<string, number>();
    for (const { page, failed: count } of jobs())
      if (count > 0) failed.set(page, (failed.get(page) ?? 0) + count);
    return failed;
  });
}
