// Frames: what travels between a feed and a follower. In: frames, or payloads of anyone. Out: bytes, or frames and the reason why there
// is none. Byte tables in README.md. A stream of them is cut by frame-decoder.ts.
import { Buffer } from "node:buffer";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { decode, type Reader, Writer } from "../snapshot/bytes.ts";
import { digestBytesLength } from "../snapshot/digest.ts";
import { isPageId, pageCharsMax } from "../snapshot/names.ts";
import type { Digest } from "../snapshot/types.ts";

/** What this release speaks, and the oldest that it still understands. */
export const protocolVersion = 1;
export const protocolOldest = 1;

/** A blob is anything that is named by its digest. */
export type BlobKind = "heads" | "document" | "manifest" | "part" | "body";

/** One piece of a blob, in order: `bytes` stand at `offset` of `total`. */
export interface Piece {
  readonly kind: BlobKind;
  readonly digest: Digest;
  readonly total: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Why a feed ends a session or does not open one. */
export type RefusedReason =
  | "not-allowed"
  | "bad-request"
  | "unknown-version"
  | "too-slow"
  | "too-many"
  | "closing";

export type Frame =
  | Piece
  /** First frame of a response. `session` is 32 hex characters: the name under which acks come back. */
  | { readonly kind: "hello"; readonly version: number; readonly oldest: number; readonly session: string }
  /** First frame of a request. */
  | {
      readonly kind: "ask";
      readonly version: number;
      readonly oldest: number;
      readonly mode: "stream" | "poll";
      readonly key: string;
    }
  /** A signed heartbeat; the list it names was sent before it. */
  | { readonly kind: "heartbeat"; readonly bytes: Uint8Array }
  /** Everything of this manifest's generation that the feed meant to push was sent. */
  | { readonly kind: "pushed"; readonly manifest: Digest }
  | { readonly kind: "want"; readonly trees: readonly Digest[]; readonly objects: readonly Digest[] }
  /** Documents that the follower holds. */
  | { readonly kind: "have"; readonly digests: readonly Digest[] }
  /** Last frame of a fetch: what was asked for and is not there. */
  | { readonly kind: "lacking"; readonly digests: readonly Digest[] }
  | {
      readonly kind: "ack";
      readonly session: string;
      readonly page: string;
      readonly generation: number;
      readonly manifest: Digest;
    }
  | { readonly kind: "refused"; readonly reason: RefusedReason; readonly sentence: string }
  /** A kind of a later release that may be passed over (codes from 64 on). */
  | { readonly kind: "later"; readonly code: number };

/** Why bytes are no frames. */
export type FrameReason =
  | "too-long" // a frame beyond the limit
  | "unknown-kind"
  | "bad-magic" // the stream does not begin as this protocol does
  | "bad-payload";

export const frameHeaderBytes = 5;
const magic = Buffer.from("PHAROSF\n", "latin1");
const versionsBytes = magic.length + 4;
const sessionBytes = 16;
const keyCharsMax = 128;
const sentenceBytesMax = 512;
const isKey = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);
export const payloadBytesMax = limits.frameBytesMax - frameHeaderBytes;
const pieceHeadBytes = digestBytesLength + 8;
const pieceBytesMax = payloadBytesMax - pieceHeadBytes;
const laterFrom = 64;

const codes = {
  hello: 1,
  ask: 2,
  heads: 3,
  heartbeat: 4,
  document: 5,
  manifest: 6,
  part: 7,
  body: 8,
  pushed: 9,
  want: 10,
  have: 11,
  lacking: 12,
  ack: 13,
  refused: 14,
} as const;
const kinds = new Map<number, keyof typeof codes>(
  Object.entries(codes).map(([kind, code]) => [code, kind as keyof typeof codes]),
);
const blobKinds: readonly string[] = ["heads", "document", "manifest", "part", "body"] satisfies BlobKind[];
/** What each reason means to the POP. */
export const refusedSentences: Record<RefusedReason, string> = {
  "not-allowed": "This key may not follow here.",
  "bad-request": "The request is not in this protocol.",
  "unknown-version": `This feed speaks versions ${protocolOldest} to ${protocolVersion}.`,
  "too-slow": "The line took nothing for too long: ask again with the heads you have.",
  "too-many": "This feed has as many sessions as it may.",
  closing: "This feed is stopping.",
};
const refusedReasons: readonly RefusedReason[] = [
  "not-allowed",
  "bad-request",
  "unknown-version",
  "too-slow",
  "too-many",
  "closing",
];

/** The bytes of a frame. A value that does not fit is a defect of the caller. */
export function encodeFrame(frame: Exclude<Frame, { kind: "later" }>): Uint8Array {
  const payload = new Writer();
  writeFrame(payload, frame);
  return framed(codes[frame.kind], [payload.done()]);
}

/** The first frame of a response. Only a session that is followed has a name of its own. */
export function helloOf(session = "00".repeat(sessionBytes)): Uint8Array {
  return encodeFrame({ kind: "hello", version: protocolVersion, oldest: protocolOldest, session });
}

/** The frame that says why a feed does not go on. */
export function encodeRefused(reason: RefusedReason): Uint8Array {
  return encodeFrame({ kind: "refused", reason, sentence: refusedSentences[reason] });
}

/** The frames of a blob, in order; at least one, also for an empty blob. */
export function* framesOf(kind: BlobKind, digest: Digest, bytes: Uint8Array): Generator<Uint8Array> {
  assert(bytes.length <= limits.objectBytesMax, `A ${kind} of ${bytes.length} bytes cannot be sent.`);
  let offset = 0;
  do {
    const piece = bytes.subarray(offset, offset + pieceBytesMax);
    const head = new Writer().digest(digest).u32(bytes.length).u32(offset).done();
    yield framed(codes[kind], [head, piece]);
    offset += piece.length;
  } while (offset < bytes.length);
}

/** What a code stands for, or undefined. */
export function kindOf(code: number): Frame["kind"] | undefined {
  return kinds.get(code);
}

/** True for a frame that carries a piece of a blob. */
export function isPiece(frame: Frame): frame is Piece {
  return blobKinds.includes(frame.kind);
}

function framed(code: number, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  assert(length <= payloadBytesMax, `A frame of ${length} bytes exceeds its limit.`);
  const frame = Buffer.allocUnsafeSlow(frameHeaderBytes + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(code, 4);
  let at = frameHeaderBytes;
  for (const piece of pieces) {
    frame.set(piece, at);
    at += piece.length;
  }
  return frame;
}

function writeFrame(writer: Writer, frame: Exclude<Frame, { kind: "later" }>): void {
  switch (frame.kind) {
    case "hello":
      writer.bytes(magic).u16(frame.version).u16(frame.oldest).bytes(Buffer.from(frame.session, "hex"));
      return;
    case "ask":
      writer.bytes(magic).u16(frame.version).u16(frame.oldest);
      writer.u8(frame.mode === "poll" ? 1 : 0).name(frame.key, keyCharsMax, isKey);
      return;
    case "heartbeat":
      writer.bytes(frame.bytes);
      return;
    case "pushed":
      writer.digest(frame.manifest);
      return;
    case "want":
      writeDigests(writer, frame.trees);
      writeDigests(writer, frame.objects);
      return;
    case "have":
    case "lacking":
      writeDigests(writer, frame.digests);
      return;
    case "ack":
      writer.bytes(Buffer.from(frame.session, "hex")).name(frame.page, pageCharsMax, isPageId);
      writer.u64(frame.generation).digest(frame.manifest);
      return;
    case "refused":
      writer.u8(refusedReasons.indexOf(frame.reason)).text(frame.sentence, sentenceBytesMax);
      return;
    default:
      writer.digest(frame.digest).u32(frame.total).u32(frame.offset).bytes(frame.bytes);
  }
}

function writeDigests(writer: Writer, digests: readonly Digest[]): void {
  writer.count(digests.length, limits.fetchDigestsMax);
  for (const digest of digests) writer.digest(digest);
}

/** The frame of a code and its payload, or why there is none. */
export function frameOf(code: number, payload: Uint8Array): Frame | FrameReason {
  const kind = kinds.get(code);
  if (kind === undefined) return code < laterFrom ? "unknown-kind" : { kind: "later", code };
  const frame = decode(payload, (reader) => readFrame(kind, reader, payload.length));
  if (frame.ok) return frame.value;
  return frame.reason === "bad-magic" ? "bad-magic" : "bad-payload";
}

function readFrame(kind: keyof typeof codes, reader: Reader, length: number): Frame {
  switch (kind) {
    case "hello": {
      const versions = readVersions(reader);
      const session = hexOf(reader.bytes(sessionBytes));
      readRest(reader, length - versionsBytes - sessionBytes);
      return { kind, ...versions, session };
    }
    case "ask": {
      const versions = readVersions(reader);
      const mode = reader.u8() === 1 ? "poll" : "stream";
      const key = reader.name(keyCharsMax, isKey);
      readRest(reader, length - versionsBytes - 2 - key.length);
      return { kind, ...versions, mode, key };
    }
    case "heartbeat":
      return { kind, bytes: reader.bytes(length) };
    case "pushed":
      return { kind, manifest: reader.digest() };
    case "want":
      return { kind, trees: readDigests(reader), objects: readDigests(reader) };
    case "have":
    case "lacking":
      return { kind, digests: readDigests(reader) };
    case "ack":
      return {
        kind,
        session: hexOf(reader.bytes(sessionBytes)),
        page: reader.name(pageCharsMax, isPageId),
        generation: reader.u64(),
        manifest: reader.digest(),
      };
    case "refused":
      return {
        kind,
        reason: refusedReasons[reader.u8()] ?? reader.stop("over-limit"),
        sentence: reader.text(sentenceBytesMax),
      };
    default:
      return readPiece(kind, reader, length);
  }
}

function readPiece(kind: BlobKind, reader: Reader, length: number): Piece {
  const digest = reader.digest();
  const total = reader.u32();
  const offset = reader.u32();
  const bytes = readRest(reader, length - pieceHeadBytes);
  if (total > limits.objectBytesMax || offset + bytes.length > total) reader.stop("over-limit");
  if (bytes.length === 0 && total > 0) reader.stop("truncated");
  return { kind, digest, total, offset, bytes };
}

/** Magic first, so that another protocol is told from another release. */
function readVersions(reader: Reader): { version: number; oldest: number } {
  if (!magic.equals(reader.bytes(magic.length))) reader.stop("bad-magic");
  return { version: reader.u16(), oldest: reader.u16() };
}

/** What a later release may add behind the fields of this one. */
function readRest(reader: Reader, length: number): Uint8Array {
  return reader.bytes(Math.max(0, length));
}

function readDigests(reader: Reader): readonly Digest[] {
  const count = reader.count(limits.fetchDigestsMax);
  return Array.from({ length: count }, () => reader.digest());
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
