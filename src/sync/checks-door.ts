// Where a source takes results of checks from POPs, and gives them their plans. In: POST /sync/checks. Out: what is kept, and a newer plan, sealed for the POP. A report is
// signed and its batches are numbered: it needs no proof, and one that comes again changes nothing. A relay hands both on and can read neither.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { readAll } from "../host/dial.ts";
import { requestPath } from "../host/request-path.ts";
import { sealPlan } from "../snapshot/check-plan.ts";
import { type CheckReport, openProbes } from "../snapshot/check-report.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { PopEntry } from "../snapshot/types.ts";
import { createCall, post, type SourceLine } from "./ask.ts";
import {
  checksAnswerBytesMax,
  checksBodyBytesMax,
  checksPath,
  decodeChecksAsk,
  encodeChecksAnswer,
  encodeChecksAsk,
} from "./checks-wire.ts";
import type { Members } from "./members.ts";
import { readBounded } from "./members-body.ts";

export interface HeardReport {
  readonly pop: PopEntry;
  readonly report: CheckReport;
  /** By our clock (ms). */
  readonly arrivedMs: number;
}

export interface ChecksDoorOptions {
  readonly members: Pick<Members, "standing" | "entry">;
  /** Keeps what a report brings, on the device before it resolves, and gives the number up to which batches are kept. May reject. */
  onReport(heard: HeardReport): Promise<number>;
  /** The signed plan of this POP; null where it holds the newest one. */
  planFor(pop: PopEntry, held: number): Uint8Array | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Null for any other path. */
export type ChecksDoor = (request: Request) => Promise<Response> | null;

export function createChecksDoor(options: ChecksDoorOptions): ChecksDoor {
  const { members, clock, random, log } = options;
  const outcomes = outcomesOf(options.metrics);
  let hasSaid = false;

  async function answer(report: CheckReport, key: PublicKey): Promise<Response> {
    const pop = members.entry(key);
    if (pop === null) return refused(401, "unknown", outcomes);
    try {
      const upTo = await options.onReport({ pop, report, arrivedMs: clock.wallMs() });
      const signed = options.planFor(pop, report.plan);
      const plan = signed === null ? null : sealPlan(signed, report.receiver, random);
      outcomes.add(1, "kept");
      hasSaid = false;
      return bytesOf(200, encodeChecksAnswer({ upTo, plan }));
    } catch (thrown) {
      if (!hasSaid)
        log.error(`Results of checks were not kept, and stay with the POPs: ${messageOf(thrown)}`);
      hasSaid = true;
      return refused(503, "failed", outcomes);
    }
  }

  return doorOf(members, outcomes, (_hops, bytes) => {
    const opened = openProbes(bytes);
    return opened.ok
      ? answer(opened.value.value, opened.value.key)
      : Promise.resolve(refused(400, "undecodable", outcomes));
  });
}

export interface ChecksRelayOptions {
  readonly members: Pick<Members, "standing">;
  /** This relay's own source; null while it hears none. */
  line(): SourceLine | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** A relay's door: it asks its own source, and keeps nothing. Where that one does not answer, results stay with the POP. */
export function createChecksRelay({ members, line: lineOf, clock, metrics }: ChecksRelayOptions): ChecksDoor {
  const outcomes = outcomesOf(metrics);
  return doorOf(members, outcomes, async (hops, report) => {
    const line = lineOf();
    if (line === null || hops >= limits.probesHopsMax) return refused(503, "unheard", outcomes);
    const call = createCall(clock, line.stopped, limits.answerMsMax);
    try {
      const { prover: _signed, ...plain } = line;
      const body = encodeChecksAsk({ hops: hops + 1, report });
      const answered = await post(plain, checksPath, body, call.signal);
      const bytes = await readAll(answered.body, checksAnswerBytesMax);
      answered.close();
      outcomes.add(1, "carried");
      return bytesOf(answered.status, bytes);
    } catch {
      return refused(503, "unheard", outcomes); // Who follows the source says what is wrong with it.
    } finally {
      call.close();
    }
  });
}

type Outcomes = ReturnType<typeof outcomesOf>;

const outcomesOf = (metrics: Metrics) =>
  metrics.counter(
    "feed_checks_total",
    "Reports of check results that POPs brought, by what became of them.",
    "outcome",
  );

/** Of members alone, so many at once: what is wrong with who sends it is found before anything is done. */
function doorOf(
  members: Pick<Members, "standing">,
  outcomes: Outcomes,
  answer: (hops: number, report: Uint8Array) => Promise<Response>,
): ChecksDoor {
  let underWay = 0;
  const take = async (request: Request): Promise<Response> => {
    const body = await readBounded(request, checksBodyBytesMax);
    const ask = body === null ? null : decodeChecksAsk(body);
    if (ask === null) return refused(400, "undecodable", outcomes);
    let standing: ReturnType<Members["standing"]> | null = null;
    const opened = openProbes(ask.report, (key) => {
      standing = members.standing(key);
      return standing === "member";
    });
    if (standing === "revoked") return refused(403, "revoked", outcomes);
    if (standing === "unknown") return refused(401, "unknown", outcomes);
    return opened.ok ? answer(ask.hops, ask.report) : refused(400, "undecodable", outcomes);
  };
  return (request) => {
    if (requestPath(request.url) !== checksPath) return null;
    if (request.method !== "POST")
      return Promise.resolve(new Response(null, { status: 405, headers: { allow: "POST" } }));
    if (underWay >= limits.probesFeedMax) return Promise.resolve(refused(503, "busy", outcomes));
    underWay++;
    return take(request).finally(() => {
      underWay--;
    });
  };
}

function refused(status: number, outcome: string, outcomes: Outcomes): Response {
  outcomes.add(1, outcome);
  return new Response(`${outcome}\n`, { status, headers: { "cache-control": "no-store" } });
}

const bytesOf = (status: number, bytes: Uint8Array): Response =>
  new Response(Buffer.from(bytes), { status, headers: { "cache-control": "no-store" } });
