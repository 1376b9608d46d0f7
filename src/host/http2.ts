// HTTP/2 for visitors, independent of what carries it. In: who answers; connections, each a wire. Out: what is told of each connection; how many
// requests are under way; a drain, and an end. Keeps no time: it is told of each second.
import { limits } from "../base/limits.ts";
import { createRecent } from "../base/recent.ts";
import type { Answering, Peer } from "./asked.ts";
import { createHeadings } from "./http2-answer.ts";
import { Http2Connection } from "./http2-connection.ts";
import type { Shared } from "./http2-stream.ts";
import { endAll, OpenOnes } from "./open-ones.ts";
import { guarded, type Remarks } from "./remarks.ts";
import type { PausableWire, Speaker } from "./wire.ts";

export interface Http2Options {
  readonly answer: Answering;
  /** A connection on which nothing is asked, or nothing taken of an answer, is closed after this. */
  readonly idleMs: number;
  /** Wall time, for `date`. */
  readonly wallMs: number;
  readonly remarks: Remarks;
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
  const { answer, idleMs, wallMs, remarks } = options;
  const headings = createHeadings(remarks);
  headings.tick(wallMs);
  const connections = new OpenOnes<Http2Connection>();
  const shared: Shared = {
    answering: guarded(answer, remarks),
    remarks,
    headings,
    // The text, and twice as much for what was read in it.
    remembered: createRecent(limits.rememberedHeadsBytes, ({ bytes }) => 3 * bytes),
    idleMs,
    nowMs: 0,
    pending: 0,
    forget(connection) {
      connections.delete(connection);
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
    stop: (force) => endAll(connections, force),
  };
}
