// A connection of HTTP/2 without a network, to say anything to. In: frames. Out: frames as the server wrote them, windows and moments that the
// test moves.

import { limits } from "../../src/base/limits.ts";
import { createRecent } from "../../src/base/recent.ts";
import type { Answer, Answering, Asked } from "../../src/host/asked.ts";
import { createHeadings } from "../../src/host/http2-answer.ts";
import { Http2Connection } from "../../src/host/http2-connection.ts";
import { errorCodes, type Http2Error, preface } from "../../src/host/http2-frames.ts";
import type { Http2Asked } from "../../src/host/http2-head.ts";
import { HpackReader } from "../../src/host/http2-hpack.ts";
import type { Shared } from "../../src/host/http2-stream.ts";
import { guarded } from "../../src/host/remarks.ts";
import { type Frame, flags, frame, frameTypes, headerBlock, settings } from "../support/http2-raw.ts";
import { type KeptRemarks, keepRemarks } from "../support/remarks.ts";

export const idleMs = 30_000;

export interface Talk {
  readonly connection: Http2Connection;
  readonly asked: readonly Asked[];
  readonly remarks: KeptRemarks;
  /** Requests that are not over. */
  readonly pending: () => number;
  /** Bytes that the kernel takes from now on. */
  room(bytes: number): void;
  say(...frames: readonly Uint8Array[]): void;
  /** What was written since it was looked at last. */
  heard(): readonly Frame[];
  readonly isPaused: () => boolean;
  readonly end: () => "open" | "ended" | "closed";
  /** Bytes written in all, and in how many writes. */
  readonly written: () => { readonly bytes: number; readonly writes: number };
}

export const nothingHere: Answer = { status: 204, fields: [], body: null };

/** A connection that has begun, unless told otherwise. */
export function talk(answering: Answering = () => nothingHere, hasBegun = true): Talk {
  const asked: Asked[] = [];
  let out: Buffer = Buffer.alloc(0);
  let room = Number.POSITIVE_INFINITY;
  let isPaused = false;
  let end: "open" | "ended" | "closed" = "open";
  const written = { bytes: 0, writes: 0 };
  const wire = {
    write(bytes: Uint8Array, from: number, length: number): number {
      const taken = Math.min(length, room);
      room -= taken;
      out = Buffer.concat([out, bytes.subarray(from, from + taken)]);
      written.bytes += taken;
      written.writes++;
      return taken;
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
    },
    shut() {
      end = "ended";
    },
    end() {
      end = "ended";
    },
    close() {
      end = "closed";
    },
  };
  const told: Answering = (one, peer) => {
    asked.push(one);
    return answering(one, peer);
  };
  const remarks = keepRemarks();
  const headings = createHeadings(remarks);
  headings.tick(0);
  const remembered = createRecent<Http2Asked>(limits.rememberedHeadsBytes, ({ bytes }) => bytes);
  const shared: Shared = {
    answering: guarded(told, remarks),
    remarks,
    headings,
    remembered,
    idleMs,
    nowMs: 0,
    pending: 0,
    forget: () => undefined,
  };
  const reader = new HpackReader();
  const connection = new Http2Connection(wire, { address: null }, shared);
  const self: Talk = {
    connection,
    asked,
    remarks,
    pending: () => shared.pending,
    room(bytes) {
      room = bytes;
    },
    say: (...frames) => connection.take(Buffer.concat(frames)),
    heard() {
      const { frames, rest } = framesOf(out);
      out = rest;
      for (const { type, payload } of frames)
        if (type === frameTypes.headers) fieldsRead.set(payload, readBlock(reader, payload));
      return frames;
    },
    isPaused: () => isPaused,
    end: () => end,
    written: () => written,
  };
  if (hasBegun) {
    self.say(preface, settings());
    self.heard();
  }
  return self;
}

export function framesOf(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 9 && bytes.length - at >= 9 + bytes.readUIntBE(at, 3)) {
    const length = bytes.readUIntBE(at, 3);
    frames.push({
      type: bytes[at + 3] ?? 0,
      flags: bytes[at + 4] ?? 0,
      stream: bytes.readUInt32BE(at + 5),
      payload: bytes.subarray(at + 9, at + 9 + length),
    });
    at += 9 + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

const line = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "status.example"],
  [":path", "/"],
] as const;

type Fields = readonly (readonly [string, string])[];

/** A request's HEADERS; `fields` beside the four that it has, or in their place. */
export function ask(
  stream: number,
  fields: Fields = [],
  flagBits: number = flags.endStream | flags.endHeaders,
): Buffer {
  const named = new Set(fields.map(([name]) => name).filter((name) => name.startsWith(":")));
  const pseudo = [
    ...line.filter(([name]) => !named.has(name)),
    ...fields.filter(([name]) => named.has(name)),
  ];
  const block = headerBlock([...pseudo, ...fields.filter(([name]) => !named.has(name))]);
  return frame(frameTypes.headers, flagBits, stream, block);
}

/** Frames in words: `HEADERS 1 end 200`, `DATA 1 10`, `RST_STREAM 1 protocol`, `GOAWAY 1 calm`. */
export function words(frames: readonly Frame[]): readonly string[] {
  return frames.map(wordsOf);
}

const nameOf = (code: number): string =>
  (Object.keys(errorCodes) as Http2Error[]).find((name) => errorCodes[name] === code) ?? String(code);

function wordsOf({ type, flags: bits, stream, payload }: Frame): string {
  const end = (bits & flags.endStream) === 0 ? "" : " end";
  switch (type) {
    case frameTypes.headers:
      return `HEADERS ${stream}${end} ${fieldsOf(payload).get(":status")}`;
    case frameTypes.data:
      return `DATA ${stream}${end} ${payload.length}`;
    case frameTypes.reset:
      return `RST_STREAM ${stream} ${nameOf(payload.readUInt32BE(0))}`;
    case frameTypes.goaway:
      return `GOAWAY ${payload.readUInt32BE(0)} ${nameOf(payload.readUInt32BE(4))}`;
    case frameTypes.settings:
      return bits === 1 ? "SETTINGS ack" : "SETTINGS";
    case frameTypes.ping:
      return `PING${bits === 1 ? " ack" : ""} ${payload.toString("hex")}`;
    case frameTypes.window:
      return `WINDOW_UPDATE ${stream} ${payload.readUInt32BE(0)}`;
    default:
      return `${type} ${stream}`;
  }
}

/** Blocks that a talk has heard: each is read once, in its turn, for the connection's table follows. */
const fieldsRead = new WeakMap<Uint8Array, ReadonlyMap<string, string>>();

/** Fields of an answer's block: one that a talk has heard, or the first of a connection. */
export function fieldsOf(block: Uint8Array): ReadonlyMap<string, string> {
  return fieldsRead.get(block) ?? readBlock(new HpackReader(), block);
}

function readBlock(reader: HpackReader, block: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const isBlock = reader.read(block, 0, block.length, {
    field: (name, value) => fields.set(name, value),
  });
  if (!isBlock) throw new Error("the server wrote no header block");
  return fields;
}
