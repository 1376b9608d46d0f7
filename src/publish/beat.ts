// "The heads are these, now." In: heads of the store, the clock. Out: a signed heartbeat every two seconds, its sequence always rising.
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { headsDigest, signHeartbeat } from "../snapshot/heartbeat.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import type { Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";

export interface BeatOptions {
  readonly store: SnapshotStore;
  readonly secretKey: SecretKey;
  readonly clock: Clock;
  readonly log: Log;
  send(heartbeat: Uint8Array, heads: readonly Head[]): void;
}

/** Sequences are kept in the store this far ahead (ms), so that one write serves many beats. */
const reserveMs = 60_000;

/**
 * Starts to beat. A sequence is wall time in ms, or one above the last where the clock went back. The store holds one that is above all
 * that were ever sent, flushed before they are, so that none falls after a crash, whatever the clock says then.
 */
export async function startBeat({ store, secretKey, clock, log, send }: BeatOptions): Promise<Timer> {
  store.refresh();
  let reserved = store.freshness()?.sequence ?? 0;
  let sequence = reserved;
  const reserve = async (timeMs: number): Promise<void> => {
    reserved = sequence + reserveMs;
    const kept = {
      sequence: reserved,
      confirmedMs: timeMs,
      acceptedMs: timeMs,
      level: 0,
      behind: {},
    } as const;
    // A full disk must not make every POP believe that the publisher is gone.
    await store
      .putFreshness(kept)
      .catch((thrown) => log.warn(`The heartbeat's sequence was not kept: ${messageOf(thrown)}`));
  };
  const beat = async (): Promise<void> => {
    const timeMs = clock.wallMs();
    sequence = Math.max(sequence + 1, timeMs);
    if (sequence >= reserved) await reserve(timeMs);
    store.refresh();
    const heads = store.heads();
    send(signHeartbeat({ sequence, headsDigest: headsDigest(heads), timeMs }, secretKey), heads);
  };
  await beat();
  return every(clock, limits.heartbeatMs, beat);
}
