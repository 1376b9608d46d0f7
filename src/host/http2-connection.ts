// One connection of HTTP/2 (RFC 9113), the server's side. In: bytes as they come. Out: requests to who answers, and frames. Never throws: what no
// client that means well sends ends the stream or the connection, with the error that the RFC names.
import { limits } from "../base/limits.ts";
import type { Peer } from "./asked.ts";
import { Control, type Frame } from "./http2-control.ts";
import {
  errorCodes,
  frameHeadBytes,
  frameTypes,
  type Http2Error,
  numberFrame,
  payloadBytesMax,
  preface,
  settingIds,
  settingsFrame,
  uint32,
  windowMax,
} from "./http2-frames.ts";
import { Noise } from "./http2-noise.ts";
import { Output } from "./http2-output.ts";
import { Requests } from "./http2-requests.ts";
import type { Shared } from "./http2-stream.ts";
import { Streams } from "./http2-streams.ts";
import type { PausableWire, Speaker } from "./wire.ts";

const hello = settingsFrame([
  [settingIds.streamsMax, limits.http2StreamsMax],
  [settingIds.headerListBytesMax, limits.requestHeadBytesMax],
]);
const nothing: Uint8Array = new Uint8Array();

export class Http2Connection implements Speaker {
  private readonly wire: PausableWire;
  private readonly shared: Shared;
  private readonly output: Output;
  private readonly streams: Streams;
  private readonly requests: Requests;
  private readonly control: Control;
  private readonly noise = new Noise();
  /** What came and is not read yet: less than a frame, or what came while nothing could be sent. */
  private rest: Uint8Array = nothing;
  private hasPreface = false;
  private isDraining = false;
  /** When it was told to end, and by when it has asked what it is still answered. */
  private finishMs: number | null = null;
  /** No more is read: what was said last is on its way. */
  private isOver = false;
  private usedMs: number;
  private usedCount = 0;
  private takenMs: number;
  private taken = 0;

  constructor(wire: PausableWire, peer: Peer, shared: Shared) {
    this.wire = wire;
    this.shared = shared;
    this.usedMs = shared.nowMs;
    this.takenMs = shared.nowMs;
    const endTurn = (): void => this.endTurn();
    const { noise } = this;
    const output = new Output(wire);
    const streams = new Streams(output, shared, endTurn);
    this.output = output;
    this.streams = streams;
    this.requests = new Requests({ peer, shared, output, streams, noise, endTurn });
    this.control = new Control(output, streams, noise);
  }

  /** Bytes came; they are the connection's own from now on. */
  take(bytes: Uint8Array): void {
    if (this.isOver) return;
    // What comes although nothing is to come has been read by the runtime before: it is no more than it reads at once.
    if (this.output.isBlocked) this.rest = joined(this.rest, bytes);
    else this.turn(bytes);
  }

  /** The kernel has room again. */
  drained(): void {
    if (!this.output.drained()) return;
    if (this.isOver) this.wire.end();
    else {
      this.wire.resume();
      this.turn(nothing);
    }
  }

  /** The connection is gone. */
  closed(): void {
    this.isOver = true;
    this.rest = nothing;
    this.streams.dropAll();
    this.shared.forget(this);
  }

  /** The client sends nothing more, so it has no more to ask; what it asked before is answered, but for what has no end. */
  ended(): void {
    this.streams.dropEndless();
    this.finish();
  }

  /** Ends it at once. */
  cut(): void {
    this.isOver = true;
    this.streams.dropAll();
    this.wire.close();
  }

  /** Asks the client to open no more streams; those that come nevertheless are answered (RFC 9113, 6.8). */
  drain(): void {
    this.isDraining = true;
    if (!this.isOver && this.hasPreface) this.say(windowMax);
  }

  /** What was asked until now is answered, and nothing else; who is just about to ask for the first time has a moment for it. */
  finish(): void {
    if (this.isOver) return;
    this.isDraining = true;
    const { nowMs } = this.shared;
    this.finishMs ??= this.hasPreface ? nowMs : nowMs + limits.lastReadMs;
    if (nowMs >= this.finishMs) this.finishNow();
  }

  private finishNow(): void {
    if (this.isOver) return;
    this.requests.answeredLast = this.requests.last;
    if (this.hasPreface) this.say(this.requests.last);
    else this.wire.end();
  }

  private say(lastStream: number): void {
    this.output.open();
    this.output.put(numberFrame(frameTypes.goaway, 0, lastStream, errorCodes.none));
    this.endTurn();
  }

  /** Called about once a second. */
  tick(nowMs: number): void {
    this.noise.tick();
    if (!this.isOver) this.streams.tick();
    if (this.isDue(nowMs)) this.wire.close();
    else if (this.finishMs !== null && nowMs >= this.finishMs && this.requests.answeredLast === windowMax)
      this.finishNow();
    else if (nowMs - this.usedMs >= this.shared.idleMs) this.finish();
  }

  /** It has had all the time that it gets. */
  private isDue(nowMs: number): boolean {
    const { requests, streams, output } = this;
    // It was told to end, and its other end leaves it open.
    if (this.isOver && !output.isBlocked) return true;
    if (!this.control.hasSettings && nowMs - this.usedMs >= limits.requestHeadMsMax) return true;
    if (requests.count !== this.usedCount || streams.count > 0) this.usedMs = nowMs;
    this.usedCount = requests.count;
    if (streams.isWaiting() && output.taken - this.taken < limits.takenBytesMin)
      return nowMs - this.takenMs >= this.shared.idleMs;
    this.taken = output.taken;
    this.takenMs = nowMs;
    return false;
  }

  /** Reads what there is, answers, and writes all that came of it at once. */
  private turn(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.output.open();
    const wrong = this.read(this.rest.length === 0 ? bytes : joined(this.rest, bytes));
    if (wrong !== null) {
      this.output.put(numberFrame(frameTypes.goaway, 0, this.requests.last, errorCodes[wrong]));
      this.isOver = true;
    }
    this.endTurn();
  }

  private endTurn(): void {
    if (!this.isOver) this.streams.pump();
    this.output.close();
    if (this.requests.answeredLast !== windowMax && this.streams.count === 0) this.isOver = true;
    if (this.isOver) {
      this.rest = nothing;
      this.streams.dropAll();
      if (!this.output.isBlocked) this.wire.end();
    } else if (this.output.isBlocked) this.wire.pause();
  }

  /** Frames, as long as they are whole and what comes of them can be sent; the rest is kept. */
  private read(bytes: Uint8Array): Http2Error | null {
    this.rest = nothing;
    let at = 0;
    if (!this.hasPreface) {
      if (!this.readPreface(bytes)) return null;
      at = preface.length;
    }
    while (bytes.length - at >= frameHeadBytes && !this.output.isBlocked) {
      const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      if (length > payloadBytesMax) return "frameSize";
      const from = at + frameHeadBytes;
      const end = from + length;
      if (bytes.length < end) break;
      const type = bytes[at + 3] ?? 0;
      const stream = uint32(bytes, at + 5) & windowMax;
      const wrong = this.frame({ bytes, type, flags: bytes[at + 4] ?? 0, stream, from, end });
      if (wrong !== null) return wrong;
      at = end;
    }
    if (at < bytes.length) this.rest = bytes.subarray(at);
    return null;
  }

  /** False where it is not here yet, or what came is something else: that one would not understand why it is sent away. */
  private readPreface(bytes: Uint8Array): boolean {
    const length = Math.min(bytes.length, preface.length);
    for (let at = 0; at < length; at++) if (bytes[at] !== preface[at]) this.isOver = true;
    if (this.isOver) return false;
    this.hasPreface = length === preface.length;
    if (this.hasPreface) this.output.put(hello);
    else this.rest = bytes;
    if (this.hasPreface && this.isDraining)
      this.output.put(numberFrame(frameTypes.goaway, 0, windowMax, errorCodes.none));
    return this.hasPreface;
  }

  private frame(frame: Frame): Http2Error | null {
    const { control, requests } = this;
    if (!control.hasSettings && frame.type !== frameTypes.settings) return "protocol";
    const { beginning } = requests;
    if (beginning !== null && (frame.type !== frameTypes.continuation || frame.stream !== beginning))
      return "protocol";
    switch (frame.type) {
      case frameTypes.headers:
        return requests.headers(frame);
      case frameTypes.data:
        return requests.data(frame);
      case frameTypes.continuation:
        return requests.continuation(frame);
      case frameTypes.reset:
        return control.frame(frame, requests.last) ?? this.noise.hear(limits.http2ResetNoise);
      default:
        return control.frame(frame, requests.last);
    }
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.length === 0 ? other : other.length === 0 ? one : Buffer.concat([one, other]);
}
