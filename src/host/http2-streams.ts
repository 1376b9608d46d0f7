// Answers under way on one connection of HTTP/2 (RFC 9113, 5 and 6.9). In: answers, windows. Out: HEADERS and DATA frames, as far as the windows and
// the kernel let them. A body that waits is a reference, shared with all who wait for it; streams take turns, a frame each.
import { limits } from "../base/limits.ts";
import { type Answer, isStream, type StreamBody } from "./asked.ts";
import {
  errorCodes,
  flags,
  frameHeadBytes,
  frameTypes,
  numberFrame,
  payloadBytesMax,
  putHead,
  putUint32,
  windowAtFirst,
  windowMax,
} from "./http2-frames.ts";
import { KeptFields } from "./http2-kept.ts";
import type { Output } from "./http2-output.ts";
import { openStream, type Shared, type Stream, sinkOf } from "./http2-stream.ts";
import { startBody } from "./remarks.ts";

export class Streams {
  /** Of the whole connection. */
  private window = windowAtFirst;
  private initialWindow = windowAtFirst;
  private readonly all = new Map<number, Stream>();
  /** Those that have something to send and a window for it, the next one first. */
  private ready: Stream[] = [];
  /** The client made its table smaller: the next block has to say that we keep to it (RFC 7541, 4.2). We keep to none then. */
  private owesTableSize = false;
  private readonly kept: KeptFields;
  private readonly ended: number[] = [];
  private readonly output: Output;
  private readonly shared: Shared;
  private readonly endTurn: () => void;

  /** `endTurn` writes what a turn has put. */
  constructor(output: Output, shared: Shared, endTurn: () => void) {
    this.output = output;
    this.shared = shared;
    this.kept = new KeptFields(shared.headings);
    this.endTurn = endTurn;
  }

  get count(): number {
    return this.all.size;
  }

  get(id: number): Stream | undefined {
    return this.all.get(id);
  }

  /** One that ended early, of which frames may still come. */
  endedEarly(id: number): boolean {
    return this.ended.includes(id);
  }

  /** A stream that cannot be answered at once, or whose body is still to come. */
  open(id: number, isAsking: boolean): Stream {
    const stream = openStream(id, isAsking, this.initialWindow);
    this.all.set(id, stream);
    return stream;
  }

  /** Answers one that was not opened: most are over with this call. */
  answer(id: number, answer: Answer, isHead: boolean): void {
    const { body } = answer;
    if (isHead || body === null || (!isStream(body) && body.length === 0)) {
      this.putHeading(id, answer, true);
      if (body !== null && isStream(body)) body.cancel();
      this.shared.pending--;
      return;
    }
    const fits = !isStream(body) && body.length <= Math.min(payloadBytesMax, this.window, this.initialWindow);
    if (!fits || this.ready.length > 0 || this.output.isBlocked) {
      this.begin(this.open(id, false), answer, isHead);
      return;
    }
    this.putHeading(id, answer, false);
    this.putData(id, body, 0, body.length, true);
    this.shared.pending--;
  }

  /** Answers one that was opened. */
  begin(stream: Stream, answer: Answer, isHead: boolean): void {
    const { body } = answer;
    const isBare = isHead || body === null || (!isStream(body) && body.length === 0);
    this.putHeading(stream.id, answer, isBare);
    if (isBare) {
      if (body !== null && isStream(body)) body.cancel();
      this.finish(stream);
    } else if (isStream(body)) this.follow(stream, body);
    else {
      stream.pieces.push(body);
      stream.isWhole = true;
      this.makeReady(stream);
    }
  }

  private follow(stream: Stream, body: StreamBody): void {
    stream.source = body;
    const sink = sinkOf(stream, {
      isGone: () => this.all.get(stream.id) !== stream,
      moved: () => {
        this.makeReady(stream);
        this.turn();
      },
      broken: () => this.turn(() => this.reset(stream.id, errorCodes.internal)),
    });
    startBody(body, sink, this.shared.remarks);
  }

  /** From outside a turn it is one of its own. */
  private turn(run?: () => void): void {
    const isWithin = this.output.isOpen;
    if (!isWithin) this.output.open();
    run?.();
    if (!isWithin) this.endTurn();
  }

  /** Sends what may be sent. */
  pump(): void {
    while (this.ready.length > 0 && !this.output.isBlocked) {
      const stream = this.ready.shift();
      if (stream === undefined) return;
      stream.isReady = false;
      if (!this.sendFrame(stream)) {
        stream.isReady = true;
        this.ready.unshift(stream);
        return;
      }
      if (this.all.get(stream.id) === stream) this.makeReady(stream);
    }
  }

  /** One frame of it; false where the connection's window is used up. */
  private sendFrame(stream: Stream): boolean {
    const [piece] = stream.pieces;
    if (piece === undefined) {
      this.putData(stream.id, new Uint8Array(), 0, 0, true);
      this.finish(stream);
      return true;
    }
    const rest = piece.length - stream.at;
    const length = Math.min(rest, payloadBytesMax, stream.window, this.window);
    if (length <= 0) return this.window > 0;
    const isPieceOver = length === rest;
    const isLast = isPieceOver && stream.isWhole && stream.pieces.length === 1;
    this.putData(stream.id, piece, stream.at, length, isLast);
    stream.window -= length;
    stream.at = isPieceOver ? 0 : stream.at + length;
    if (isPieceOver) stream.pieces.shift();
    if (isLast) this.finish(stream);
    return true;
  }

  private makeReady(stream: Stream): void {
    const hasMore = stream.pieces.length > 0 ? stream.window > 0 : stream.isWhole;
    if (stream.isReady || stream.leftOver !== null || !hasMore) return;
    stream.isReady = true;
    this.ready.push(stream);
  }

  /** Bytes of bodies wait, for the windows or the kernel. */
  isWaiting(): boolean {
    if (this.output.isBlocked) return true;
    for (const { pieces } of this.all.values()) if (pieces.length > 0) return true;
    return false;
  }

  /** WINDOW_UPDATE; 0 is the connection. False where the window is beyond what it may be (RFC 9113, 6.9.1). */
  grow(id: number, by: number): boolean {
    if (id === 0) {
      this.window += by;
      return this.window <= windowMax;
    }
    const stream = this.all.get(id);
    if (stream === undefined) return true;
    stream.window += by;
    this.makeReady(stream);
    return stream.window <= windowMax;
  }

  /** The client's SETTINGS_INITIAL_WINDOW_SIZE: open streams follow, also below nothing (RFC 9113, 6.9.2). */
  setInitialWindow(size: number): boolean {
    const by = size - this.initialWindow;
    this.initialWindow = size;
    for (const stream of this.all.values()) {
      stream.window += by;
      if (stream.window > windowMax) return false;
      this.makeReady(stream);
    }
    return true;
  }

  shrinkTable(): void {
    this.owesTableSize = true;
    this.kept.stop();
  }

  /** RST_STREAM from here. Frames of it may still come. */
  reset(id: number, code: number): void {
    this.output.put(numberFrame(frameTypes.reset, id, code));
    this.ended.push(id);
    if (this.ended.length > limits.http2EndedMax) this.ended.shift();
    this.drop(id);
  }

  /** It is over, whoever said so. */
  drop(id: number): boolean {
    const stream = this.all.get(id);
    if (stream === undefined) return false;
    this.all.delete(id);
    if (stream.leftOver === null) this.shared.pending--;
    if (stream.isReady) this.ready.splice(this.ready.indexOf(stream), 1);
    stream.pieces = [];
    stream.heard?.end("gone");
    const { source } = stream;
    stream.source = null;
    source?.cancel();
    return true;
  }

  dropAll(): void {
    for (const id of [...this.all.keys()]) this.drop(id);
    this.ready = [];
  }

  /** Bodies that are written as they come, and may go on for as long as somebody listens. */
  dropEndless(): void {
    for (const { id, source } of [...this.all.values()]) if (source !== null) this.drop(id);
  }

  private finish(stream: Stream): void {
    stream.source = null;
    if (!stream.isAsking) {
      this.drop(stream.id);
      return;
    }
    // RFC 9113, 8.1: who is answered need not send the rest. Told so at once, curl 7.88 forgets the answer: it has a second or two to end.
    stream.leftOver = 0;
    this.shared.pending--;
  }

  /** The request's body is here. */
  heardAll(stream: Stream): void {
    stream.isAsking = false;
    stream.heard?.done();
    if (stream.leftOver !== null) this.drop(stream.id);
  }

  /** Called about once a second. */
  tick(): void {
    for (const stream of [...this.all.values()])
      if (stream.leftOver !== null && ++stream.leftOver > 1)
        this.turn(() => this.reset(stream.id, errorCodes.none));
  }

  private putHeading(id: number, answer: Answer, isLast: boolean): void {
    const { frame } = this.kept.of(this.shared.headings.of(answer));
    const { output } = this;
    const more = this.owesTableSize ? 1 : 0;
    const at = output.room(frame.length + more);
    const { bytes } = output;
    bytes.set(frame, at + more);
    if (this.owesTableSize) {
      this.owesTableSize = false;
      putHead(bytes, at, frame.length - frameHeadBytes + 1, frameTypes.headers, flags.endHeaders, id);
      bytes[at + frameHeadBytes] = 0x20;
    } else putUint32(bytes, at + 5, id);
    bytes[at + 4] = isLast ? flags.endHeaders | flags.endStream : flags.endHeaders;
  }

  private putData(id: number, body: Uint8Array, from: number, length: number, isLast: boolean): void {
    const at = this.output.room(frameHeadBytes + length);
    const { bytes } = this.output;
    putHead(bytes, at, length, frameTypes.data, isLast ? flags.endStream : 0, id);
    bytes.set(length === body.length ? body : body.subarray(from, from + length), at + frameHeadBytes);
    this.window -= length;
  }
}
