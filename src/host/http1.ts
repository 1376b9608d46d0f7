// HTTP/1.1 for visitors, independent of what carries it. In: who answers; connections, each a wire. Out: what is told of each connection; how many
// requests are under way; a drain, and an end. Keeps no time: it is told of each second.
import { limits } from "../base/limits.ts";
import { createRecent, type Recent } from "../base/recent.ts";
import type { Answering, Peer } from "./asked.ts";
import { dateOf } from "./http1-answer.ts";
import { Http1Connection } from "./http1-connection.ts";
import type { Head, HeadLimits } from "./http1-head.ts";
import type { Speaker, Wire } from "./wire.ts";

export interface Http1Options {
  readonly answer: Answering;
  /** Its connections are of TLS. */
  readonly secure: boolean;
  readonly bodyBytesMax: number;
  /** A connection on which nothing is asked, or nothing taken of an answer, is closed after this. */
  readonly idleMs: number;
  /** Wall time, for `Date`. */
  readonly wallMs: number;
}

export interface Http1 {
  /** A connection is there: what comes on it is for the speaker. */
  open(wire: Wire, peer: Peer): Speaker;
  /** Called about once a second, with monotonic and wall time. */
  tick(nowMs: number, wallMs: number): void;
  pendingRequests(): number;
  /** From now on each answer is the last of its connection. */
  drain(): void;
  /** Answers what was asked and closes what is idle; `force` closes all. Resolves when no connection is left. */
  stop(force: boolean): Promise<void>;
}

/** What connections have in common. */
export interface Http1Shared extends HeadLimits {
  readonly answering: Answering;
  readonly heads: Recent<Head>;
  readonly idleMs: number;
  nowMs: number;
  date: string;
  isDraining: boolean;
  isStopping: boolean;
  pending: number;
  forget(connection: Http1Connection): void;
}

export function createHttp1(options: Http1Options): Http1 {
  const { answer, secure, bodyBytesMax, idleMs, wallMs } = options;
  const connections = new Set<Http1Connection>();
  let emptied: (() => void) | null = null;
  const shared: Http1Shared = {
    answering: answer,
    // The text, and twice as much for what was read in it.
    heads: createRecent(limits.rememberedHeadsBytes, (head) => 3 * head.bytes),
    secure,
    bodyBytesMax,
    idleMs,
    nowMs: 0,
    date: dateOf(wallMs),
    isDraining: false,
    isStopping: false,
    pending: 0,
    forget(connection) {
      if (connections.delete(connection) && connections.size === 0) emptied?.();
    },
  };
  return {
    open(wire, peer) {
      const connection = new Http1Connection(wire, peer, shared);
      connections.add(connection);
      return connection;
    },
    tick(nowMs, atMs) {
      shared.nowMs = nowMs;
      shared.date = dateOf(atMs);
      for (const connection of connections) connection.tick(nowMs);
    },
    pendingRequests: () => shared.pending,
    drain() {
      shared.isDraining = true;
    },
    stop(force) {
      shared.isDraining = true;
      shared.isStopping = true;
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
