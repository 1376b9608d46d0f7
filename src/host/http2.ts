// HTTP/2 for visitors, independent of what carries it. In: who answers; connections, each a wire. Out: what is told of each connection; how many
// requests are under way; a drain, and an end. Keeps no time: it is told of each second.
import { limits } from "../base/limits.ts";
import { createRecent } from "../base/recent.ts";
import type { Answering, Peer } from "./asked.ts";
import { createHeadings } from "./http2-answer.ts";
import { Http2Connection } from "./http2-connection.ts";
import type { Shared } from "./http2-streams.ts";
import type { PausableWire, Speaker } from "./wire.ts";

export interface Http2Options {
  readonly answer: Answering;
  /** A connection on which nothing is asked, or nothing taken of an answer, is closed after this. */
  readonly idleMs: number;
  /** Wall time, for `date`. */
  readonly wallMs: number;
}

export interface Http2 {
  /** A connection is there: what comes on it is for the speaker. */
  open(wire: PausableWire, peer: Peer): Speaker;
  /** Called about once a second, with monotonic and wall time. */
  tick(nowMs: number, wallMs: number): void;
  pendingRequests(): number;
  /** Asks all clients to open no more streams, those that come later too. */
  drain(): void;
  /** Answers what was asked and closes what is idle; `force` closes all. Resolves when no connection is left. */
  stop(force: boolean): Promise<void>;
}

export function createHttp2(options: Http2Options): Http2 {
  const { answer, idleMs, wallMs } = options;
  const headings = createHeadings();
  headings.tick(wallMs);
  const connections = new Set<Http2Connection>();
  let emptied: (() => void) | null = null;
  const shared: Shared = {
    answering: answer,
    headings,
    // The text, and twice as much for what was read in it.
    remembered: createRecent(limits.rememberedHeadsBytes, ({ bytes }) => 3 * bytes),
    idleMs,
    nowMs: 0,
    pending: 0,
    forget(connection) {
      if (connections.delete(connection) && connections.size === 0) emptied?.();
    },
  };
  let isDraining = false;
  return {
    open(wire, peer) {
      const connection = new Http2Connection(wire, peer, shared);
      connections.add(connection);
      if (isDraining) connection.drain();
      return connection;
    },
    tick(nowMs, atMs) {
      shared.nowMs = nowMs;
      headings.tick(atMs);
      for (const connection of connections) connection.tick(nowMs);
    },
    pendingRequests: () => shared.pending,
    drain() {
      isDraining = true;
      for (const connection of connections) connection.drain();
    },
    stop(force) {
      for (const connection of [...connections]) {
        if (force) connection.cut();
        else connection.finish();
      }
      if (connections.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const before = emptied;
        emptied = () => {
          before?.();
          resolve();
        };
      });
    },
  };
}
