// Header blocks that lean on what the client was told before (RFC 7541, 2.3.2). In: headings of answers. Out: the same lines in a few bytes.
// Owns what one client's dynamic table holds of ours. A connection's first answer leaves the table alone: most visitors ask for little, and
// what is kept for a client is kept here too.
import { type Heading, type Headings, headingFrame } from "./http2-answer.ts";
import { indexBlock, keptFieldBlock } from "./http2-block.ts";
import { entryBytes, tableBytesMax } from "./http2-hpack.ts";
import { staticField, staticLength } from "./http2-static.ts";

/** Longer lines are worth less than those that they would push out. */
const lineBytesMax = tableBytesMax / 8;
/** A connection that is given more answers in turn than this is a crawler's. */
const headingsMax = 16;

interface Entry {
  readonly line: string;
  readonly bytes: number;
}

interface Short {
  readonly heading: Heading;
  /** How many entries had been kept when it was made, none by itself: with the next one all indexes are others. */
  readonly kept: number;
}

export class KeptFields {
  private readonly headings: Headings;
  private isFirst = true;
  private isOff = false;
  /** By line: which entry it was, counted from the connection's start. */
  private readonly places = new Map<string, number>();
  private entries: Entry[] = [];
  private bytes = 0;
  private kept = 0;
  private readonly made = new Map<Heading, Short>();

  constructor(headings: Headings) {
    this.headings = headings;
  }

  /** What the answer of `heading` is sent with on this connection, now and not later: the client's table follows. */
  of(heading: Heading): Heading {
    if (this.isFirst || this.isOff) {
      this.isFirst = false;
      return heading;
    }
    const made = this.made.get(heading);
    if (made?.kept === this.kept) return this.headings.dated(made.heading);
    const before = this.kept;
    const short = headingFrame(
      heading.lines.map(([name, value]) => this.field(name, value)),
      heading.lines,
    );
    if (this.kept === before) {
      if (this.made.size >= headingsMax) this.made.clear();
      this.made.set(heading, { heading: short, kept: before });
    }
    return this.headings.dated(short);
  }

  /** The client's table is smaller than what is counted on here: it is used no more. */
  stop(): void {
    this.isOff = true;
    this.places.clear();
    this.made.clear();
    this.entries = [];
  }

  private field(name: string, value: string): Uint8Array {
    const fixed = staticField(name, value);
    if (fixed > 0) return indexBlock(fixed);
    const line = `${name}:${value}`;
    const place = this.places.get(line);
    if (place !== undefined) return indexBlock(staticLength + this.kept - place);
    const bytes = name.length + value.length + entryBytes;
    const isKept = bytes <= lineBytesMax;
    if (isKept) this.keep({ line, bytes });
    return keptFieldBlock(name, value, isKept);
  }

  private keep(entry: Entry): void {
    this.bytes += entry.bytes;
    while (this.bytes > tableBytesMax) {
      const oldest = this.entries.shift();
      if (oldest === undefined) break;
      this.bytes -= oldest.bytes;
      this.places.delete(oldest.line);
    }
    this.entries.push(entry);
    this.places.set(entry.line, this.kept);
    this.kept++;
  }
}
