// The shapes between a plan of checks, the looks at each kind of target, and whoever takes what was found. In: nothing. Out: types.
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Authorities } from "../host/dial-secure.ts";
import type { Allowed } from "../host/reach.ts";
import type { CheckTarget, HeartbeatTarget, Probe, ProbeWhy } from "../model/check.ts";

/** One check as a POP is told to make it. */
export interface PlannedCheck {
  /** Page, "/", id of the check. */
  readonly key: string;
  readonly target: CheckTarget;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly slowMs: number | null;
}

/** Where the time of one probe went (ms each); null: it did not come so far, or has no such step. */
export interface ProbeTimes {
  readonly nameMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
}

/** What a look at a target found. `why` and `said` go with `slow` and `down`. */
export interface Found {
  readonly state: "up" | "slow" | "down" | "blind";
  readonly why: ProbeWhy | null;
  readonly said: string | null;
  readonly certificateEndsMs: number | null;
  readonly times: ProbeTimes;
}

/** A sentence where a target is up and will not be for long; null: nothing is to be said. */
export type Soon = string | null;

/** Everything but a heartbeat, which comes by itself. */
export type LookedAt = Exclude<CheckTarget, HeartbeatTarget>;

/** What a look has to work with. When the signal ends, so does it, and what it holds is let go. */
export interface LookTerms {
  readonly clock: Clock;
  readonly random: Random;
  /** Networks that targets may lie in though they are not public. */
  readonly allowed: Allowed | undefined;
  /** Beside those that the runtime trusts. */
  readonly authorities: Authorities | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly room: Room;
}

/** Memory that all looks share. */
export interface Room {
  /** False: there is none. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Tells a target's failure from this POP's own. */
export interface Guard {
  /** What a look said of a host: whether the way to it and back worked. */
  saw(host: string, answered: boolean): void;
  /** Whether a look that began at `sinceMs` (monotonic) failed because nothing can be reached from here. */
  isBlind(host: string, sinceMs: number): Promise<boolean>;
}

export interface RunnerTerms {
  readonly clock: Clock;
  readonly random: Random;
  /** Name of the POP: its checks are spread otherwise than those of another. */
  readonly place: string;
  /** Networks that targets may lie in though they are not public (`allowedOf`). */
  readonly allowed?: Allowed | undefined;
  /** Of certificates, beside those that the runtime trusts (`authoritiesOf`). */
  readonly authorities?: Authorities | undefined;
  readonly guard: Guard;
  onProbe(probe: Probe, times: ProbeTimes): void;
  /** A look threw: a defect of ours. The probe says `blind`. */
  onDefect(key: string, thrown: unknown): void;
}

/** Since the start, but for the first three, which are now. */
export interface RunnerCounts {
  readonly planned: number;
  readonly running: number;
  /** For a place to begin in. */
  readonly waiting: number;
  readonly begun: number;
  /** Began later than 5 % of their interval. */
  readonly late: number;
  /** Their turn came while the last one was not over. */
  readonly skipped: number;
}

export interface Runner {
  /** All checks from now on. One that did not change goes on as it was; heartbeats are left out. */
  plan(checks: readonly PlannedCheck[]): void;
  counts(): RunnerCounts;
  /** Resolves when nothing runs any more; what was under way is called off and tells nobody. */
  stop(): Promise<void>;
}
