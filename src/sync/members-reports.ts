// What POPs say of themselves. In: reports of anyone, the heads as they become. Out: the last one of each member, how far each is behind, and
// the reports to carry on where this is a relay. In memory alone: after a restart each POP has spoken again within seconds.

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { requestPath } from "../host/request-path.ts";
import { decode, Writer } from "../snapshot/bytes.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openReport } from "../snapshot/report.ts";
import type { Report } from "../snapshot/types.ts";
import type { Members } from "./members.ts";
import { readBounded } from "./members-body.ts";
import { reportPath } from "./members-reporter.ts";

export interface ReportsOptions {
  readonly members: Members;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** The last report of a member, and when it came by the monotonic clock. */
export interface Heard {
  readonly report: Report;
  readonly atMs: number;
}

export interface Reports {
  /** Answers POST /sync/report; null for any other path. The answer names, a report, the highest sequence known of its key (8 bytes). */
  fetch(request: Request): Promise<Response> | null;
  /** Null where this POP was never heard, or is no member any more. */
  heard(key: PublicKey): Heard | null;
  /** What was accepted since this was asked last: the newest of each POP. */
  carried(): readonly Uint8Array[];
}

type Outcome = "accepted" | "undecodable" | "unknown" | "revoked" | "not-rising";

export function createReports({ members, clock, metrics }: ReportsOptions): Reports {
  const outcomes = metrics.counter(
    "pop_reports_total",
    "Reports of POPs, by what became of them.",
    "outcome",
  );
  const last = new Map<PublicKey, Heard>();
  const fresh = new Map<PublicKey, Uint8Array>();

  /** The sequence to answer, 0 where nothing is known of who says this. */
  function takeOne(bytes: Uint8Array): number {
    let ignored: Outcome = "undecodable";
    const opened = openReport(bytes, (key) => {
      const standing = members.standing(key);
      if (standing !== "member") ignored = standing;
      return standing === "member";
    });
    if (!opened.ok) return counted(ignored, 0);
    const { key, value: report } = opened.value;
    const before = last.get(key)?.report.sequence ?? 0;
    if (report.sequence <= before) return counted("not-rising", before);
    last.set(key, { report, atMs: clock.monotonicMs() });
    fresh.set(key, bytes);
    return counted("accepted", report.sequence);
  }

  function counted(outcome: Outcome, sequence: number): number {
    outcomes.add(1, outcome);
    return sequence;
  }

  async function take(request: Request): Promise<Response> {
    const reports = await readReports(request);
    if (reports === null) {
      outcomes.add(1, "undecodable");
      return new Response("These are no reports.\n", { status: 400 });
    }
    const answer = new Writer();
    for (const bytes of reports) answer.u64(takeOne(bytes));
    return new Response(Buffer.from(answer.done()), { headers: { "cache-control": "no-store" } });
  }

  return {
    fetch(request) {
      if (requestPath(request.url) !== reportPath) return null;
      if (request.method === "POST") return take(request);
      return Promise.resolve(new Response(null, { status: 405, headers: { allow: "POST" } }));
    },
    heard: (key) => (members.standing(key) === "member" ? (last.get(key) ?? null) : null),
    carried() {
      const bytes = [...fresh].filter(([key]) => members.standing(key) === "member").map(([, one]) => one);
      fresh.clear();
      return bytes;
    },
  };
}

const bodyBytesMax = limits.popsMax * (limits.reportBytesMax + 2);

/** The reports of a request, not yet opened; null where it is not a list of them. */
async function readReports(request: Request): Promise<readonly Uint8Array[] | null> {
  const body = await readBounded(request, bodyBytesMax);
  if (body === null) return null;
  const list = decode(body, (reader) => {
    const reports: Uint8Array[] = [];
    for (let left = body.length; left > 0; ) {
      const size = reader.count(limits.reportBytesMax);
      if (reports.length >= limits.popsMax) reader.stop("over-limit");
      reports.push(reader.bytes(size));
      left -= size + 2;
    }
    return reports;
  });
  return list.ok ? list.value : null;
}
