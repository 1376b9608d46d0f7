// What the DNS room speaks of: numbers with their words, and the shapes between packets, zones and steering. In: nothing. Out: tables and types.
import type { Name } from "./names.ts";

/** Record types that the program knows by word (IANA, DNS Parameters). A line here, and zones and logs can say it. */
export const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const;

/** Codes of an answer; from 16 on the upper bits are in OPT (RFC 6891). */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

export const classes = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

export const opcodes = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

const typeWords = wordsOf(types);
const rcodeWords = wordsOf(rcodes);
const opcodeWords = wordsOf(opcodes);

/** `A`, or `TYPE65280` where it has no word here (RFC 3597). */
export function typeWord(type: number): string {
  return typeWords.get(type) ?? `TYPE${type}`;
}

/** Of a word in any case, or `TYPE65280`; null where it is neither. */
export function typeNumber(word: string): number | null {
  const upper = word.toUpperCase();
  const known = Object.hasOwn(types, upper) ? types[upper as keyof typeof types] : undefined;
  if (known !== undefined) return known;
  const number = /^TYPE(0|[1-9]\d{0,4})$/.exec(upper)?.[1];
  return number === undefined || Number(number) > 65_535 ? null : Number(number);
}

export function rcodeWord(rcode: number): string {
  return rcodeWords.get(rcode) ?? `RCODE${rcode}`;
}

export function opcodeWord(opcode: number): string {
  return opcodeWords.get(opcode) ?? `OPCODE${opcode}`;
}

function wordsOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([word, number]) => [number, word]));
}

/** All records of one name and type. */
export interface RecordSet {
  readonly name: Name;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** One a record, in wire form; names in it are uncompressed and keep the case they were written in. */
  readonly rdata: readonly Uint8Array[];
}

/** Who asks: the resolver, and what it says of whom it asks for (RFC 7871). */
export interface Visitor {
  /** 4 or 16 bytes. */
  readonly resolver: Uint8Array;
  /** The address is 4 or 16 bytes, zero beyond `bits`. */
  readonly subnet: { readonly address: Uint8Array; readonly bits: number } | null;
}

/** What a steered name answers. */
export interface Steered {
  readonly sets: readonly Omit<RecordSet, "name">[];
  /** Bits of the visitor's address that these hold for; 0 for everyone. */
  readonly scope: number;
  /** Whom the answer leads to first, and from where, for metrics; "" where nobody was chosen or the place is unknown. */
  readonly first: string;
  readonly country: string;
}

/** Total: an unknown map has no sets. `type` is the type that was asked for. */
export type Steer = (map: string, type: number, visitor: Visitor) => Steered;

/** The name is in lower case, as all names inside; the packet's own case is the wire's business. */
export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

/** For counters: the POP or CDN that an answer leads to first, and the country that its visitor is taken to be in; "" for what nobody knows. */
export interface Led {
  readonly first: string;
  readonly country: string;
}

/** What there is to say to a question. */
export interface Finding {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answer: readonly RecordSet[];
  readonly authority: readonly RecordSet[];
  readonly additional: readonly RecordSet[];
  /** Bits of the client subnet that the answer holds for; 0 for everyone. May be more than were given. */
  readonly scope: number;
  /** A sentence for the Extended DNS Error (RFC 8914), where there is one to say. */
  readonly why: string | null;
  /** Where it leads a visitor, where that was chosen for him. */
  readonly led?: Led | null;
  /** May be given again, to the same question and scope, until zones or steering change. */
  readonly cacheable: boolean;
}

export type Find = (question: Question, visitor: Visitor) => Finding;
