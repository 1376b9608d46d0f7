// Reads a query. In: any bytes that came. Out: what is asked, or which answer such bytes get, as RFC 8906 wants it. Never throws; allocates little.
//
// | what comes                                                    | what comes of it                         |
// | ------------------------------------------------------------- | ---------------------------------------- |
// | under 12 bytes, or a response                                 | nothing: two servers would answer forever |
// | another opcode                                                | NOTIMP, header alone: its format is its own |
// | no question, but an OPT with a cookie                         | `hello`: a cookie is asked for (RFC 7873, 5.4) |
// | no or several questions; a name that is none; lying counts; bytes left over; two OPTs, or one that breaks its form | FORMERR |
// | EDNS of another version                                       | BADVERS                                  |
// | TSIG                                                          | NOTAUTH, BADKEY: we share no key with anybody; FORMERR where it is not the last record, or breaks its form |
import { labelOctetsMax, type Name, nameOctetsMax } from "../zones/names.ts";
import { opcodes, rcodes, types } from "../zones/types.ts";

export const headerBytes = 12;

/** EDNS option codes (IANA). */
export const options = { NSID: 3, SUBNET: 8, COOKIE: 10, ERROR: 15 } as const;

/** What a client says by EDNS(0). */
export interface Edns {
  /** Octets of an answer over UDP that it takes, at least 512. */
  readonly answerBytesMax: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly wantsNsid: boolean;
  readonly subnet: Subnet | null;
  /** Client and server cookie together, as they stand in the packet. */
  readonly cookie: Uint8Array | null;
}

export interface Subnet {
  readonly address: Uint8Array;
  readonly bits: number;
  /** Where its option's contents stand in the packet: an answer repeats them. */
  readonly at: number;
  readonly octets: number;
}

export interface Asked {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Where the question ends: it is repeated as it came, its case too. */
  readonly end: number;
}

export type Decoded =
  | { readonly kind: "ask"; readonly asked: Asked; readonly edns: Edns | null }
  | { readonly kind: "hello"; readonly edns: Edns }
  /** `end`: how much of the packet is repeated, header and question, or the header alone. */
  | {
      readonly kind: "refuse";
      readonly rcode: number;
      readonly end: number;
      readonly edns: Edns | null;
      /** The record that goes last, where the query was signed. */
      readonly signature: Buffer | null;
    }
  | { readonly kind: "ignore"; readonly why: "short" | "response" };

const ignoredShort: Decoded = { kind: "ignore", why: "short" };
const ignoredResponse: Decoded = { kind: "ignore", why: "response" };

/** EDNS of who says what we cannot read: it is answered by an OPT all the same. */
const unreadEdns: Edns = {
  answerBytesMax: 512,
  version: 0,
  dnssecOk: false,
  wantsNsid: false,
  subnet: null,
  cookie: null,
};

export function opcodeOf(packet: Uint8Array): number {
  return ((packet[2] as number) >> 3) & 15;
}

export function decodeQuery(packet: Buffer): Decoded {
  if (packet.length < headerBytes) return ignoredShort;
  if ((packet[2] as number) >= 128) return ignoredResponse;
  if (opcodeOf(packet) !== opcodes.QUERY) return refusal(rcodes.NOTIMP, headerBytes, null);
  const questions = short(packet, 4);
  if (questions > 1) return refusal(rcodes.FORMERR, headerBytes, null);
  const asked = questions === 0 ? null : readQuestion(packet);
  if (asked === null && questions === 1) return refusal(rcodes.FORMERR, headerBytes, null);
  const end = asked === null ? headerBytes : asked.end;
  const edns = readRecords(packet, end);
  if (typeof edns === "number") {
    const rcode = edns & rcodeMask;
    const signature = rcode === rcodes.NOTAUTH ? refusedSignature(packet, end) : null;
    return refusal(rcode, end, (edns & hasOpt) === 0 ? null : unreadEdns, signature);
  }
  if (edns !== null && edns.version !== 0) return refusal(rcodes.BADVERS, end, edns);
  if (asked !== null) return { kind: "ask", asked, edns };
  if (edns === null || edns.cookie === null) return refusal(rcodes.FORMERR, end, edns);
  return { kind: "hello", edns };
}

function refusal(rcode: number, end: number, edns: Edns | null, signature: Buffer | null = null): Decoded {
  return { kind: "refuse", rcode, end, edns, signature };
}

/** The question's name in lower case. */
const lowered = Buffer.alloc(headerBytes + nameOctetsMax);

/** The name begins right after the header, so a pointer in it could lead nowhere: there is none. */
function readQuestion(packet: Buffer): Asked | null {
  let at = headerBytes;
  let isLower = true;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > labelOctetsMax) return null;
    const next = at + 1 + length;
    lowered[at] = length;
    if (length === 0) break;
    if (next - headerBytes >= nameOctetsMax || next >= packet.length) return null;
    for (at++; at < next; at++) {
      const octet = packet[at] as number;
      const isUpper = octet >= 0x41 && octet <= 0x5a;
      if (isUpper) isLower = false;
      lowered[at] = isUpper ? octet + 0x20 : octet;
    }
  }
  at++;
  if (at + 4 > packet.length) return null;
  const name = (isLower ? packet : lowered).toString("latin1", headerBytes, at);
  return { name, type: short(packet, at), class: short(packet, at + 2), end: at + 4 };
}

/** What `readRecords` says where the records are none: an rcode, and whether there was an OPT. */
const rcodeMask = 0xff;
const hasOpt = 0x100;

function readRecords(packet: Buffer, from: number): Edns | null | number {
  const before = short(packet, 6) + short(packet, 8);
  const all = before + short(packet, 10);
  let at = from;
  let edns: Edns | null = null;
  let isSigned = false;
  for (let record = 0; record < all; record++) {
    const isRoot = packet[at] === 0;
    at = afterName(packet, at);
    if (at < 0 || at + 10 > packet.length) return formerr(edns);
    const type = short(packet, at);
    const rdataAt = at + 10;
    const end = rdataAt + short(packet, at + 8);
    if (end > packet.length) return formerr(edns);
    if (type === types.OPT) {
      if (edns !== null || !isRoot || record < before) return formerr(unreadEdns);
      edns = readOpt(packet, at, rdataAt, end);
      if (edns === null) return formerr(unreadEdns);
    } else if (type === types.TSIG) {
      if (record !== all - 1 || record < before || signedPlace(packet, rdataAt, end) < 0)
        return formerr(edns);
      isSigned = true;
    }
    at = end;
  }
  if (at !== packet.length) return formerr(edns);
  if (isSigned) return rcodes.NOTAUTH | (edns === null ? 0 : hasOpt);
  return edns;
}

const badKey = 17;

/** RFC 8945, 4.2: a name, time (6), fudge (2), a MAC behind its length, id (2), error (2), other behind its length. Gives where the time is; below zero for none. */
function signedPlace(packet: Buffer, from: number, end: number): number {
  const time = afterName(packet, from);
  if (time < 0 || time + 16 > end) return -1;
  const afterMac = time + 10 + short(packet, time + 8);
  return afterMac + 6 <= end && afterMac + 6 + short(packet, afterMac + 4) === end ? time : -1;
}

/** RFC 8945, 5.3.2: the asker's own names, time and id, no MAC, and BADKEY. The record is the last one, and its form was looked at. */
function refusedSignature(packet: Buffer, from: number): Buffer | null {
  let owner = from;
  for (let at = from; at < packet.length; ) {
    owner = at;
    const fixed = afterName(packet, at);
    at = fixed + 10 + short(packet, fixed + 8);
  }
  const fixed = afterName(packet, owner);
  const time = signedPlace(packet, fixed + 10, packet.length);
  const own = packet.subarray(owner, fixed);
  const algorithm = packet.subarray(fixed + 10, time);
  // Neither may be compressed, and what they would point at need not stand in the answer.
  if (own.at(-1) !== 0 || algorithm.at(-1) !== 0) return null;
  const afterMac = time + 10 + short(packet, time + 8);
  const rdataBytes = algorithm.length + 16;
  return Buffer.concat([
    own,
    Buffer.of(0, types.TSIG, 0, 255, 0, 0, 0, 0, rdataBytes >> 8, rdataBytes & 0xff),
    algorithm,
    packet.subarray(time, time + 8),
    Buffer.of(0, 0),
    packet.subarray(afterMac, afterMac + 2),
    Buffer.of(0, badKey, 0, 0),
  ]);
}

function formerr(edns: Edns | null): number {
  return rcodes.FORMERR | (edns === null ? 0 : hasOpt);
}

/** A pointer ends a name: where it leads is nobody's business here. Below zero where the bytes are no name. */
function afterName(packet: Buffer, from: number): number {
  for (let at = from; ; ) {
    const length = packet[at];
    if (length === undefined) return -1;
    if (length >= 0xc0) return at + 2;
    if (length > labelOctetsMax || at - from > nameOctetsMax) return -1;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** `at` is behind its owner; null where it breaks its form. What a version other than 0 means by its options is not ours to read. */
function readOpt(packet: Buffer, at: number, from: number, end: number): Edns | null {
  const version = packet[at + 5] as number;
  let wantsNsid = false;
  let subnet: Subnet | null = null;
  let cookie: Uint8Array | null = null;
  for (let option = from; option < end; ) {
    if (option + 4 > end) return null;
    const code = short(packet, option);
    const contents = option + 4;
    option = contents + short(packet, option + 2);
    if (option > end) return null;
    if (version !== 0) continue;
    if (code === options.NSID) wantsNsid = true;
    // Of several of a kind the first one stands (RFC 7873, 5.2).
    else if (code === options.SUBNET && subnet === null) {
      subnet = readSubnet(packet, contents, option);
      if (subnet === null) return null;
    } else if (code === options.COOKIE && cookie === null) {
      const octets = option - contents;
      if (octets !== 8 && (octets < 16 || octets > 40)) return null;
      cookie = packet.subarray(contents, option);
    }
  }
  return {
    answerBytesMax: Math.max(512, short(packet, at + 2)),
    version,
    dnssecOk: ((packet[at + 6] as number) & 0x80) !== 0,
    wantsNsid,
    subnet,
    cookie,
  };
}

/** RFC 7871, 6: family, bits, scope (0 in a query), and just so many octets of the address as the bits need, the rest of the last one zero. */
function readSubnet(packet: Buffer, at: number, end: number): Subnet | null {
  if (end - at < 4) return null;
  const family = short(packet, at);
  const bits = packet[at + 2] as number;
  if (packet[at + 3] !== 0) return null;
  const octets = end - at - 4;
  // Family 0 has no address and no bits: who asks wants to be nobody.
  const octetsMax = family === 1 ? 4 : family === 2 ? 16 : 0;
  if ((family !== 0 && octetsMax === 0) || bits > 8 * octetsMax || octets !== Math.ceil(bits / 8))
    return null;
  if (bits % 8 !== 0 && ((packet[end - 1] as number) & (0xff >> (bits % 8))) !== 0) return null;
  const address = new Uint8Array(octetsMax);
  for (let byte = 0; byte < octets; byte++) address[byte] = packet[at + 4 + byte] as number;
  return { address, bits, at, octets: end - at };
}

export function short(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
