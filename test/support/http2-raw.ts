// HTTP/2 as frames (RFC 9113), for clients that do not behave. In: a TLS connection, frames. Out: frames as they come; nothing is kept in order.
import type { TLSSocket } from "node:tls";
import { type SecureAsk, secureConnection } from "./secure-ask.ts";

export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

export const flags = { endStream: 1, endHeaders: 4 } as const;
export const initialWindow = 4;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const headBytes = 9;

export function frame(type: number, flagBits: number, stream: number, payload: Uint8Array = empty): Buffer {
  const bytes = Buffer.alloc(headBytes + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flagBits;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, headBytes);
  return bytes;
}

const empty = new Uint8Array();

/** `[identifier, value]` pairs. */
export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length);
  pairs.forEach(([name, value], at) => {
    payload.writeUInt16BE(name, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  });
  return frame(frameTypes.settings, 0, 0, payload);
}

export function windowUpdate(stream: number, by: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(by);
  return frame(frameTypes.window, 0, stream, payload);
}

/** A block of literal fields without Huffman's code or the dynamic table (RFC 7541, 6.2.2). */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return Buffer.concat([integer(bytes.length, 7), bytes]);
}

/** RFC 7541, 5.1, with no bits before the prefix. */
function integer(value: number, prefixBits: number): Buffer {
  const most = 2 ** prefixBits - 1;
  if (value < most) return Buffer.from([value]);
  const bytes = [most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

export function requestFrame(stream: number, host: string, path: string): Buffer {
  const block = headerBlock([
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", host],
    [":path", path],
    ["accept-encoding", "identity"],
  ]);
  return frame(frameTypes.headers, flags.endStream | flags.endHeaders, stream, block);
}

export interface RawHttp2 {
  readonly socket: TLSSocket;
  /** Resolves when the kernel has taken it, or the connection is closed. */
  send(...frames: readonly Buffer[]): Promise<void>;
  readonly closed: () => boolean;
  /** Answers and ends of streams so far. */
  readonly heard: () => number;
  end(): void;
}

/** Opens a connection that says these settings. `onFrame` null reads nothing, so that what the server sends stays with it. */
export async function openHttp2(
  place: Pick<SecureAsk, "host" | "port" | "servername">,
  first: Buffer,
  onFrame: ((frame: Frame) => void) | null,
): Promise<RawHttp2> {
  const socket = await secureConnection({ ...place, protocol: "h2" });
  let closed = false;
  socket.on("close", () => {
    closed = true;
  });
  socket.on("error", () => undefined);
  let heard = 0;
  if (onFrame === null) socket.pause();
  else
    readFrames(socket, (got) => {
      if (got.stream !== 0) heard++;
      onFrame(got);
    });
  const send = (...frames: readonly Buffer[]): Promise<void> =>
    new Promise((done) => {
      if (closed || socket.destroyed || socket.write(Buffer.concat(frames))) return done();
      const over = (): void => {
        for (const event of ["drain", "close"]) socket.off(event, over);
        done();
      };
      for (const event of ["drain", "close"]) socket.on(event, over);
    });
  await send(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), first);
  return { socket, send, closed: () => closed, heard: () => heard, end: () => void socket.destroy() };
}

function readFrames(socket: TLSSocket, onFrame: (frame: Frame) => void): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < headBytes) return;
      const length = rest.readUIntBE(0, 3);
      if (rest.length < headBytes + length) return;
      onFrame({
        type: rest[3] ?? 0,
        flags: rest[4] ?? 0,
        stream: rest.readUInt32BE(5) & 0x7fffffff,
        payload: rest.subarray(headBytes, headBytes + length),
      });
      rest = rest.subarray(headBytes + length);
    }
  });
}
