// Folded records from their bytes, 100,000 at a start. In: a record as packValue wrote it (MessagePack). Out: the same that unpackValue gives.
// It takes half the time of the general decoder, and a third of the memory: names of fields, and stamps, which nearly every field of a record
// repeats, are made once, as is a status said many times. What is written otherwise (by a later release) is left to the general one.
import type { EntityRecord } from "../model/fold.ts";
import { unpackValue } from "./values.ts";

class Unusual extends Error {}
const unusual = new Unusual("Not written by packValue.");

export type ReadRecord = (bytes: Uint8Array) => EntityRecord;

/** One reader for many records: it remembers names and the last stamp. */
export function createRecordReader(): ReadRecord {
  const reader = new Reader();
  return (bytes) => {
    try {
      return reader.read(bufferOf(bytes)) as EntityRecord;
    } catch (thrown) {
      if (!(thrown instanceof Unusual)) throw thrown;
      return unpackValue<EntityRecord>(bytes);
    }
  };
}

/** What LMDB gives is one already. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Names that share a length and a first byte: bytes and text. */
type Named = readonly Name[];

/** A name, and the text that it led to last: a stamp, a status, the page. */
interface Name {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly last: Uint8Array;
  lastLength: number;
  lastText: string;
}

const namesMax = 8;
/** A longer text is hardly said twice. */
const sharedBytesMax = 32;

class Reader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #names = new Map<number, Named>();

  read(bytes: Buffer): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    return this.#value(null);
  }

  /** `name`: of what it is the value. */
  #value(name: Name | null): unknown {
    const code = this.#bytes[this.#at++] ?? -1;
    if (code < 0) throw unusual;
    if (code < 0x80) return code;
    if (code < 0x90) return this.#map(code & 0x0f);
    if (code < 0xa0) return this.#list(code & 0x0f);
    if (code < 0xc0) return this.#text(code & 0x1f, name);
    if (code >= 0xe0) return code - 0x100;
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#skip(8));
      case 0xcc:
        return this.#bytes.readUInt8(this.#skip(1));
      case 0xcd:
        return this.#bytes.readUInt16BE(this.#skip(2));
      case 0xce:
        return this.#bytes.readUInt32BE(this.#skip(4));
      case 0xd9:
        return this.#text(this.#bytes.readUInt8(this.#skip(1)), name);
      case 0xda:
        return this.#text(this.#bytes.readUInt16BE(this.#skip(2)), name);
      case 0xdb:
        return this.#text(this.#bytes.readUInt32BE(this.#skip(4)), name);
      case 0xdc:
        return this.#list(this.#bytes.readUInt16BE(this.#skip(2)));
      case 0xde:
        return this.#map(this.#bytes.readUInt16BE(this.#skip(2)));
      default:
        throw unusual;
    }
  }

  /** Where the next `count` bytes begin. */
  #skip(count: number): number {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) throw unusual;
    return from;
  }

  #list(count: number): unknown[] {
    const list: unknown[] = [];
    for (let left = count; left > 0; left--) list.push(this.#value(null));
    return list;
  }

  #map(count: number): object {
    if (count === 0) return {};
    const first = this.#name();
    const value = this.#value(first);
    // A register, of which a record has one a field. Made by assignment it would be twice as large.
    if (count === 2 && first.text === "value") {
      const second = this.#name();
      const stamp = this.#value(second);
      return second.text === "stamp" ? { value, stamp } : { value, [second.text]: stamp };
    }
    const map: Record<string, unknown> = { [first.text]: value };
    for (let left = count - 1; left > 0; left--) {
      const name = this.#name();
      map[name.text] = this.#value(name);
    }
    return map;
  }

  #name(): Name {
    const code = this.#bytes[this.#at] ?? 0;
    if (code < 0xa1 || code > 0xbf) throw unusual;
    this.#at++;
    const length = code & 0x1f;
    const from = this.#skip(length);
    const slot = length * 0x100 + (this.#bytes[from] ?? 0);
    const known = this.#names.get(slot) ?? [];
    for (const name of known) if (this.#isAt(name.bytes, length, from)) return name;
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, from, this.#at);
    const text = this.#bytes.toString("utf8", from, this.#at);
    // A map made by assignment would take it for its prototype.
    if (text === "__proto__") throw unusual;
    const name = { bytes, text, last: new Uint8Array(sharedBytesMax), lastLength: -1, lastText: "" };
    if (known.length < namesMax) this.#names.set(slot, [...known, name]);
    return name;
  }

  #isAt(bytes: Uint8Array, length: number, from: number): boolean {
    for (let at = 0; at < length; at++) if (bytes[at] !== this.#bytes[from + at]) return false;
    return true;
  }

  #text(length: number, name: Name | null): string {
    const from = this.#skip(length);
    if (name === null || length > sharedBytesMax) return this.#bytes.toString("utf8", from, this.#at);
    if (name.lastLength === length && this.#isAt(name.last, length, from)) return name.lastText;
    name.lastText = this.#bytes.toString("utf8", from, this.#at);
    name.lastLength = length;
    for (let at = 0; at < length; at++) name.last[at] = this.#bytes[from + at] ?? 0;
    return name.lastText;
  }
}
