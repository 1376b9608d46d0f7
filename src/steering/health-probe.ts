// One probe. In: where to ask, whose report it has to be. Out: the report, or why it does not count, as a closed list.
// A POP is asked the way visitors come: connection, worker and store have all done their part when its report is there.
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type dial, readAll } from "../host/dial.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { ownReportPath } from "../snapshot/names.ts";
import { openReport } from "../snapshot/report.ts";
import type { Report } from "../snapshot/types.ts";
import type { ProbeAt } from "./steering-plan.ts";

export type Probed =
  | { readonly kind: "answered"; readonly report: Report | null; readonly tookMs: number }
  | { readonly kind: "failed"; readonly why: ProbeFailure; readonly detail: string };

/**
 * silent: no answer in time. refused: no connection, or it broke. status: an answer, but not 200 (a plain port that leads to TLS, an overloaded POP).
 * not-signed: no report, or not of the key that the registry has. frozen: an older report than the one before it: somebody plays back what was heard.
 */
export type ProbeFailure = "silent" | "refused" | "status" | "not-signed" | "frozen";

export interface ProbeParts {
  readonly dial: typeof dial;
  readonly clock: Clock;
}

export interface ReportProbe {
  readonly at: ProbeAt;
  /** The key that the answer must be signed by; null of a POP that nobody vouches for: any answer of it counts as life. */
  readonly key: PublicKey | null;
  /** The last report that counted. */
  readonly last: Report | null;
}

/** Asks a POP for its report. */
export async function probePop(parts: ProbeParts, { at, key, last }: ReportProbe): Promise<Probed> {
  return ask(parts, at, ownReportPath, (status, body) => {
    if (key === null) return status < 500 ? null : failed("status", `it answered ${status}`);
    if (status !== 200) return failed("status", `it answered ${status}`);
    const opened = openReport(body, (signer) => signer === key);
    if (!opened.ok) return failed("not-signed", `its answer is no report of its key (${opened.reason})`);
    if (last !== null && !isNewer(opened.value.value, last))
      return failed("frozen", "its report is not newer than the one before");
    return opened.value.value;
  });
}

/** Asks something that is no POP, such as a delivery network, for its front page. */
export function probePage(parts: ProbeParts, at: ProbeAt): Promise<Probed> {
  return ask(parts, at, "", (status) => (status < 400 ? null : failed("status", `it answered ${status}`)));
}

/**
 * By the publisher's heartbeat first and the POP's own sequence, which follows its wall clock, second: a POP whose clock was set back is
 * believed again with the next heartbeat.
 */
function isNewer(report: Report, last: Report): boolean {
  return report.beat > last.beat || (report.beat === last.beat && report.sequence > last.sequence);
}

type Failed = Extract<Probed, { kind: "failed" }>;
const failed = (why: ProbeFailure, detail: string): Failed => ({ kind: "failed", why, detail });

async function ask(
  { dial, clock }: ProbeParts,
  { url, at }: ProbeAt,
  path: string,
  judge: (status: number, body: Uint8Array) => Report | Failed | null,
): Promise<Probed> {
  const beganMs = clock.monotonicMs();
  const halt = new AbortController();
  const timer = clock.after(limits.probeTimeoutMs, () => halt.abort());
  try {
    const answer = await dial(`${url}${path}`, {
      policy: "configured",
      at,
      headers: { connection: "close" },
      timeoutMs: limits.probeTimeoutMs,
      signal: halt.signal,
    });
    const body = await readAll(answer.body, limits.probeAnswerBytesMax);
    answer.close();
    if (halt.signal.aborted) return silent();
    const judged = judge(answer.status, body);
    if (judged !== null && "kind" in judged) return judged;
    return { kind: "answered", report: judged, tookMs: clock.monotonicMs() - beganMs };
  } catch (thrown) {
    if (halt.signal.aborted || clock.monotonicMs() - beganMs >= limits.probeTimeoutMs) return silent();
    return failed("refused", thrown instanceof Fault ? thrown.message : messageOf(thrown));
  } finally {
    timer.cancel();
    halt.abort();
  }
}

const silent = (): Failed => failed("silent", `it did not answer within ${limits.probeTimeoutMs} ms`);
