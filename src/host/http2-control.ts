// Frames that are about the connection and its windows (RFC 9113, 6.3 to 6.9). In: one frame. Out: what it changes; an error that ends the
// connection, or null.
import {
  errorCodes,
  flags,
  frameHeadBytes,
  frameTypes,
  type Http2Error,
  putHead,
  settingIds,
  settingsAck,
  uint32,
  windowMax,
} from "./http2-frames.ts";
import type { Noise } from "./http2-noise.ts";
import type { Output } from "./http2-output.ts";
import type { Streams } from "./http2-streams.ts";

/** A frame where it stands among the bytes that came. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  /** Its payload. */
  readonly from: number;
  readonly end: number;
}

export class Control {
  /** The client has said its settings, which come before all else (RFC 9113, 3.4). */
  hasSettings = false;
  private tableSize = 4_096;
  private readonly output: Output;
  private readonly streams: Streams;
  private readonly noise: Noise;

  constructor(output: Output, streams: Streams, noise: Noise) {
    this.output = output;
    this.streams = streams;
    this.noise = noise;
  }

  /** `lastStream`: the highest that the client has opened. */
  frame(frame: Frame, lastStream: number): Http2Error | null {
    const { type, stream, from, end } = frame;
    switch (type) {
      case frameTypes.window:
        return this.window(frame, lastStream);
      case frameTypes.reset:
        return this.reset(frame, lastStream);
      case frameTypes.settings:
        return this.settings(frame);
      case frameTypes.ping:
        return this.ping(frame);
      case frameTypes.priority:
        // Read, and then of no meaning (RFC 9113, 5.3.2).
        if (stream === 0) return "protocol";
        if (end - from !== 5) this.streams.reset(stream, errorCodes.frameSize);
        return this.noise.hear();
      case frameTypes.goaway:
        if (stream !== 0) return "protocol";
        return end - from < 8 ? "frameSize" : this.noise.hear();
      case frameTypes.push:
        return "protocol";
      default:
        return this.noise.hear();
    }
  }

  private window({ bytes, stream, from, end }: Frame, lastStream: number): Http2Error | null {
    if (end - from !== 4) return "frameSize";
    if (stream > lastStream) return "protocol";
    const by = uint32(bytes, from) & windowMax;
    if (by > 0 && this.streams.grow(stream, by)) return null;
    const wrong = by === 0 ? "protocol" : "flowControl";
    if (stream === 0) return wrong;
    this.streams.reset(stream, errorCodes[wrong]);
    return this.noise.hear();
  }

  private reset({ stream, from, end }: Frame, lastStream: number): Http2Error | null {
    if (end - from !== 4) return "frameSize";
    if (stream === 0 || stream > lastStream) return "protocol";
    this.streams.drop(stream);
    return null;
  }

  private ping({ bytes, flags: bits, stream, from, end }: Frame): Http2Error | null {
    if (stream !== 0) return "protocol";
    if (end - from !== 8) return "frameSize";
    if ((bits & flags.ack) === 0) {
      const at = this.output.room(frameHeadBytes + 8);
      putHead(this.output.bytes, at, 8, frameTypes.ping, flags.ack, 0);
      this.output.bytes.set(bytes.subarray(from, end), at + frameHeadBytes);
    }
    return this.noise.hear();
  }

  private settings({ bytes, flags: bits, stream, from, end }: Frame): Http2Error | null {
    if (stream !== 0) return "protocol";
    if ((bits & flags.ack) !== 0) return end > from ? "frameSize" : this.noise.hear();
    if ((end - from) % 6 !== 0) return "frameSize";
    this.hasSettings = true;
    for (let at = from; at < end; at += 6) {
      const wrong = this.setting(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0), uint32(bytes, at + 2));
      if (wrong !== null) return wrong;
    }
    this.output.put(settingsAck);
    return this.noise.hear(1 + (end - from) / 6);
  }

  /** RFC 9113, 6.5.2. How long a frame or a list may be and how many streams we may open is all more than what we ever send. */
  private setting(id: number, value: number): Http2Error | null {
    switch (id) {
      case settingIds.push:
        return value > 1 ? "protocol" : null;
      case settingIds.frameSizeMax:
        return value < 16_384 || value > 16_777_215 ? "protocol" : null;
      case settingIds.initialWindow:
        return value <= windowMax && this.streams.setInitialWindow(value) ? null : "flowControl";
      case settingIds.tableSize:
        if (value < this.tableSize) this.streams.shrinkTable();
        this.tableSize = value;
        return null;
      default:
        return null;
    }
  }
}
