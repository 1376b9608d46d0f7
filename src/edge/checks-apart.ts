// A POP's checks in a process of its own. In: how to start it, the checks of a plan. Out: batches of what it found. It runs while there is something to check, behind all others of
// this machine, and is started again when it ends: neither its work nor its death is any visitor's.
import { Buffer } from "node:buffer";
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Child } from "../host/process.ts";
import type { PlannedCheck } from "../snapshot/check-plan.ts";

/** Starts it. Throws Fault `internal` where it cannot be. */
export type StartChecks = (onFrame: (frame: Uint8Array) => void) => Child<Uint8Array>;

export interface ChecksApartOptions {
  readonly start: StartChecks;
  onBatch(batch: Uint8Array): void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ChecksApart {
  /** All checks from now on; none ends the process. */
  plan(checks: readonly PlannedCheck[]): void;
  stop(): Promise<void>;
}

/** What the process says of itself, each `workerMetricsMs`. */
export interface ChecksCounts {
  readonly planned: number;
  readonly running: number;
  readonly begun: number;
  readonly late: number;
  readonly skipped: number;
}

/** A frame of the process: a byte that says what follows it. */
const [batchFrame, countsFrame] = [0, 1];

export const frameOfBatch = (batch: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([batchFrame]), batch]);

export const frameOfCounts = (counts: ChecksCounts): Uint8Array =>
  Buffer.concat([Buffer.from([countsFrame]), Buffer.from(JSON.stringify(counts))]);

/** A frame to the process: all its checks. */
export const frameOfChecks = (checks: readonly PlannedCheck[]): Uint8Array =>
  Buffer.from(JSON.stringify(checks));

export const checksOfFrame = (frame: Uint8Array): readonly PlannedCheck[] =>
  JSON.parse(new TextDecoder().decode(frame)) as readonly PlannedCheck[];

export function createChecksApart(options: ChecksApartOptions): ChecksApart {
  const { clock, random, log, metrics } = options;
  const starts = metrics.counter(
    "checks_starts_total",
    "Starts of the process that makes this POP's checks.",
  );
  let counts: ChecksCounts = { planned: 0, running: 0, begun: 0, late: 0, skipped: 0 };
  metrics.watch("checks_planned", "Checks that this POP makes.", () => counts.planned);
  metrics.watch("checks_running", "Checks that are under way.", () => counts.running);
  metrics.watch("checks_begun", "Checks made since their process was started.", () => counts.begun);
  metrics.watch("checks_late", "Of these, begun later than 5 % of their interval.", () => counts.late);
  metrics.watch(
    "checks_skipped",
    "Turns that came while the check was still under way.",
    () => counts.skipped,
  );
  let checks: readonly PlannedCheck[] = [];
  let child: Child<Uint8Array> | null = null;
  let again: Timer | null = null;
  let failures = 0;
  let stopping = false;

  function take(frame: Uint8Array): void {
    if (frame[0] === batchFrame) options.onBatch(new Uint8Array(frame.subarray(1)));
    else counts = JSON.parse(new TextDecoder().decode(frame.subarray(1))) as ChecksCounts;
  }

  function start(): void {
    again = null;
    const startedMs = clock.monotonicMs();
    starts.add();
    try {
      child = options.start(take);
    } catch (thrown) {
      log.error(messageOf(thrown));
      startAgain();
      return;
    }
    const own = child;
    own.send(frameOfChecks(checks));
    void own.exited.then(({ code, signal }) => {
      if (child === own) child = null;
      counts = { ...counts, planned: 0, running: 0 };
      if (stopping || (checks.length === 0 && child === null)) return;
      if (child !== null) return;
      log.error(
        `The process that makes this POP's checks ended (${signal ?? `exit code ${code}`}); it is started again.`,
      );
      if (clock.monotonicMs() - startedMs > limits.restartMsMax) failures = 0;
      startAgain();
    });
  }

  function startAgain(): void {
    again = clock.after(backoffMs(failures++, limits.restartMsMin, limits.restartMsMax, random), start);
  }

  async function end(): Promise<void> {
    const last = child;
    child = null;
    again?.cancel();
    again = null;
    if (last === null) return;
    last.dismiss();
    const killing = clock.after(limits.stopGraceMs, () => last.kill("SIGKILL"));
    await last.exited;
    killing.cancel();
  }

  return {
    plan(given) {
      checks = given;
      if (checks.length === 0) void end();
      else if (child !== null) child.send(frameOfChecks(checks));
      else if (again === null) start();
    },
    async stop() {
      stopping = true;
      await end();
    },
  };
}
