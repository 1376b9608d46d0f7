// Cuts a stream into frames. In: bytes of anyone, in any chunks. Out: frames, and the one reason why they end. Never throws on bytes.
// A frame's length is judged before a byte of it is kept, so a stream costs one frame of memory, whatever it claims.
import { Buffer } from "node:buffer";
import {
  type Frame,
  type FrameReason,
  frameHeaderBytes,
  frameOf,
  kindOf,
  payloadBytesMax,
} from "./frames.ts";

/** What the bytes so far come to. After `bad` nothing more is decoded. */
export type Decoded =
  | { readonly kind: "frame"; readonly frame: Frame; readonly bytes: number }
  | { readonly kind: "more" }
  | { readonly kind: "bad"; readonly reason: FrameReason };

export interface FrameDecoder {
  /** Takes a chunk. Call `next()` until it says `more` before the next chunk. */
  push(chunk: Uint8Array): void;
  next(): Decoded;
}

/** A decoder of one stream, which must open with `first`. */
export function createFrameDecoder(first: "hello" | "ask"): FrameDecoder {
  const header = Buffer.alloc(frameHeaderBytes);
  let headerAt = 0;
  let payload: Buffer | null = null;
  let payloadAt = 0;
  let chunk: Uint8Array = new Uint8Array();
  let chunkAt = 0;
  let opened = false;
  let bad: FrameReason | null = null;

  const fill = (into: Buffer, at: number): number => {
    const count = Math.min(into.length - at, chunk.length - chunkAt);
    into.set(chunk.subarray(chunkAt, chunkAt + count), at);
    chunkAt += count;
    return at + count;
  };
  const fail = (reason: FrameReason): Decoded => {
    bad = reason;
    return { kind: "bad", reason };
  };
  return {
    push(more) {
      chunk = chunkAt < chunk.length ? Buffer.concat([chunk.subarray(chunkAt), more]) : more;
      chunkAt = 0;
    },
    next() {
      if (bad !== null) return { kind: "bad", reason: bad };
      if (payload === null) {
        headerAt = fill(header, headerAt);
        if (headerAt < frameHeaderBytes) return { kind: "more" };
        const length = header.readUInt32BE(0);
        if (!opened && kindOf(header.readUInt8(4)) !== first) return fail("bad-magic");
        if (length > payloadBytesMax) return fail("too-long");
        payload = Buffer.allocUnsafeSlow(length);
        payloadAt = 0;
      }
      payloadAt = fill(payload, payloadAt);
      if (payloadAt < payload.length) return { kind: "more" };
      const whole = payload;
      payload = null;
      headerAt = 0;
      const frame = frameOf(header.readUInt8(4), whole);
      if (typeof frame === "string") return fail(frame);
      opened = true;
      return { kind: "frame", frame, bytes: frameHeaderBytes + whole.length };
    },
  };
}
