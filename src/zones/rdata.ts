// Record types between a zone file and the wire, a row a type. In: words or bytes. Out: the other one, or a sentence at one of the words.
// A type that has no row is written as RFC 3597 says, `\# 4 c0000201`; so may be the others, and are checked all the same.
import { ok, type Result, refuse } from "../base/result.ts";
import { type Name, nameAt, root } from "./names.ts";
import {
  address,
  domain,
  type Field,
  hex,
  hexBytes,
  hexText,
  joined,
  number,
  quoted,
  rest,
  string,
  strings,
  tag,
  time,
  type Word,
  type WordFault,
} from "./rdata-fields.ts";
import { svcParams } from "./rdata-svc.ts";
import { types, typeWord } from "./types.ts";

interface Row {
  readonly fields: readonly Field[];
  /** Where a name stands whose addresses belong into the additional section, or that is to exist. */
  readonly target?: number;
}

const service: Row = { fields: [number(2, "a priority"), domain("the target"), svcParams], target: 2 };

const rows: ReadonlyMap<number, Row> = new Map<number, Row>([
  [types.A, { fields: [address(4)] }],
  [types.AAAA, { fields: [address(16)] }],
  [types.NS, { fields: [domain("a name server")], target: 0 }],
  [types.CNAME, { fields: [domain("the canonical name")], target: 0 }],
  [types.PTR, { fields: [domain("a host")] }],
  [types.MX, { fields: [number(2, "a preference"), domain("a mail host")], target: 2 }],
  [types.TXT, { fields: [strings("a text")] }],
  [types.CAA, { fields: [number(1, "flags"), tag("a tag"), rest("a value")] }],
  [types.HTTPS, service],
  [types.SVCB, service],
  [
    types.SRV,
    {
      fields: [number(2, "a priority"), number(2, "a weight"), number(2, "a port"), domain("the target")],
      target: 6,
    },
  ],
  [
    types.SOA,
    {
      fields: [
        domain("the primary name server"),
        domain("a mailbox, its @ as a dot"),
        number(4, "a serial"),
        time("the refresh time"),
        time("the retry time"),
        time("the expiry time"),
        time("the negative TTL"),
      ],
    },
  ],
  [
    types.DS,
    {
      fields: [
        number(2, "a key tag"),
        number(1, "an algorithm"),
        number(1, "a digest type"),
        hex("a digest"),
      ],
    },
  ],
  [
    types.TLSA,
    {
      fields: [number(1, "a usage"), number(1, "a selector"), number(1, "a matching type"), hex("the data")],
    },
  ],
  [types.SSHFP, { fields: [number(1, "an algorithm"), number(1, "a digest type"), hex("a fingerprint")] }],
  [types.HINFO, { fields: [string("a CPU"), string("an operating system")] }],
  [
    types.NAPTR,
    {
      fields: [
        number(2, "an order"),
        number(2, "a preference"),
        string("flags"),
        string("a service"),
        string("an expression"),
        domain("a replacement"),
      ],
    },
  ],
]);

/** A record of 64 KiB would fit into no packet: its name and the header want room too. */
export const rdataOctetsMax = 65_000;

/** Reads the words after a record's type. `origin` completes names that end in no dot. */
export function readRdata(type: number, words: readonly Word[], origin: Name): Result<Uint8Array, WordFault> {
  const row = rows.get(type);
  if (words[0]?.text === "\\#" && !words[0].quoted) return readUnknown(type, words);
  if (row === undefined)
    return refuse({
      at: 0,
      says: `records of type ${typeWord(type)} are written as \\# <length> <hexadecimal> (RFC 3597)`,
    });
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const field of row.fields) {
    const until = field.many === true ? words.length : at + 1;
    const read = field.read(words.slice(at, until), origin);
    if (!read.ok)
      return refuse({ at: at + read.reason.at, says: missing(read.reason, words.length - at, field) });
    parts.push(read.value);
    at = until;
  }
  const extra = words[at];
  if (extra !== undefined)
    return refuse({
      at,
      says: `${quoted(extra)} is one word too many for a record of type ${typeWord(type)}`,
    });
  return fitting(joined(parts));
}

function missing({ at, says }: WordFault, left: number, { wants }: Field): string {
  return at >= left && left <= 0 ? `a word is missing: ${wants}` : says;
}

function fitting(bytes: Uint8Array): Result<Uint8Array, WordFault> {
  return bytes.length > rdataOctetsMax
    ? refuse({
        at: 0,
        says: `the record has ${bytes.length} octets, and at most ${rdataOctetsMax} fit into an answer`,
      })
    : ok(bytes);
}

function readUnknown(type: number, words: readonly Word[]): Result<Uint8Array, WordFault> {
  const [, length, ...digits] = words;
  const bytes = hexBytes(digits.map(({ text }) => text).join(""));
  if (length === undefined || !/^\d{1,5}$/.test(length.text))
    return refuse({ at: 1, says: "after \\# stands the number of octets" });
  if (bytes === null)
    return refuse({ at: 2, says: "after \\# and the length stand pairs of hexadecimal digits" });
  if (bytes.length !== Number(length.text))
    return refuse({ at: 1, says: `\\# announces ${length.text} octets, and ${bytes.length} follow` });
  if (rows.has(type) && shown(type, bytes) === null)
    return refuse({ at: 2, says: `these octets are no record of type ${typeWord(type)}` });
  return fitting(bytes);
}

/** As a zone file holds it; `readRdata` gives the same bytes again. */
export function showRdata(type: number, bytes: Uint8Array): string {
  return shown(type, bytes) ?? `\\# ${bytes.length}${bytes.length === 0 ? "" : ` ${hexText(bytes)}`}`;
}

function shown(type: number, bytes: Uint8Array): string | null {
  const row = rows.get(type);
  if (row === undefined) return null;
  const texts: string[] = [];
  let at = 0;
  for (const field of row.fields) {
    const part = field.show(bytes, at);
    if (part === null) return null;
    if (part.text !== "") texts.push(part.text);
    at = part.next;
  }
  return at === bytes.length ? texts.join(" ") : null;
}

/** The name that a record leads to (NS, CNAME, MX, SRV, SVCB, HTTPS); null where its type leads to none, or it says "nowhere" by the root. */
export function targetOf(type: number, bytes: Uint8Array): Name | null {
  const at = rows.get(type)?.target;
  if (at === undefined) return null;
  const name = nameAt(bytes, at);
  return name === root ? null : name;
}
