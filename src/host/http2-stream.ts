// One answer under way on a connection of HTTP/2, and what connections have in common. In: the body that is written as it comes. Out: its pieces,
// in the order in which they wait.
import type { Answering, StreamBody, StreamSink } from "./asked.ts";
import type { Headings } from "./http2-answer.ts";
import type { Http2Body } from "./http2-body.ts";
import type { Http2Connection } from "./http2-connection.ts";
import type { Remembered } from "./http2-heads.ts";
import type { Remarks } from "./remarks.ts";

export interface Stream {
  readonly id: number;
  /** Its request's body is still to come. */
  isAsking: boolean;
  /** Who reads that body; null where nobody does. */
  heard: Http2Body | null;
  window: number;
  /** Pieces of the body that wait, from byte `at` of the first. */
  pieces: Uint8Array[];
  at: number;
  /** No piece follows. */
  isWhole: boolean;
  source: StreamBody | null;
  isReady: boolean;
  /** Answered while its request's body was still to come: so many times it was looked at since. */
  leftOver: number | null;
}

/** What connections have in common. */
export interface Shared {
  /** Throws nothing. */
  readonly answering: Answering;
  readonly remarks: Remarks;
  readonly headings: Headings;
  readonly remembered: Remembered;
  /** A connection on which nothing is asked is closed after this, and so is one that takes nothing of what waits. */
  readonly idleMs: number;
  nowMs: number;
  /** Requests that are not answered to their end. */
  pending: number;
  forget(connection: Http2Connection): void;
}

export function openStream(id: number, isAsking: boolean, window: number): Stream {
  return {
    id,
    isAsking,
    heard: null,
    window,
    pieces: [],
    at: 0,
    isWhole: false,
    source: null,
    isReady: false,
    leftOver: null,
  };
}

export interface Following {
  /** It was taken back, or the connection is gone. */
  isGone(): boolean;
  /** It has something to send, or an end. */
  moved(): void;
  /** It is broken off. */
  broken(): void;
}

/** Where a body writes that is written as it comes. */
export function sinkOf(stream: Stream, { isGone, moved, broken }: Following): StreamSink {
  const isOver = (): boolean => stream.isWhole || isGone();
  return {
    write(piece) {
      if (isOver()) return 0;
      if (piece.length > 0) stream.pieces.push(piece);
      moved();
      return stream.pieces.length;
    },
    end() {
      if (isOver()) return;
      stream.isWhole = true;
      stream.source = null;
      moved();
    },
    abort() {
      if (isOver()) return;
      stream.source = null;
      broken();
    },
  };
}
