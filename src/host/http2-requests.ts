// Requests of one connection (RFC 9113, 5.1 and 8.1). In: HEADERS, CONTINUATION and DATA frames. Out: what is asked, to who answers; an error that
// ends the connection, or null. Bodies are read over where who answers wants none.
import { limits } from "../base/limits.ts";
import type { Answer, Peer } from "./asked.ts";
import { Http2Body } from "./http2-body.ts";
import type { Frame } from "./http2-control.ts";
import {
  errorCodes,
  flags,
  frameTypes,
  type Http2Error,
  numberFrame,
  windowAtFirst,
  windowMax,
} from "./http2-frames.ts";
import type { Head, Http2Asked } from "./http2-head.ts";
import { Heads } from "./http2-heads.ts";
import { blockBytesMax } from "./http2-hpack.ts";
import type { Noise } from "./http2-noise.ts";
import type { Output } from "./http2-output.ts";
import type { Shared, Stream } from "./http2-stream.ts";
import type { Streams } from "./http2-streams.ts";
import { refusals } from "./refusals.ts";

/** What a connection's requests need of it. */
export interface RequestsOptions {
  readonly peer: Peer;
  readonly shared: Shared;
  readonly output: Output;
  readonly streams: Streams;
  readonly noise: Noise;
  /** Sends what may be sent, and writes what a turn has put. */
  readonly endTurn: () => void;
}

interface Block {
  readonly stream: number;
  readonly isWhole: boolean;
  bytes: Uint8Array;
  frames: number;
}

export class Requests {
  /** The highest stream that the client has opened. */
  last = 0;
  /** Streams beyond it are refused: the connection is about to end. */
  answeredLast = windowMax;
  /** Requests so far: a connection that asks is one that is used. */
  count = 0;
  /** A header block that is not whole yet. */
  private block: Block | null = null;
  /** Numbers that the client passed over last: what comes for those is wrong in another way than what comes for closed streams. */
  private skippedFrom = 0;
  private skippedTo = 0;
  /** Bytes of bodies since the client was allowed more. */
  private unread = 0;
  private readonly heads: Heads;
  private readonly given: RequestsOptions;

  constructor(given: RequestsOptions) {
    this.given = given;
    this.heads = new Heads(given.shared.remembered);
  }

  /** A header block has begun: nothing else may come before it is whole. The stream, or null. */
  get beginning(): number | null {
    return this.block?.stream ?? null;
  }

  headers(frame: Frame): Http2Error | null {
    const { bytes, stream, flags: bits } = frame;
    if (stream % 2 === 0) return "protocol";
    let { from, end } = frame;
    if ((bits & flags.padded) !== 0) end -= bytes[from++] ?? 0;
    if ((bits & flags.priority) !== 0) from += 5;
    if (from > end || from > frame.end) return frame.end - frame.from < 6 ? "frameSize" : "protocol";
    const isWhole = (bits & flags.endStream) !== 0;
    if ((bits & flags.endHeaders) !== 0) return this.wholeBlock(stream, isWhole, bytes, from, end);
    this.block = { stream, isWhole, bytes: bytes.slice(from, end), frames: 1 };
    return null;
  }

  continuation({ bytes, flags: bits, from, end }: Frame): Http2Error | null {
    const { block } = this;
    if (block === null) return "protocol";
    block.frames++;
    // Endless headers (CVE-2024-27316), also of frames with nothing in them.
    if (block.frames > limits.http2BlockFramesMax || block.bytes.length + end - from > blockBytesMax)
      return "calm";
    block.bytes = Buffer.concat([block.bytes, bytes.subarray(from, end)]);
    if ((bits & flags.endHeaders) === 0) return null;
    this.block = null;
    return this.wholeBlock(block.stream, block.isWhole, block.bytes, 0, block.bytes.length);
  }

  private wholeBlock(
    id: number,
    isWhole: boolean,
    bytes: Uint8Array,
    from: number,
    end: number,
  ): Http2Error | null {
    if (id <= this.last) return this.trailers(id, isWhole, bytes, from, end);
    if (id > this.last + 2) {
      this.skippedFrom = this.last + 2;
      this.skippedTo = id - 2;
    }
    this.last = id;
    // The table has to follow, whatever becomes of the request.
    const head = this.heads.read(bytes, from, end, isWhole);
    return head === "compression" ? head : this.request(id, head, isWhole);
  }

  private request(id: number, head: Head, isWhole: boolean): Http2Error | null {
    const { streams, noise, shared } = this.given;
    if (id > this.answeredLast || streams.count >= limits.http2StreamsMax) {
      streams.reset(id, errorCodes.refused);
      return noise.hear();
    }
    if (head === "malformed") {
      shared.remarks.onRefused(head);
      streams.reset(id, errorCodes.protocol);
      return noise.hear();
    }
    this.count++;
    shared.pending++;
    if (head === "too-large") {
      shared.remarks.onRefused("head-too-long");
      this.answer(id, isWhole, refusals["head-too-long"], false);
    } else this.ask(id, isWhole, head);
    return null;
  }

  private ask(id: number, isWhole: boolean, asked: Http2Asked): void {
    const { shared, peer } = this.given;
    const isHead = asked.method === "HEAD";
    let heard: Http2Body | null = null;
    if (!isWhole)
      asked.hear = (bytesMax) => {
        const length = asked.field("content-length");
        heard = new Http2Body(length === null ? null : Number(length), bytesMax);
        return heard.whole;
      };
    const answer = shared.answering(asked, peer);
    if (answer instanceof Promise) {
      const stream = this.given.streams.open(id, !isWhole);
      stream.heard = heard;
      void answer.then((given) => this.answerLate(stream, given, isHead));
    } else this.answer(id, isWhole, answer, isHead);
  }

  private answer(id: number, isWhole: boolean, answer: Answer, isHead: boolean): void {
    const { streams } = this.given;
    if (isWhole) streams.answer(id, answer, isHead);
    else streams.begin(streams.open(id, true), answer, isHead);
  }

  private answerLate(stream: Stream, answer: Answer, isHead: boolean): void {
    const { streams, output, endTurn } = this.given;
    // It was taken back meanwhile, or the connection is gone.
    if (streams.get(stream.id) !== stream) {
      cancelOf(answer);
      return;
    }
    output.open();
    streams.begin(stream, answer, isHead);
    endTurn();
  }

  private trailers(
    id: number,
    isWhole: boolean,
    bytes: Uint8Array,
    from: number,
    end: number,
  ): Http2Error | null {
    const { streams, noise } = this.given;
    const stream = streams.get(id);
    if (stream === undefined && !streams.endedEarly(id)) return this.wrongFor(id);
    const said = this.heads.readTrailers(bytes, from, end);
    if (said === "compression") return said;
    if (stream === undefined) return noise.hear();
    if (!stream.isAsking) streams.reset(id, errorCodes.streamClosed);
    else if (!isWhole || said === "malformed") streams.reset(id, errorCodes.protocol);
    else streams.heardAll(stream);
    return noise.hear();
  }

  data(frame: Frame): Http2Error | null {
    const { bytes, stream: id, flags: bits, from, end } = frame;
    if (id === 0 || id > this.last) return "protocol";
    if ((bits & flags.padded) !== 0 && (bytes[from] ?? 0) >= end - from) return "protocol";
    const { streams, noise } = this.given;
    const stream = streams.get(id);
    if (stream === undefined && !streams.endedEarly(id)) return this.wrongFor(id);
    const wrong = this.readOver(end - from);
    if (wrong !== null || stream === undefined) return wrong ?? noise.hear();
    stream.heard?.take(payloadOf(frame));
    if (!stream.isAsking) streams.reset(id, errorCodes.streamClosed);
    else if ((bits & flags.endStream) !== 0) streams.heardAll(stream);
    // Frames of some length are bounded by the windows; empty ones by nothing.
    return end === from || !stream.isAsking ? noise.hear() : null;
  }

  /** The connection's window is for all streams, so what nobody reads has to be given back; a stream's own never is. */
  private readOver(length: number): Http2Error | null {
    this.unread += length;
    if (this.unread > windowAtFirst) return "flowControl";
    if (this.unread < windowAtFirst / 2) return null;
    this.given.output.put(numberFrame(frameTypes.window, 0, this.unread));
    this.unread = 0;
    return this.given.noise.hear();
  }

  private wrongFor(id: number): Http2Error {
    return id >= this.skippedFrom && id <= this.skippedTo ? "protocol" : "streamClosed";
  }
}

/** Without its padding, which was looked at before. */
function payloadOf({ bytes, flags: bits, from, end }: Frame): Uint8Array {
  return (bits & flags.padded) === 0
    ? bytes.subarray(from, end)
    : bytes.subarray(from + 1, end - (bytes[from] ?? 0));
}

function cancelOf({ body }: Answer): void {
  if (body !== null && "cancel" in body) body.cancel();
}
