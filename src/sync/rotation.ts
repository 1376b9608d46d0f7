// Which source is asked next, how, and when. In: how each connection ended. Out: an address, stream or poll, and a wait in ms. No I/O.
import { backoffMs } from "../base/backoff.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

export type FollowMode = "stream" | "poll";

/** How a connection ended. */
export interface Ended {
  /** `polled`: the answer to a poll was whole. `silent`: nothing came for too long. `lost`: anything else. */
  readonly kind: "polled" | "silent" | "lost";
  /** A frame came at all. */
  readonly frames: boolean;
  /** A heartbeat was accepted. */
  readonly heard: boolean;
}

export interface Rotation {
  current(): { readonly url: string; readonly mode: FollowMode };
  /** Ms to wait before `current()` is asked. */
  ended(ended: Ended, monotonicMs: number): number;
}

/**
 * Sources in turn, the first one first. One that connects and delivers nothing is polled the next time (a proxy may collect streams),
 * and tried as a stream again after `limits.streamRetryMs`. `mode` poll never streams.
 */
export function createRotation(sources: readonly string[], mode: FollowMode, random: Random): Rotation {
  const pollSinceMs = new Map<string, number>();
  let at = 0;
  let failures = 0;
  /** Of a polled source: when it last confirmed anything, or was turned to. */
  let goodMs: number | null = null;
  const url = (): string => sources[at] ?? "";

  function leave(): void {
    at = (at + 1) % sources.length;
    goodMs = null;
    failures += 1;
  }

  function afterPoll(heard: boolean, monotonicMs: number): number {
    goodMs = heard || goodMs === null ? monotonicMs : goodMs;
    if (monotonicMs - (pollSinceMs.get(url()) ?? monotonicMs) >= limits.streamRetryMs)
      pollSinceMs.delete(url());
    if (monotonicMs - goodMs >= limits.sourceSilentMs) leave();
    else if (heard) failures = 0;
    return limits.pollMs;
  }

  return {
    current: () => ({ url: url(), mode: mode === "poll" || pollSinceMs.has(url()) ? "poll" : "stream" }),
    ended({ kind, frames, heard }, monotonicMs) {
      if (kind === "polled") return afterPoll(heard, monotonicMs);
      if (heard) failures = 0;
      if (kind === "silent" && !frames && !pollSinceMs.has(url())) pollSinceMs.set(url(), monotonicMs);
      else if (!frames) pollSinceMs.delete(url());
      leave();
      const rounds = Math.floor(failures / sources.length);
      return Math.round(backoffMs(rounds, limits.reconnectMsMin, limits.reconnectMsMax, random));
    },
  };
}
