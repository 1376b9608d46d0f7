// A finding as bytes: header, question, sections, names compressed (RFC 1035, 4.1.4). In: a question, a finding. Out: a body whose sections end at
// known places, so that one is cut to a smaller size by taking less of it. What differs between two who ask the same (id, case, EDNS) is not in it.

import { labelOctetsMax, lowered, type Name } from "../zones/names.ts";
import { type Finding, type Led, type RecordSet, rcodes, types } from "../zones/types.ts";
import { type ExtendedError, errors } from "./edns.ts";
import { type Asked, headerBytes } from "./query.ts";
import { mixed } from "./rate-limit.ts";

export interface Body {
  readonly bytes: Buffer;
  /** Of what is in use of them. */
  readonly end: number;
  /** Where question, answer, authority and additional end. */
  readonly questionEnd: number;
  readonly answerEnd: number;
  readonly authorityEnd: number;
  /** Records of answer, authority and additional. */
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
  /** Without its authority section the answer says less than it should: a referral, a NODATA. */
  readonly needsAuthority: boolean;
  /** Without the addresses in its additional section nobody may get any further (RFC 9471). */
  readonly needsAdditional: boolean;
  /** It did not fit even into the largest message. */
  readonly isCut: boolean;
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly scope: number;
  readonly error: ExtendedError | null;
  /** May be given again, until zones or steering change. */
  readonly isLasting: boolean;
  readonly led: Led | null;
  /** The same number for answers that say the same to the same network: what rate limiting counts by. */
  readonly kind: number;
  /** Of question and network: two of one mark may be two, which harms nobody. */
  readonly mark: number;
}

/** What TCP can carry. */
export const messageBytesMax = 65_535;
/** A pointer has 14 bits. */
const pointerMax = 0x3fff;

/** Written to by every call: a body is good until the next one, unless it is `kept`. */
const page = Buffer.alloc(messageBytesMax + 1);
let end = 0;
/** The name that is asked for, which stands right behind the header: most answers write no other. */
let askedFor: Name = "";
/** Where names were written, each with those above it; filled once another one is. */
let places = new Map<Name, number>();

/** `network` is whom the finding is for, where it is not for everyone. */
export function bodyOf(asked: Asked, finding: Finding, network: Uint8Array): Body {
  const { name, type, class: classNumber } = asked;
  askedFor = name;
  // Not cleared: the engine's old table leads to the new one, so that one that has grown old keeps all that came after it until a whole collection.
  if (places.size > 0) places = new Map();
  end = headerBytes;
  for (let at = 0; at < name.length; at++) page[end++] = name.charCodeAt(at);
  writeShort(type);
  writeShort(classNumber);
  const questionEnd = end;
  const answers = writeSection(finding.answer, classNumber);
  const answerEnd = end;
  const authorities = answers < 0 ? -1 : writeSection(finding.authority, classNumber);
  const authorityEnd = end;
  const additionals = authorities < 0 ? -1 : writeSection(finding.additional, classNumber);
  const { rcode, authoritative, scope } = finding;
  const mark = markOf(asked, scope, network);
  return {
    bytes: page,
    end,
    questionEnd,
    answerEnd,
    authorityEnd,
    answers: Math.max(0, answers),
    authorities: Math.max(0, authorities),
    additionals: Math.max(0, additionals),
    needsAuthority: !isWhole(finding, type),
    needsAdditional: !authoritative && finding.authority.length > 0,
    isCut: additionals < 0,
    rcode,
    authoritative,
    scope,
    error: errorOf(finding),
    isLasting: finding.cacheable,
    led: finding.led ?? null,
    kind: kindOf(finding, mark),
    mark,
  };
}

/** With bytes of its own. */
export function kept(body: Body): Body {
  return { ...body, bytes: Buffer.from(body.bytes.subarray(0, body.end)) };
}

function errorOf({ rcode, why }: Finding): ExtendedError | null {
  if (why === null) return null;
  return { code: rcode === rcodes.REFUSED ? errors.NOT_AUTHORITATIVE : errors.OTHER, text: why };
}

export const kinds = { answer: 1, empty: 2, denial: 3, referral: 4, error: 5 } as const;

/** Random names below a zone are one kind, for who makes them up gets the same answer each time; so are all errors. */
function kindOf({ rcode, authoritative, answer, authority }: Finding, mark: number): number {
  const zone = authority[0]?.name ?? "";
  if (rcode === rcodes.NXDOMAIN) return hashed(kinds.denial, zone);
  if (rcode !== rcodes.NOERROR) return kinds.error;
  if (answer.length > 0) return mixed(mark, kinds.answer);
  return hashed(authoritative ? kinds.empty : kinds.referral, zone);
}

function markOf({ name, type }: Asked, scope: number, network: Uint8Array): number {
  let mark = hashed(type, name);
  for (let at = 0; 8 * at < scope; at++) mark = mixed(mark, network[at] ?? 0);
  return mark;
}

function hashed(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = mixed(hash, text.charCodeAt(at));
  return hash;
}

/** Whether the answer section alone says what was asked. */
function isWhole({ answer, rcode }: Finding, type: number): boolean {
  const last = answer[answer.length - 1];
  return rcode === 0 && last !== undefined && (last.type !== types.CNAME || type === types.CNAME);
}

/** How many records it has; -1 where it does not fit, and then none of it stands. */
function writeSection(sets: readonly RecordSet[], classNumber: number): number {
  const from = end;
  let records = 0;
  for (const { name, type, ttl, rdata } of sets)
    for (const bytes of rdata) {
      // A name is never longer than it was before; a record has ten octets beside.
      if (end + name.length + 10 + bytes.length > messageBytesMax) {
        end = from;
        return -1;
      }
      writeName(name);
      writeShort(type);
      writeShort(classNumber);
      writeShort(ttl >>> 16);
      writeShort(ttl & 0xffff);
      const lengthAt = end;
      end += 2;
      writeRdata(type, bytes);
      const length = end - lengthAt - 2;
      page[lengthAt] = length >> 8;
      page[lengthAt + 1] = length;
      records++;
    }
  return records;
}

/** Octets before the first name, and how many names: only what RFC 1035 defines may be compressed (RFC 3597, 4). */
const compressible: ReadonlyMap<number, readonly [before: number, names: number]> = new Map([
  [types.NS, [0, 1]],
  [types.CNAME, [0, 1]],
  [types.PTR, [0, 1]],
  [types.MX, [2, 1]],
  [types.SOA, [0, 2]],
]);

function writeRdata(type: number, bytes: Uint8Array): void {
  const form = type === types.A || type === types.AAAA ? undefined : compressible.get(type);
  let at = 0;
  if (form !== undefined) {
    for (; at < form[0]; at++) page[end++] = bytes[at] as number;
    for (let names = 0; names < form[1]; names++) {
      const length = nameLength(bytes, at);
      if (length === 0) break;
      writeName(Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString("latin1"));
      at += length;
    }
  }
  for (; at < bytes.length; at++) page[end++] = bytes[at] as number;
}

/** Zero for what is no name: such rdata goes out as it is. */
function nameLength(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; ) {
    const length = bytes[at] as number;
    if (length > labelOctetsMax) return 0;
    at += 1 + length;
    if (length === 0) return at <= bytes.length ? at - from : 0;
  }
  return 0;
}

/** In any case; a name that was written before is pointed at, whatever its case was. */
function writeName(written: string): void {
  if (written === askedFor && written.length > 1) {
    writeShort(0xc000 | headerBytes);
    return;
  }
  if (places.size === 0) placeAsked();
  let name = lowered(written);
  let rest = written;
  while (name.charCodeAt(0) !== 0) {
    const place = places.get(name);
    if (place !== undefined) {
      writeShort(0xc000 | place);
      return;
    }
    if (end <= pointerMax) places.set(name, end);
    const next = 1 + name.charCodeAt(0);
    for (let at = 0; at < next; at++) page[end++] = rest.charCodeAt(at);
    name = name.slice(next);
    rest = rest.slice(next);
  }
  page[end++] = 0;
}

function placeAsked(): void {
  let at = headerBytes;
  for (let name = askedFor; name.charCodeAt(0) !== 0; ) {
    places.set(name, at);
    const next = 1 + name.charCodeAt(0);
    at += next;
    name = name.slice(next);
  }
}

function writeShort(value: number): void {
  page[end++] = value >> 8;
  page[end++] = value;
}
