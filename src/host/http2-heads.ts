// Heads that came before. In: header blocks of one connection. Out: what each says; a block that came before, while the table is the same, is
// not read again: a browser that polls, and a proxy in front, send the same few bytes each time.
import { limits } from "../base/limits.ts";
import { type Head, HeadReader } from "./http2-head.ts";
import { HpackReader } from "./http2-hpack.ts";

interface Known {
  readonly block: Uint8Array;
  readonly version: number;
  readonly isWhole: boolean;
  readonly head: Head;
}

/** Shared by all connections: a head is read to its end before another one begins. */
const reader = new HeadReader();

export class Heads {
  private readonly hpack = new HpackReader();
  private known: Known[] | null = null;
  private oldest = 0;

  /** `compression`: no block at all, and the connection is of no use any more. */
  read(bytes: Uint8Array, from: number, end: number, isWhole: boolean): Head | "compression" {
    const { version } = this.hpack;
    const before = this.find(bytes, from, end, isWhole, version);
    if (before !== null) return before;
    reader.begin();
    if (!this.hpack.read(bytes, from, end, reader)) return "compression";
    const head = reader.end(isWhole);
    if (this.hpack.version === version && typeof head === "object")
      this.keep(bytes.slice(from, end), isWhole, head);
    return head;
  }

  /** Fields after a body. */
  readTrailers(bytes: Uint8Array, from: number, end: number): "trailers" | "malformed" | "compression" {
    reader.begin();
    return this.hpack.read(bytes, from, end, reader) ? reader.endTrailers() : "compression";
  }

  private find(bytes: Uint8Array, from: number, end: number, isWhole: boolean, version: number): Head | null {
    if (this.known === null) return null;
    for (const { block, version: kept, isWhole: whole, head } of this.known)
      if (kept === version && whole === isWhole && isSame(block, bytes, from, end)) return head;
    return null;
  }

  private keep(block: Uint8Array, isWhole: boolean, head: Head): void {
    if (block.length > limits.http2KnownBytesMax) return;
    this.known ??= [];
    this.known[this.oldest] = { block, version: this.hpack.version, isWhole, head };
    this.oldest = (this.oldest + 1) % limits.http2KnownHeadsMax;
  }
}

function isSame(block: Uint8Array, bytes: Uint8Array, from: number, end: number): boolean {
  if (block.length !== end - from) return false;
  for (let at = 0; at < block.length; at++) if (block[at] !== bytes[from + at]) return false;
  return true;
}
