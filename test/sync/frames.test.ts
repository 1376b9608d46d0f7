// Frames: each kind there and back, torn everywhere, and bytes of anyone.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { createFrameDecoder, type Decoded } from "../../src/sync/frame-decoder.ts";
import {
  encodeFrame,
  type Frame,
  framesOf,
  helloOf,
  type Piece,
  refusedSentences,
} from "../../src/sync/frames.ts";
import { count, testSeed } from "../support/seed.ts";

const digest = digestOf(new Uint8Array([1]));
const other = digestOf(new Uint8Array([2]));
const bytes = new Uint8Array([9, 8, 7]);
const session = "0123456789abcdef0123456789abcdef";

const samples: readonly Exclude<Frame, { kind: "later" }>[] = [
  { kind: "hello", version: 1, oldest: 1, session },
  { kind: "heads", digest, total: 3, offset: 0, bytes },
  { kind: "heartbeat", bytes },
  { kind: "document", digest, total: 3, offset: 0, bytes },
  { kind: "manifest", digest, total: 3, offset: 0, bytes },
  { kind: "part", digest, total: 9, offset: 6, bytes },
  { kind: "body", digest, total: 0, offset: 0, bytes: new Uint8Array() },
  { kind: "pushed", manifest: digest },
  { kind: "want", trees: [digest], objects: [other, digest] },
  { kind: "have", digests: [] },
  { kind: "lacking", digests: [digest] },
  { kind: "ack", session, page: "acme", generation: 2 ** 40, manifest: digest },
  { kind: "refused", reason: "too-slow", sentence: refusedSentences["too-slow"] },
  { kind: "ask", version: 1, oldest: 1, mode: "poll", key: "pop-1" },
];
const stream = Buffer.concat(samples.map((frame) => encodeFrame(frame)));

function decodeAll(chunks: Iterable<Uint8Array>, first: "hello" | "ask" = "hello"): (Frame | string)[] {
  const decoder = createFrameDecoder(first);
  const found: (Frame | string)[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next: Decoded = decoder.next(); next.kind !== "more"; next = decoder.next()) {
      if (next.kind === "bad") return [...found, next.reason];
      found.push(plain(next.frame));
    }
  }
  return found;
}

/** Buffers and arrays compare alike. */
function plain(frame: Frame): Frame {
  return "bytes" in frame ? { ...frame, bytes: new Uint8Array(frame.bytes) } : frame;
}

test("frames/each kind comes out as it went in", () => {
  expect(decodeAll([stream])).toEqual([...samples]);
  const ask = samples.at(-1);
  expect(decodeAll([stream.subarray(-encodeFrame(ask as never).length)], "ask")).toEqual([ask as Frame]);
});

test("frames/torn at every byte boundary", () => {
  for (let at = 0; at <= stream.length; at++)
    expect(decodeAll([stream.subarray(0, at), stream.subarray(at)])).toEqual([...samples]);
  expect(decodeAll(Array.from(stream, (byte) => new Uint8Array([byte])))).toEqual([...samples]);
});

test("frames/a stream that ends anywhere gives the frames before that and no more", () => {
  const ends = samples.map((_, at) => Buffer.concat(samples.slice(0, at + 1).map(encodeFrame)).length);
  for (let at = 0; at <= stream.length; at++)
    expect(decodeAll([stream.subarray(0, at)])).toHaveLength(ends.filter((end) => end <= at).length);
});

const header = (length: number, code: number, payload: Uint8Array = new Uint8Array()): Uint8Array => {
  const frame = Buffer.alloc(5 + payload.length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(code, 4);
  frame.set(payload, 5);
  return frame;
};
const piece = (total: number, offset: number, body: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(40);
  head.writeUInt32BE(total, 32);
  head.writeUInt32BE(offset, 36);
  return header(40 + body.length, 8, Buffer.concat([head, body]));
};
const hello = helloOf(session);
const longHello = Buffer.concat([hello, new Uint8Array([1, 2, 3])]);
longHello.writeUInt32BE(hello.length - 5 + 3, 0);

describe("frames/what is no frame", () => {
  const table: readonly (readonly [name: string, bytes: Uint8Array, last: string])[] = [
    ["another protocol", Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), "bad-magic"],
    [
      "a stream that does not begin with hello",
      encodeFrame({ kind: "pushed", manifest: digest }),
      "bad-magic",
    ],
    ["hello with another magic", header(28, 1, new Uint8Array(28)), "bad-magic"],
    ["hello that ends early", header(3, 1, Buffer.from("PHA")), "bad-payload"],
    ["a frame beyond the limit", Buffer.concat([hello, header(limits.frameBytesMax - 4, 8)]), "too-long"],
    ["the longest length there is", Buffer.concat([hello, header(0xffffffff, 8)]), "too-long"],
    ["a kind that there is not", Buffer.concat([hello, header(0, 15)]), "unknown-kind"],
    ["kind 0", Buffer.concat([hello, header(0, 0)]), "unknown-kind"],
    ["a digest cut short", Buffer.concat([hello, header(31, 9, new Uint8Array(31))]), "bad-payload"],
    ["a digest and more", Buffer.concat([hello, header(33, 9, new Uint8Array(33))]), "bad-payload"],
    ["a piece without its head", Buffer.concat([hello, header(39, 8, new Uint8Array(39))]), "bad-payload"],
    ["a piece beyond its own total", Buffer.concat([hello, piece(2, 0, bytes)]), "bad-payload"],
    ["a piece that starts beyond", Buffer.concat([hello, piece(9, 0xffffffff, bytes)]), "bad-payload"],
    ["a piece of nothing", Buffer.concat([hello, piece(9, 3, new Uint8Array())]), "bad-payload"],
    [
      "an object beyond the limit",
      Buffer.concat([hello, piece(limits.objectBytesMax + 1, 0, bytes)]),
      "bad-payload",
    ],
    [
      "a refusal without a reason",
      Buffer.concat([hello, header(3, 14, new Uint8Array([99, 0, 0]))]),
      "bad-payload",
    ],
    [
      "more digests than may be",
      Buffer.concat([hello, header(2, 10, new Uint8Array([0xff, 0xff]))]),
      "bad-payload",
    ],
    ["hello of a later release that says more", longHello, ""],
    [
      "a kind of a later release that may be passed over",
      Buffer.concat([hello, header(1, 64, new Uint8Array(1))]),
      "",
    ],
  ];
  for (const [name, given, last] of table)
    test(name, () => {
      const found = decodeAll([given]).filter((one) => typeof one === "string");
      expect(found).toEqual(last === "" ? [] : [last]);
    });
});

test("frames/a long body goes in numbered pieces, none over the limit", () => {
  const body = new Uint8Array(limits.frameBytesMax * 2 + 17).map((_, at) => at % 251);
  const frames = [...framesOf("body", digest, body)];
  expect(frames).toHaveLength(3);
  for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(limits.frameBytesMax);
  const pieces = decodeAll([hello, ...frames]).slice(1) as Piece[];
  expect(Buffer.concat(pieces.map((one) => one.bytes)).equals(body)).toBe(true);
  expect(pieces.map((one) => one.offset)).toEqual([
    0,
    pieces[0]?.bytes.length ?? 0,
    2 * (pieces[0]?.bytes.length ?? 0),
  ]);
});

test("frames/any bytes, in any chunks, never throw and say the same", () => {
  const start = fc.constantFrom(new Uint8Array(), new Uint8Array(hello), new Uint8Array(stream));
  fc.assert(
    fc.property(
      start,
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      (head, tail, cuts) => {
        const whole = Buffer.concat([head, tail]);
        const at = cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, index) => whole.subarray(from, at[index] ?? whole.length));
        expect(decodeAll(chunks)).toEqual(decodeAll([whole]));
      },
    ),
    { seed: testSeed, numRuns: count(500, 20_000) },
  );
});

test("frames/one altered byte never throws", () => {
  fc.assert(
    fc.property(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const altered = new Uint8Array(stream);
      altered[at] = (altered[at] ?? 0) ^ by;
      decodeAll([altered]);
    }),
    { seed: testSeed, numRuns: count(500, 20_000) },
  );
});

test("frames/the golden stream of version 1 is decoded for ever, and written the same", () => {
  const golden = readFileSync(new URL("../golden/frames-1.bin", import.meta.url));
  expect(decodeAll([golden])).toEqual([...samples]);
  expect(stream.equals(golden)).toBe(true);
});
