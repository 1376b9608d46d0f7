// How this POP is, for who leads visitors here. In: its key, its store. Out: `GET /.well-known/pharos-report`, a signed report, as any visitor is answered:
// so a probe goes the way of visitors, and says in one request that this way is open, how full it is, and how fresh.
// Anyone may ask it, so it is signed at most once in `reportAgainMs`.
import { availableParallelism, loadavg } from "node:os";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Answer } from "../host/asked.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { ownReportPath } from "../snapshot/names.ts";
import { signReport } from "../snapshot/report.ts";
import type { Report } from "../snapshot/types.ts";
import type { Step } from "./exchange.ts";
import { linesOf } from "./headers.ts";
import { createLevels } from "./level.ts";
import type { Reads } from "./reads.ts";

/** Thousandths of this machine's processors, over the last minute. */
export const machineLoad = (): number => ((loadavg()[0] ?? 0) / availableParallelism()) * 1_000;

export interface OwnReportOptions {
  /** Null for a POP that never joined: nobody could tell its reports from another's. */
  readonly popKey: SecretKey | null;
  readonly clock: Clock;
  readonly load?: () => number;
}

/** Stands between the path and the page: it is nobody's host. */
export function answerReport({ popKey, clock, load = machineLoad }: OwnReportOptions): Step {
  const levels = createLevels(clock);
  let sequence = 0;
  let held: Answer | null = null;
  let signedAtMs = Number.NEGATIVE_INFINITY;

  function reportOf(reads: Reads): Report {
    reads.refresh();
    const freshness = reads.freshness();
    const behind = Object.keys(freshness?.behind ?? {}).sort();
    sequence = Math.max(sequence + 1, clock.wallMs());
    return {
      sequence,
      timeMs: clock.wallMs(),
      level: levels.of("", 0, reads.freshness).level,
      load: Math.min(Math.max(0, Math.round(load())), 0xffff),
      beat: freshness?.sequence ?? 0,
      pages: reads.pages(),
      differing: behind.length,
      held: behind
        .slice(0, limits.reportPagesMax)
        .map((page) => ({ page, generation: reads.head(page)?.generation ?? 0 })),
    };
  }

  return (exchange) => {
    if (exchange.path !== ownReportPath || popKey === null || exchange.asked.method === "OPTIONS")
      return null;
    const nowMs = clock.monotonicMs();
    if (held === null || nowMs - signedAtMs >= limits.reportAgainMs) {
      held = { status: 200, fields, body: signReport(reportOf(exchange.reads), popKey) };
      signedAtMs = nowMs;
    }
    return held;
  };
}

const fields = linesOf({ "content-type": "application/octet-stream", "cache-control": "no-store" });
