// Header blocks read (RFC 7541). In: blocks in the order in which they came on one connection. Out: fields, one by one. Owns the connection's
// dynamic table; never throws, and holds no more than the table's bound.
import { unhuffman } from "./http2-huffman.ts";
import { staticLength, staticNames, staticValues } from "./http2-static.ts";

/** The table's bound that everyone starts with, and we never change (RFC 9113, 6.5.2). */
export const tableBytesMax = 4_096;
/** What an entry counts beside its letters (RFC 7541, 4.1). */
export const entryBytes = 32;
const entriesMax = tableBytesMax / entryBytes;

/** What fields are told to. */
export interface FieldSink {
  field(name: string, value: string): void;
}

/** Longest header block that is read. The scratch has room for all of it in Huffman's shortest code. */
export const blockBytesMax = 32 * 1024;
const scratch = Buffer.allocUnsafeSlow(Math.ceil((blockBytesMax * 8) / 5));

const wrong = -1;
/** More than any block is long. */
const integerMax = 2 ** 21;

export class HpackReader {
  /** Rises with each change of the table: a block means the same again as long as this is the same. */
  version = 0;
  private names: string[] = [];
  private values: string[] = [];
  /** Where the newest entry stands in the ring. */
  private newest = 0;
  private count = 0;
  private bytes = 0;
  private bytesMax = tableBytesMax;
  private at = 0;
  private text = "";

  /** False where this is no header block: the connection is then of no use any more (RFC 9113, 4.3). */
  read(block: Uint8Array, from: number, end: number, sink: FieldSink): boolean {
    this.at = from;
    let isFirst = true;
    while (this.at < end) {
      const byte = block[this.at] ?? 0;
      if (byte >= 0x80) {
        if (!this.indexed(block, end, sink)) return false;
      } else if (byte >= 0x40) {
        if (!this.literal(block, end, 6, true, sink)) return false;
      } else if (byte >= 0x20) {
        if (!isFirst || !this.resize(block, end)) return false;
        continue;
      } else if (!this.literal(block, end, 4, false, sink)) return false;
      isFirst = false;
    }
    return true;
  }

  private indexed(block: Uint8Array, end: number, sink: FieldSink): boolean {
    const index = this.integer(block, end, 7);
    if (index <= 0 || index > staticLength + this.count) return false;
    sink.field(this.nameAt(index), this.valueAt(index));
    return true;
  }

  private literal(block: Uint8Array, end: number, bits: number, isKept: boolean, sink: FieldSink): boolean {
    const index = this.integer(block, end, bits);
    if (index < 0 || index > staticLength + this.count) return false;
    if (index === 0 && !this.string(block, end)) return false;
    const name = index === 0 ? this.text : this.nameAt(index);
    if (!this.string(block, end)) return false;
    const value = this.text;
    if (isKept) this.keep(name, value);
    sink.field(name, value);
    return true;
  }

  private resize(block: Uint8Array, end: number): boolean {
    const bytesMax = this.integer(block, end, 5);
    if (bytesMax < 0 || bytesMax > tableBytesMax) return false;
    this.bytesMax = bytesMax;
    this.version++;
    this.evict(0);
    return true;
  }

  private nameAt(index: number): string {
    return (index <= staticLength ? staticNames[index] : this.names[this.placeOf(index)]) ?? "";
  }

  private valueAt(index: number): string {
    return (index <= staticLength ? staticValues[index] : this.values[this.placeOf(index)]) ?? "";
  }

  private placeOf(index: number): number {
    return (this.newest - (index - staticLength - 1) + entriesMax) % entriesMax;
  }

  private keep(name: string, value: string): void {
    const more = name.length + value.length + entryBytes;
    this.version++;
    this.evict(more);
    // An entry that is longer than the table empties it, and that is no error (RFC 7541, 4.4).
    if (more > this.bytesMax) return;
    this.newest = (this.newest + 1) % entriesMax;
    this.names[this.newest] = name;
    this.values[this.newest] = value;
    this.count++;
    this.bytes += more;
  }

  /** Until `more` bytes fit. */
  private evict(more: number): void {
    while (this.count > 0 && this.bytes + more > this.bytesMax) {
      const oldest = (this.newest - this.count + 1 + entriesMax) % entriesMax;
      this.bytes -= (this.names[oldest]?.length ?? 0) + (this.values[oldest]?.length ?? 0) + entryBytes;
      this.names[oldest] = "";
      this.values[oldest] = "";
      this.count--;
    }
  }

  /** RFC 7541, 5.1; `wrong` where it does not end, or is beyond all reason. */
  private integer(block: Uint8Array, end: number, bits: number): number {
    const most = (1 << bits) - 1;
    let value = (block[this.at++] ?? 0) & most;
    if (value < most) return value;
    for (let shift = 0; this.at < end && shift < 28; shift += 7) {
      const byte = block[this.at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value <= integerMax ? value : wrong;
    }
    return wrong;
  }

  /** RFC 7541, 5.2, into `text`; a byte a character. */
  private string(block: Uint8Array, end: number): boolean {
    if (this.at >= end) return false;
    const isHuffman = (block[this.at] ?? 0) >= 0x80;
    const length = this.integer(block, end, 7);
    const from = this.at;
    if (length < 0 || from + length > end) return false;
    this.at = from + length;
    if (!isHuffman) {
      scratch.set(block.subarray(from, from + length));
      this.text = scratch.toString("latin1", 0, length);
      return true;
    }
    const unpacked = unhuffman(block, from, from + length, scratch);
    if (unpacked < 0) return false;
    this.text = scratch.toString("latin1", 0, unpacked);
    return true;
  }
}
