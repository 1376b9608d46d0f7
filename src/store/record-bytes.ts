// Folded records from their bytes, 100,000 at a start. In: a record as packValue wrote it (MessagePack). Out: the same that unpackValue gives.
// It takes half the time of the general decoder, and a third of the memory: names of fields, and stamps, which nearly every field of a record
// repeats, are made once, as is a status said many times. What is written otherwise (by a later release) is left to the general one.
import type { Living, OrSetState } from "../crdt/or-set.ts";
import { type AnyRecord, livingOf, type RecordRow, rawOf, stampOf } from "../model/fields.ts";
import type { EntityRecord } from "../model/fold.ts";
import type { Json } from "../model/op.ts";
import { unpackValue } from "./values.ts";

class Unusual extends Error {}
const unusual = new Unusual("Not written by packValue.");

export type ReadRecord = (bytes: Uint8Array) => EntityRecord;

/** One reader for many records: it remembers names and the last stamp. */
export function createRecordReader(): ReadRecord {
  const reader = new Reader();
  return (bytes) => usual(bytes, (buffer) => reader.read(buffer) as EntityRecord);
}

/** The same to look at: what is not asked for is not made. Each is there until the next is read. */
export function createRowReader(): (bytes: Uint8Array) => AnyRecord {
  const reader = new Reader();
  return (bytes) => usual<AnyRecord>(bytes, (buffer) => reader.scan(buffer));
}

function usual<One>(bytes: Uint8Array, read: (bytes: Buffer) => One): One | EntityRecord {
  try {
    return read(bufferOf(bytes));
  } catch (thrown) {
    if (!(thrown instanceof Unusual)) throw thrown;
    return unpackValue<EntityRecord>(bytes);
  }
}

/** What LMDB gives is one already. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Names that share a length and a first byte: bytes and text. */
type Named = readonly Name[];

/** A name, the text that it led to last (a stamp, a status, the page), the name that followed it last, and the first one of the map that it led to last. */
interface Name {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly last: Uint8Array;
  lastLength: number;
  lastText: string;
  next: Name | null;
  inner: Name | null;
}

const nameOf = (text: string, bytes: Uint8Array, last: Uint8Array): Name => ({
  ...{ text, bytes, last, lastLength: -1, lastText: "", next: null, inner: null },
});

interface Place {
  readonly name: Name;
  at: number;
}

/** Where the values of some names lie. */
class Places {
  readonly #at = new Map<string, Place & { turn: number }>();
  #turn = 0;

  forget(): void {
    this.#turn++;
  }

  put(name: Name, at: number): void {
    const known = this.#at.get(name.text);
    if (known === undefined) this.#at.set(name.text, { name, at, turn: this.#turn });
    else {
      known.at = at;
      known.turn = this.#turn;
    }
  }

  of(text: string): Place | null {
    const known = this.#at.get(text);
    return known?.turn === this.#turn ? known : null;
  }
}

type Within = (place: Place | null, key: string) => unknown;

class Row implements RecordRow {
  id = "";
  latest = "";
  readonly registers = new Places();
  readonly orSets = new Places();
  readonly #within: Within;
  readonly #whole: () => EntityRecord;

  /** `whole` makes the record that is looked at. */
  constructor(within: Within, whole: () => EntityRecord) {
    this.#within = within;
    this.#whole = whole;
  }

  begin(): void {
    this.id = "";
    this.latest = "";
    this.registers.forget();
    this.orSets.forget();
  }

  value(name: string): Json | undefined {
    return this.#part(
      () => this.#within(this.registers.of(name), "value") as Json | undefined,
      (whole) => rawOf(whole, name),
    );
  }

  stamp(name: string): string {
    return this.#part(
      () => (this.#within(this.registers.of(name), "stamp") as string | undefined) ?? "",
      (whole) => stampOf(whole, name),
    );
  }

  living(set: string): Living {
    return this.#part(
      () => Object.entries((this.#within(this.orSets.of(set), "live") ?? {}) as OrSetState["live"]),
      (whole) => livingOf(whole, set),
    );
  }

  #part<Part>(read: () => Part, instead: (whole: EntityRecord) => Part): Part {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof Unusual)) throw thrown;
      return instead(this.#whole());
    }
  }
}

const none: Named = [];
const nothing = new Uint8Array();
const namesMax = 8;
/** A longer text is hardly said twice. */
const sharedBytesMax = 32;

class Reader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #names = new Map<number, Named>();
  readonly #root = nameOf("", nothing, nothing);

  read(bytes: Buffer): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    return this.#value(null);
  }

  /** Notes where the parts of a record lie. */
  scan(bytes: Buffer): RecordRow {
    this.#bytes = bytes;
    this.#at = 0;
    const row = this.#row;
    row.begin();
    let name: Name | null = null;
    for (let left = this.#entries(); left > 0; left--) {
      name = name === null ? this.#first(this.#root) : this.#after(name);
      if (name.text === "id") row.id = String(this.#value(name));
      else if (name.text === "latest") row.latest = String(this.#value(name));
      else if (name.text === "fields") this.#places(name, row.registers);
      else if (name.text === "sets") this.#places(name, row.orSets);
      else this.#pass();
    }
    return row;
  }

  #places(of: Name, places: Places): void {
    let name: Name | null = null;
    for (let left = this.#entries(); left > 0; left--) {
      name = name === null ? this.#first(of) : this.#after(name);
      places.put(name, this.#at);
      this.#pass();
    }
  }

  /** The value of `key` in the map at a place; undefined where there is none. */
  readonly #within: Within = (place, key) => {
    if (place === null) return undefined;
    const { name, at } = place;
    this.#at = at;
    const code = this.#bytes[at] ?? 0;
    if ((code < 0x80 || code >= 0x90) && code !== 0xde) return undefined;
    let inner: Name | null = null;
    for (let left = this.#entries(); left > 0; left--) {
      inner = inner === null ? this.#first(name) : this.#after(inner);
      if (inner.text === key) return this.#value(key === "value" ? name : inner);
      this.#pass();
    }
    return undefined;
  };

  readonly #row = new Row(this.#within, () => unpackValue<EntityRecord>(this.#bytes));

  /** `name`: of what it is the value. */
  #value(name: Name | null): unknown {
    const code = this.#bytes[this.#at++] ?? -1;
    if (code < 0) throw unusual;
    if (code < 0x80) return code;
    if (code < 0x90) return this.#map(code & 0x0f, name ?? this.#root);
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
        return this.#map(this.#bytes.readUInt16BE(this.#skip(2)), name ?? this.#root);
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

  #map(count: number, of: Name): object {
    if (count === 0) return {};
    const first = this.#first(of);
    const value = this.#value(first);
    // A register, of which a record has one a field. Made by assignment it would be twice as large.
    if (count === 2 && first.text === "value") {
      const second = this.#after(first);
      const stamp = this.#value(second);
      return second.text === "stamp" ? { value, stamp } : { value, [second.text]: stamp };
    }
    const map: Record<string, unknown> = { [first.text]: value };
    let name = first;
    for (let left = count - 1; left > 0; left--) {
      name = this.#after(name);
      map[name.text] = this.#value(name);
    }
    return map;
  }

  /** How many entries the map has that begins here. */
  #entries(): number {
    const code = this.#bytes[this.#at++] ?? -1;
    if (code >= 0x80 && code < 0x90) return code & 0x0f;
    if (code !== 0xde) throw unusual;
    return this.#bytes.readUInt16BE(this.#skip(2));
  }

  /** Passes over a value. */
  #pass(): void {
    for (let left = 1; left > 0; left--) {
      const code = this.#bytes[this.#at++] ?? -1;
      if (code < 0) throw unusual;
      if (code < 0x80 || code >= 0xe0) continue;
      if (code < 0x90) left += 2 * (code & 0x0f);
      else if (code < 0xa0) left += code & 0x0f;
      else if (code < 0xc0) this.#skip(code & 0x1f);
      else left += this.#passLong(code);
    }
  }

  /** Gives how many values lie in it. */
  #passLong(code: number): number {
    switch (code) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return 0;
      case 0xcb:
        this.#skip(8);
        return 0;
      case 0xcc:
      case 0xcd:
      case 0xce:
        this.#skip(2 ** (code - 0xcc));
        return 0;
      case 0xd9:
        this.#skip(this.#bytes.readUInt8(this.#skip(1)));
        return 0;
      case 0xda:
        this.#skip(this.#bytes.readUInt16BE(this.#skip(2)));
        return 0;
      case 0xdb:
        this.#skip(this.#bytes.readUInt32BE(this.#skip(4)));
        return 0;
      case 0xdc:
        return this.#bytes.readUInt16BE(this.#skip(2));
      case 0xde:
        return 2 * this.#bytes.readUInt16BE(this.#skip(2));
      default:
        throw unusual;
    }
  }

  /** Records of a kind have their names in one order, mostly: what came after a name last time is guessed first. */
  #after(before: Name): Name {
    const name = this.#name(before.next);
    before.next = name;
    return name;
  }

  /** The first name of a map that `of` leads to. */
  #first(of: Name): Name {
    const name = this.#name(of.inner);
    of.inner = name;
    return name;
  }

  #name(guess: Name | null): Name {
    const code = this.#bytes[this.#at] ?? 0;
    if (code < 0xa1 || code > 0xbf) throw unusual;
    this.#at++;
    const length = code & 0x1f;
    const from = this.#skip(length);
    if (guess !== null && guess.bytes.length === length && this.#isAt(guess.bytes, length, from))
      return guess;
    return this.#named(length, from);
  }

  #named(length: number, from: number): Name {
    const slot = length * 0x100 + (this.#bytes[from] ?? 0);
    const known = this.#names.get(slot) ?? none;
    for (const name of known) if (this.#isAt(name.bytes, length, from)) return name;
    const text = this.#bytes.toString("utf8", from, this.#at);
    // A map made by assignment would take it for its prototype.
    if (text === "__proto__") throw unusual;
    // Names of a set are ids: there are too many to remember.
    if (known.length >= namesMax) return nameOf(text, nothing, nothing);
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, from, this.#at);
    const name = nameOf(text, bytes, new Uint8Array(sharedBytesMax));
    this.#names.set(slot, [...known, name]);
    return name;
  }

  #isAt(bytes: Uint8Array, length: number, from: number): boolean {
    for (let at = 0; at < length; at++) if (bytes[at] !== this.#bytes[from + at]) return false;
    return true;
  }

  #text(length: number, name: Name | null): string {
    const from = this.#skip(length);
    if (name === null || length > sharedBytesMax || length > name.last.length)
      return this.#bytes.toString("utf8", from, this.#at);
    if (name.lastLength === length && this.#isAt(name.last, length, from)) return name.lastText;
    name.lastText = this.#bytes.toString("utf8", from, this.#at);
    name.lastLength = length;
    for (let at = 0; at < length; at++) name.last[at] = this.#bytes[from + at] ?? 0;
    return name.lastText;
  }
}
