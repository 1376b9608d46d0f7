// The sessions of a feed. In: POPs that ask, news from the store. Out: a line to each, ended with a reason where nobody reads it.
import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { Digest } from "../snapshot/types.ts";
import { createLine, type Line } from "./feed-line.ts";
import { type Asked, createFeedSession, type FeedSession } from "./feed-session.ts";
import type { FeedSource } from "./feed-source.ts";
import { encodeRefused, type RefusedReason, refusedSentences } from "./frames.ts";

/** A POP as the feed sees it. */
export interface FeedSessionState {
  readonly id: string;
  readonly key: string;
  readonly mode: "stream" | "poll";
  /** Bytes put on its line so far. */
  readonly bytes: number;
  /** Pages that were pushed and not acked yet. */
  readonly unacked: number;
}

export interface FeedSessions {
  /** A line to the POP that asked, or null where there are as many as there may be. */
  open(asked: Asked): ReadableStream<Uint8Array> | null;
  /** There is more to say. `touched`: the store has more, not only a heartbeat. */
  wake(touched: boolean): void;
  /** Ends the lines that took nothing for as long as a POP waits for its source: nobody reads there. */
  dropStuck(): void;
  ack(session: string, key: string, page: string, manifest: Digest): void;
  states(): readonly FeedSessionState[];
  /** How many of the POPs that follow now have not said that they hold this manifest. */
  lacking(page: string, manifest: Digest): number;
  /** Ends the sessions of keys that may not follow any more, at once. */
  expel(allows: (key: string) => boolean): void;
  endAll(reason: RefusedReason): void;
}

export interface FeedSessionsOptions {
  readonly source: FeedSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  onFrame(kind: string, bytes: number): void;
  /** A POP said that it applied what was pushed to it last. */
  onAck(page: string): void;
}

interface Held {
  readonly session: FeedSession;
  readonly line: Line;
  endedMs: number | null;
  bytes: number;
}

export function createFeedSessions(options: FeedSessionsOptions): FeedSessions {
  const { source, clock, metrics } = options;
  const sessions = new Map<string, Held>();
  const live = (): Held[] => [...sessions.values()].filter(({ endedMs }) => endedMs === null);
  const dropped = metrics.counter("feed_dropped_total", "Sessions that the feed ended, by reason.", "reason");
  const acks = metrics.counter("feed_acks_total", "Generations that POPs said they applied.");
  const lag = metrics.gauge("feed_ack_lag_ms", "From the push of a generation to the latest ack (ms).");
  const unackedPages = (): number => live().reduce((sum, { session }) => sum + session.unacked(), 0);
  metrics.watch("feed_sessions", "POPs that hold a line open.", () => live().length);
  metrics.watch("feed_unacked_pages", "Pages pushed and not acked, over all sessions.", unackedPages);

  function open(asked: Asked): ReadableStream<Uint8Array> | null {
    if (live().length >= limits.sessionsMax) return null;
    const id = Buffer.from(options.random.bytes(16)).toString("hex");
    const session = createFeedSession(id, asked, source, options.onFrame);
    const held: Held = {
      session,
      endedMs: null,
      bytes: 0,
      line: createLine({
        clock,
        whenEmpty: asked.mode === "poll" ? "end" : "wait",
        next() {
          const chunk = session.next();
          held.bytes += chunk?.length ?? 0;
          return chunk;
        },
        onEnd() {
          held.endedMs = clock.monotonicMs();
        },
      }),
    };
    sessions.set(id, held);
    return held.line.stream;
  }

  /** A POP that polls is between two sessions most of the time: its last one speaks for it. */
  function polling(): Iterable<Held> {
    const last = new Map<string, Held>();
    for (const held of sessions.values())
      if (held.session.mode === "poll" && held.session.key !== "") last.set(held.session.key, held);
    return last.values();
  }

  function end({ line, session }: Held, reason: RefusedReason): void {
    dropped.add(1, reason);
    options.log.warn(`A session was ended. ${refusedSentences[reason]}`, { key: session.key, reason });
    line.end(encodeRefused(reason));
  }

  return {
    open,
    wake(touched) {
      for (const { session, line } of live()) {
        if (touched) session.touch();
        line.wake();
      }
    },
    dropStuck() {
      const nowMs = clock.monotonicMs();
      for (const held of live()) if (held.line.stuckMs() >= limits.sourceSilentMs) end(held, "too-slow");
      // A polling POP acks after its session's end.
      for (const [id, { endedMs }] of sessions)
        if (endedMs !== null && nowMs - endedMs > limits.staleAfterMs) sessions.delete(id);
    },
    ack(id, key, page, manifest) {
      const session = sessions.get(id)?.session;
      const lagMs = session?.key === key ? session.ack(page, manifest) : null;
      if (lagMs === null) return;
      acks.add();
      lag.set(lagMs);
      options.onAck(page);
    },
    lacking(page, manifest) {
      const streams = live().filter(({ session }) => session.mode === "stream");
      return [...streams, ...polling()].filter(({ session }) => !session.holds(page, manifest)).length;
    },
    states: () =>
      live().map(({ session: { id, key, mode, unacked }, bytes }) => ({
        id,
        key,
        mode,
        bytes,
        unacked: unacked(),
      })),
    expel(allows) {
      for (const held of live()) if (!allows(held.session.key)) end(held, "not-allowed");
    },
    endAll(reason) {
      for (const held of live()) end(held, reason);
    },
  };
}
