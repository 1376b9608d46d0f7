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

/**
 * Starts to beat. The sequence is wall time in ms, or one above the last where the clock went back; the last is kept in the store
 * unflushed, and a publish flushes it, so it falls only if power fails and the clock is set back as well.
 */
export function startBeat({ store, secretKey, clock, log, send }: BeatOptions): Timer {
  store.refresh();
  let sequence = store.freshness()?.sequence ?? 0;
  const beat = (): void => {
    store.refresh();
    const heads = store.heads();
    const timeMs = clock.wallMs();
    sequence = Math.max(sequence + 1, timeMs);
    send(signHeartbeat({ sequence, headsDigest: headsDigest(heads), timeMs }, secretKey), heads);
    store
      .putFreshness({ sequence, confirmedMs: timeMs, acceptedMs: timeMs, level: 0, behind: {} })
      .catch((thrown) => log.warn(`The heartbeat's sequence was not kept: ${messageOf(thrown)}`));
  };
  beat();
  return every(clock, limits.heartbeatMs, beat);
}
