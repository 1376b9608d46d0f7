// Reading and writing of fixed formats. In: bytes from anyone. Out: a value or a reason, never an exception; big-endian throughout.
import { Buffer } from "node:buffer";
import { assert } from "../base/fault.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { digestBytesLength } from "./digest.ts";
import type { Digest } from "./types.ts";

/** Why bytes are not what they should be. */
export type DecodeReason =
  | "truncated" // they end before the value does
  | "trailing" // they go on after it
  | "bad-magic" // another format, or none
  | "unknown-version" // this format of another release
  | "bad-text" // not UTF-8, or characters that this field may not have
  | "over-limit" // a count, length or number beyond its limit
  | "not-canonical"; // unsorted, doubled, or a bit that must be zero: the same value has other bytes

/** Thrown by a reader and caught in `decode`, nowhere else. */
class DecodeStop extends Error {
  readonly reason: DecodeReason;

  constructor(reason: DecodeReason) {
    super(reason);
    this.reason = reason;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Walks over bytes. Each call takes the next field or stops the decoding with its reason. */
export class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  stop(reason: DecodeReason): never {
    throw new DecodeStop(reason);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) this.stop("truncated");
    this.#at = at + count;
    return at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** An integer below 2^53, held in 8 bytes. */
  u64(): number {
    const at = this.#take(8);
    const high = this.#bytes.readUInt32BE(at);
    if (high >= 2 ** 21) this.stop("over-limit");
    return high * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }

  /** A count or length of at most `max`, held in 2 bytes. */
  count(max: number): number {
    const count = this.u16();
    return count <= max ? count : this.stop("over-limit");
  }

  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  digest(): Digest {
    const at = this.#take(digestBytesLength);
    return this.#bytes.toString("hex", at, at + digestBytesLength);
  }

  /** Bytes read one to one as characters; the caller's `allowed` admits ASCII alone. Length in 1 or 2 bytes, by `max`. */
  name(max: number, allowed: (text: string) => boolean): string {
    const length = max > 0xff ? this.u16() : this.u8();
    if (length > max) this.stop("over-limit");
    const at = this.#take(length);
    const text = this.#bytes.toString("latin1", at, at + length);
    return allowed(text) ? text : this.stop("bad-text");
  }

  /** UTF-8 of at most `max` bytes, its length in 2 bytes. */
  text(max: number): string {
    const bytes = this.bytes(this.count(max));
    try {
      return utf8.decode(bytes);
    } catch {
      return this.stop("bad-text");
    }
  }

  /** Magic (ASCII) and version (1 byte), in this order, so that another format is told from another release. */
  head(magic: string, version: number): void {
    if (this.#bytes.toString("latin1", 0, magic.length) !== magic) this.stop("bad-magic");
    this.#take(magic.length);
    if (this.u8() !== version) this.stop("unknown-version");
  }

  end(): void {
    if (this.#at !== this.#bytes.length) this.stop("trailing");
  }
}

/** Decodes all of `bytes` with `read`. Never throws, whatever the bytes are. */
export function decode<Value>(
  bytes: Uint8Array,
  read: (reader: Reader) => Value,
): Result<Value, DecodeReason> {
  const reader = new Reader(bytes);
  try {
    const value = read(reader);
    reader.end();
    return ok(value);
  } catch (thrown) {
    if (thrown instanceof DecodeStop) return refuse(thrown.reason);
    throw thrown;
  }
}

/** Collects fields. A value that does not fit its field is a defect of the caller and throws Fault `internal`. */
export class Writer {
  #bytes = Buffer.allocUnsafe(1024);
  #at = 0;

  /** Where the next `count` bytes go. May replace `#bytes`: never call it within an expression that has read them already. */
  #room(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, at + count));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    this.#at = at + count;
    return at;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeUInt8(fitting(value, 0xff), at);
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeUInt16BE(fitting(value, 0xffff), at);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(fitting(value, 0xffffffff), at);
    return this;
  }

  u64(value: number): this {
    fitting(value, Number.MAX_SAFE_INTEGER);
    const at = this.#room(8);
    this.#bytes.writeUInt32BE(Math.floor(value / 2 ** 32), at);
    this.#bytes.writeUInt32BE(value % 2 ** 32, at + 4);
    return this;
  }

  count(value: number, max: number): this {
    return this.u16(fitting(value, max));
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  digest(digest: Digest): this {
    const at = this.#room(digestBytesLength);
    const written = digest.length === 64 ? this.#bytes.write(digest, at, "hex") : 0;
    assert(written === digestBytesLength, `"${digest}" is not a digest.`);
    return this;
  }

  name(text: string, max: number, allowed: (text: string) => boolean): this {
    assert(text.length <= max && allowed(text), `${JSON.stringify(text)} cannot be written into a snapshot.`);
    if (max > 0xff) this.u16(text.length);
    else this.u8(text.length);
    const at = this.#room(text.length);
    this.#bytes.write(text, at, "latin1");
    return this;
  }

  text(text: string, max: number): this {
    const bytes = Buffer.from(text, "utf8");
    return this.count(bytes.length, max).bytes(bytes);
  }

  head(magic: string, version: number): this {
    return this.bytes(Buffer.from(magic, "latin1")).u8(version);
  }

  /** What was written so far, as bytes of their own. */
  done(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#at));
  }
}

function fitting(value: number, max: number): number {
  assert(
    Number.isInteger(value) && value >= 0 && value <= max,
    `${value} is not an integer from 0 to ${max}.`,
  );
  return value;
}
