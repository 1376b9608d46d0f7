// HTTP/1.1 for visitors, independent of what carries it. In: who answers; connections, each a wire. Out: what is told of each connection; how many
// requests are under way; a drain, and an end. Keeps no time: it is told of each second.
import { limits } from "../base/limits.ts";
import { createRecent, type Recent } from "../base/recent.ts";
import type { Answering, Peer } from "./asked.ts";
import { dateOf } from "./http1-answer.ts";
import { Http1Connection } from "./http1-connection.ts";
import type { Head, HeadLimits } from "./http1-head.ts";
import { endAll, OpenOnes } from "./open-ones.ts";
import { guarded, type Remarks } from "./remarks.ts";
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
  readonly remarks: Remarks;
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
  /** Throws nothing. */
  readonly answering: Answering;
  readonly remarks: Remarks;
  readonly heads: Recent<Head>;
  /** Keeps a head that comes for the second time. */
  remember(text: string, head: Head): void;
  readonly idleMs: number;
  nowMs: number;
  date: string;
  isDraining: boolean;
  isStopping: boolean;
  pending: number;
  forget(connection: Http1Connection): void;
}

/** Two heads of one mark are kept once too early, which harms nobody. Only some characters are looked at, the last ones closely. */
function markOf(text: string): number {
  let mark = text.length;
  const close = Math.max(0, text.length - closelyChars);
  for (let at = 0; at < close; at += 7) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0;
  for (let at = close; at < text.length; at++) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0;
  return mark;
}

const closelyChars = 96;

export function createHttp1(options: Http1Options): Http1 {
  const { answer, secure, bodyBytesMax, idleMs, wallMs, remarks } = options;
  const connections = new OpenOnes<Http1Connection>();
  // The text, and twice as much for what was read in it.
  const heads = createRecent<Head>(limits.rememberedHeadsBytes, (head) => 3 * head.bytes);
  /** Marks of heads that came once: to keep every one that never comes again costs twice what it costs to read it. */
  const marks = new Int32Array(limits.headMarks);
  const shared: Http1Shared = {
    answering: guarded(answer, remarks),
    remarks,
    heads,
    remember(text, head) {
      const mark = markOf(text);
      const at = (mark >>> 0) % marks.length;
      if (marks[at] !== mark) {
        marks[at] = mark;
        return;
      }
      head.repeats = true;
      heads.set(text, head);
    },
    secure,
    bodyBytesMax,
    idleMs,
    nowMs: 0,
    date: dateOf(wallMs),
    isDraining: false,
    isStopping: false,
    pending: 0,
    forget(connection) {
      connections.delete(connection);
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
      return endAll(connections, force);
    },
  };
}
