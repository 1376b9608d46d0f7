// Pings of a worker that wait for its syncer's word. In: pings, word of what was written down. Out: an outcome for each, in time. One that was sent is sent again to a syncer that was
// started anew: a job that said twice that it is alive is alive.
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { PingAsk, Pinged, WorkerAsks } from "./link.ts";

interface Waiting {
  readonly ask: WorkerAsks;
  readonly resolve: (pinged: Pinged) => void;
  readonly timer: Timer;
}

export interface LinkPings {
  ping(asked: PingAsk): Promise<Pinged>;
  /** The syncer has said so. */
  settle(number: number, pinged: Pinged): void;
  /** Whoever dialled says again what is not settled. */
  again(): void;
  stop(): void;
}

/** `send` says it to the syncer, where it is there. */
export function createLinkPings(clock: Clock, send: (ask: WorkerAsks) => void): LinkPings {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const settle = (number: number, pinged: Pinged): void => {
    const found = waiting.get(number);
    if (found === undefined) return;
    waiting.delete(number);
    found.timer.cancel();
    found.resolve(pinged);
  };
  return {
    ping(asked) {
      if (waiting.size >= limits.pingsUnderWayMax) return Promise.resolve("failed");
      const { promise, resolve } = Promise.withResolvers<Pinged>();
      const number = ++last;
      const ask = { ping: asked, number };
      const timer = clock.after(limits.noteKeptMsMax, () => settle(number, "failed"));
      waiting.set(number, { ask, resolve, timer });
      send(ask);
      return promise;
    },
    settle,
    again() {
      for (const { ask } of waiting.values()) send(ask);
    },
    stop() {
      for (const number of [...waiting.keys()]) settle(number, "failed");
    },
  };
}
