// Tells a target's failure from this POP's own. In: what looks said of hosts, names that are reached from anywhere. Out: whether a failure is ours.
// A failure is ours where none of the names can be reached and most other hosts that were heard of since that look began failed as well. The second
// half guards against the first: somebody's firewall may shut the guards' port, and then other hosts still answer.
// A guard that was never reached says nothing: in a network of one's own everything would fail unseen.
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { dialSocket } from "../host/dial.ts";
import type { Guard } from "./types.ts";

export interface GuardPlace {
  readonly host: string;
  readonly port: number;
}

/**
 * Root name servers of three operators, by TCP: reached from every network that reaches the world, asked only while checks fail. By name, so that
 * a resolver that died is noticed too.
 */
export const usualGuards: readonly GuardPlace[] = [
  { host: "a.root-servers.net", port: 53 },
  { host: "k.root-servers.net", port: 53 },
  { host: "m.root-servers.net", port: 53 },
];

export interface GuardTerms {
  readonly clock: Clock;
  readonly log: Log;
  readonly places: readonly GuardPlace[];
  /** Whether a connection could be made. Ends within `guardMsMax`. */
  connects(place: GuardPlace): Promise<boolean>;
}

interface Heard {
  readonly host: string;
  readonly answered: boolean;
  readonly atMs: number;
}

export function createGuard({ clock, log, places, connects }: GuardTerms): Guard {
  /** The oldest first; a ring would save what is moved at 2,000, once in 1,000 results. */
  let heard: Heard[] = [];
  let asked: { readonly atMs: number; readonly reached: Promise<boolean> } | null = null;
  let [wasReached, saidNever, lostMs] = [false, false, Number.NEGATIVE_INFINITY];

  async function ask(): Promise<boolean> {
    const isReached = (await Promise.all(places.map(connects))).includes(true);
    if (isReached) wasReached = true;
    else lostMs = clock.monotonicMs();
    if (!isReached && !wasReached && !saidNever) {
      saidNever = true;
      log.warn(
        `None of ${places.map(({ host, port }) => `${host}:${port}`).join(", ")} can be reached, by which this POP would notice that its own way out is gone.`,
        { remedy: "Name hosts that it can reach by --check-guard." },
      );
    }
    return isReached;
  }

  /** One question at a time, and none while the last answer is fresh. */
  function reached(): Promise<boolean> {
    const nowMs = clock.monotonicMs();
    if (asked === null || nowMs - asked.atMs >= limits.guardFreshMs) asked = { atMs: nowMs, reached: ask() };
    return asked.reached;
  }

  /** The last word of each other host since then. */
  function mostFailed(host: string, sinceMs: number): boolean {
    const last = new Map<string, boolean>();
    for (let at = heard.length - 1; at >= 0; at--) {
      const one = heard[at] as Heard;
      if (one.atMs < sinceMs) break;
      if (one.host !== host && !last.has(one.host)) last.set(one.host, one.answered);
    }
    const answered = [...last.values()].filter(Boolean).length;
    return answered * 2 < last.size + 1;
  }

  return {
    saw(host, answered) {
      heard.push({ host, answered, atMs: clock.monotonicMs() });
      if (heard.length > 2 * limits.guardResultsMax) heard = heard.slice(-limits.guardResultsMax);
      // The first look of all: whether the guards can be reached is known before it is needed.
      if (asked === null && places.length > 0) void reached();
    },
    async isBlind(host, sinceMs) {
      if (places.length === 0) return false;
      const isReached = await reached();
      if (!wasReached || (isReached && lostMs < sinceMs)) return false;
      return mostFailed(host, sinceMs);
    },
  };
}

/** As a POP asks them. */
export async function connectsTo(place: GuardPlace): Promise<boolean> {
  try {
    (
      await dialSocket(place, {
        policy: "configured",
        timeoutMs: limits.guardMsMax,
        // The look-up too: a resolver that died is asked for longer than a guard has.
        signal: AbortSignal.timeout(limits.guardMsMax),
      })
    ).destroy();
    return true;
  } catch (thrown) {
    if (thrown instanceof Fault) return false;
    throw thrown;
  }
}
