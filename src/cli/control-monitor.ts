// What is monitored, at a control plane, wired. In: its ledger and store. Out: the monitor, the alerts of other systems with their door, and their desk.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { type AlertDesk, alertSources } from "../control/own-alert-sources.ts";
import { createRateLimit } from "../control/rate-limit.ts";
import type { AlertSource } from "../model/alert-source.ts";
import { startAlerts } from "../monitor/alerts.ts";
import { ingestFormats } from "../monitor/ingest.ts";
import { createIngestDoor, type IngestDoor, ingestPathOf, secretHashOf } from "../monitor/ingest-door.ts";
import { type Monitor, startMonitor } from "../monitor/monitor.ts";
import type { Ledger } from "../store/ledger.ts";
import { createMonitorRows } from "../store/monitor-rows.ts";
import type { Store } from "../store/open.ts";
import type { PageRows } from "../store/page-rows.ts";

export interface ControlMonitorParts {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly rows: PageRows;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ControlMonitor {
  readonly monitor: Monitor;
  readonly alerts: AlertDesk;
  readonly ingest: IngestDoor;
  /** Acts from now on. */
  start(): void;
  stop(): Promise<void>;
}

/** 192 bits: nobody guesses an address, so a fast hash is enough to keep it by. */
const secretBytes = 24;

export function monitorOf(parts: ControlMonitorParts): ControlMonitor {
  const { store, ledger, rows: pageRows, clock, random, log, metrics } = parts;
  const rows = createMonitorRows(store);
  const monitor = startMonitor({ ledger, rows, clock, random, log, metrics });
  const sources = (page: string): readonly AlertSource[] => alertSources(pageRows, page);
  const alerts = startAlerts({ ...{ ledger, sources, rows, monitor, clock, log, metrics } });
  const rate = createRateLimit(limits.alertRequestsPerMinute, clock);
  return {
    monitor,
    ingest: createIngestDoor({
      ...{ ledger, alerts, log },
      source: (page, id) => pageRows.get<AlertSource>(page, "alert-source", id),
      secretHash: (page, id) => rows.get<{ readonly hash: string }>(page, "secret", id)?.hash ?? null,
      allowed: (source) => rate(source).allowed,
    }),
    alerts: {
      standing: alerts.standing,
      look: alerts.look,
      setUp: (format) => ingestFormats[format].setUp,
      async renew(page, source, by) {
        const secret = Buffer.from(random.bytes(secretBytes)).toString("base64url");
        const row = rows.change(page, "secret", source.id, { hash: secretHashOf(secret) });
        await rows.keep([row, ...rows.renewed(page, source, by)]);
        return ingestPathOf(page, source.id, secret);
      },
    },
    start: () => monitor.start(),
    async stop() {
      alerts.stop();
      await monitor.stop();
    },
  };
}
