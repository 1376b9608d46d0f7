// Brings what a POP found to its source, and the POP's plan back. In: what is held, the source of the moment. Out: results removed here once the source says that it keeps
// them; plans that the publisher signed for this POP. While no source answers, results stay and the plan that is held goes on.
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { unsealPlan } from "../snapshot/check-plan.ts";
import { type ReportBatch, signProbes } from "../snapshot/check-report.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { boxPublicKey } from "../snapshot/sealed-box.ts";
import { createCall, post, type SourceLine } from "./ask.ts";
import {
  type ChecksAnswer,
  checksAnswerBytesMax,
  checksPath,
  decodeChecksAnswer,
  encodeChecksAsk,
} from "./checks-wire.ts";
import { mirrorScheme } from "./mirror-read.ts";

/** Where results wait. */
export interface HeldResults {
  origin(): string;
  oldest(): readonly ReportBatch[];
  taken(upTo: number): Promise<void>;
  onKept(listener: () => void): void;
}

export interface ChecksForwardOptions {
  readonly held: HeldResults;
  readonly popKey: SecretKey;
  /** Sequence of the plan that is held, 0 for none. */
  sequence(): number;
  /** A signed plan that came: the taker judges it, and keeps it before it resolves. What it throws is tried again. */
  onPlan(signed: Uint8Array): Promise<void>;
  /** The source says that this POP was revoked. */
  onRevoked(): Promise<void>;
  /** The source that is listened to; null where nothing is followed. */
  line(): SourceLine | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ChecksForwarding {
  stop(): Promise<void>;
}

/** `idle`: nothing is left. `again`: more may go at once. `later`: the source takes nothing now. `strange`: it knows no checks, or not this POP. */
type Round = "idle" | "again" | "later" | "strange";

/** Asks at once, whenever there is something to bring, and every `planAskMs`. */
export function startChecksForwarding(options: ChecksForwardOptions): ChecksForwarding {
  const { held, popKey, clock, random, log } = options;
  const outcomes = options.metrics.counter(
    "probes_reports_total",
    "Reports of check results to the source, by outcome.",
    "outcome",
  );
  // As long as this process lives: a plan that is on its way when it ends is asked for again.
  const secret = random.bytes(32);
  const receiver = boxPublicKey(secret);
  let failures = 0;
  let running: Promise<void> | null = null;
  let next: Timer | null = null;
  /** What comes meanwhile does not hurry it. */
  let resting = false;
  let wanted = false;
  let stopped = false;
  let saidOf = "";

  async function ask(line: SourceLine, batches: readonly ReportBatch[]): Promise<number | ChecksAnswer> {
    const call = createCall(clock, line.stopped, 10 * limits.answerMsMax);
    try {
      const report = signProbes(
        {
          timeMs: Math.floor(clock.wallMs()),
          origin: held.origin(),
          plan: options.sequence(),
          receiver,
          batches,
        },
        popKey,
      );
      const { prover: _signed, ...plain } = line;
      const answer = await post(plain, checksPath, encodeChecksAsk({ hops: 0, report }), call.signal);
      const body = await readHeard(answer.body, call.heard);
      answer.close();
      if (answer.status !== 200) return answer.status;
      const read = decodeChecksAnswer(body);
      if (read === null) throw new Error(`${line.url} gave no answer that can be read`);
      return read;
    } finally {
      call.close();
    }
  }

  async function round(): Promise<Round> {
    const line = options.line();
    if (line === null || line.url.startsWith(mirrorScheme)) return "later";
    const batches = held.oldest();
    try {
      const answer = await ask(line, batches);
      if (typeof answer === "number") return await refused(answer, line.url);
      saidOf = "";
      await held.taken(answer.upTo);
      if (answer.plan !== null) await takePlan(answer.plan);
      outcomes.add(1, "taken");
      const isTaken = batches.length === 0 || answer.upTo >= (batches[0]?.number ?? 0);
      if (!isTaken) return "later";
      return batches.length > 0 && held.oldest().length > 0 ? "again" : "idle";
    } catch (thrown) {
      outcomes.add(1, "lost");
      // The line to a source that is gone is said by who follows it; this is of one that is there.
      if (saidOf !== line.url && batches.length > 0)
        log.warn("Results of checks wait for the source.", { source: line.url, reason: messageOf(thrown) });
      saidOf = line.url;
      return "later";
    }
  }

  async function refused(status: number, url: string): Promise<Round> {
    outcomes.add(1, "refused");
    if (status === 403) await options.onRevoked();
    if (status === 403 || status === 401 || status === 404 || status === 405) return "strange";
    throw new Error(`${url} answered ${status}`);
  }

  async function takePlan(sealed: Uint8Array): Promise<void> {
    const signed = unsealPlan(secret, sealed);
    if (signed.ok) await options.onPlan(signed.value);
    else log.warn("A plan of checks cannot be opened.", { reason: signed.reason });
  }

  async function run(): Promise<void> {
    let outcome: Round;
    do {
      wanted = false;
      outcome = await round();
      if (outcome !== "later") failures = 0;
    } while (!stopped && (outcome === "again" || (outcome === "idle" && wanted)));
    running = null;
    if (!stopped) rest(outcome);
  }

  function rest(outcome: Round): void {
    const waits = {
      idle: () => limits.planAskMs,
      again: () => 0,
      later: () => backoffMs(failures++, limits.probesAgainMsMin, limits.probesAgainMsMax, random),
      strange: () => limits.planAskStrangerMs,
    };
    resting = outcome !== "idle";
    next = clock.after(waits[outcome](), () => {
      resting = false;
      begin();
    });
  }

  /** A source that fails is not asked for each result that comes. */
  function begin(): void {
    if (stopped || resting) return;
    next?.cancel();
    wanted = true;
    running ??= run();
  }

  held.onKept(begin);
  begin();
  return {
    async stop() {
      stopped = true;
      next?.cancel();
      await running;
    },
  };
}

/** An answer may be a plan of megabytes: it may take as long as it comes. Throws where it is longer than any. */
async function readHeard(body: AsyncIterable<Uint8Array>, heard: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    heard();
    length += chunk.length;
    if (length > checksAnswerBytesMax) throw new Error("the answer is longer than any plan");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
