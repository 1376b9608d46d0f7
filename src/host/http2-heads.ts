// Heads that came before. In: header blocks of one connection. Out: what each says. A block that came before on this connection, while its table is
// the same, is not read again: a browser that polls, and a proxy in front, send the same few bytes each time. A head that came before on any
// connection is the same object again.
import { limits } from "../base/limits.ts";
import type { Recent } from "../base/recent.ts";
import { type Head, HeadReader, type Http2Asked } from "./http2-head.ts";
import { HpackReader } from "./http2-hpack.ts";

interface Known {
  readonly block: Uint8Array;
  readonly version: number;
  readonly asked: Http2Asked;
}

/** Heads without a body, by what they say. */
export type Remembered = Recent<Http2Asked>;

/** Shared by all connections: a head is read to its end before another one begins. */
const reader = new HeadReader();

export class Heads {
  private readonly hpack = new HpackReader();
  private readonly remembered: Remembered;
  private known: Known[] | null = null;
  private oldest = 0;

  constructor(remembered: Remembered) {
    this.remembered = remembered;
  }

  /** `isWhole`: no body follows. `compression`: no block at all, and the connection is of no use any more. */
  read(bytes: Uint8Array, from: number, end: number, isWhole: boolean): Head | "compression" {
    const { version } = this.hpack;
    const before = isWhole ? this.find(bytes, from, end, version) : null;
    if (before !== null) return before;
    reader.begin();
    if (!this.hpack.read(bytes, from, end, reader)) return "compression";
    const head = reader.end(isWhole);
    if (typeof head === "string" || !isWhole) return head;
    const asked = this.once(head);
    if (this.hpack.version === version) this.keep(bytes, from, end, asked);
    return asked;
  }

  /** Fields after a body. */
  readTrailers(bytes: Uint8Array, from: number, end: number): "trailers" | "malformed" | "compression" {
    reader.begin();
    return this.hpack.read(bytes, from, end, reader) ? reader.endTrailers() : "compression";
  }

  private once(asked: Http2Asked): Http2Asked {
    const { text } = reader;
    const known = this.remembered.get(text);
    if (known !== undefined) return known;
    asked.bytes = text.length;
    asked.repeats = true;
    this.remembered.set(text, asked);
    return asked;
  }

  private find(bytes: Uint8Array, from: number, end: number, version: number): Http2Asked | null {
    if (this.known === null) return null;
    for (const { block, version: kept, asked } of this.known)
      if (kept === version && isSame(block, bytes, from, end)) return asked;
    return null;
  }

  private keep(bytes: Uint8Array, from: number, end: number, asked: Http2Asked): void {
    if (end - from > limits.http2KnownBytesMax) return;
    this.known ??= [];
    this.known[this.oldest] = { block: bytes.slice(from, end), version: this.hpack.version, asked };
    this.oldest = (this.oldest + 1) % limits.http2KnownHeadsMax;
  }
}

function isSame(block: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (block.length !== end - from) return false;
  for (let at = 0; at < block.length; at++) if (block[at] !== bytes[from + at]) return false;
  return true;
}
