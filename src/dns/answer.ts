// Answers queries. In: bytes, who sent them and over what; a `Find`. Out: the answer's bytes, or none. Never throws, whatever the bytes are.
//
// 0. repeat: the very packet came before, and what was answered holds for whoever sends it (`packet-cache.ts`): on to 3, and its answer again
// 1. decode: what is no query is refused or passed over (`query.ts`)
// 2. recall: the same was asked before, for the same network (`answer-cache.ts`); else find, and write its body (`body.ts`)
// 3. limit: who is told too much over UDP gets a short answer or none, unless a cookie proves the address (`rate-limit.ts`)
// 4. reply: as much of the body as the asker takes, in his own terms (`reply.ts`)
import { limits } from "../base/limits.ts";
import { classes, type Find, type Finding, rcodes, types, type Visitor } from "../zones/types.ts";
import { createAnswerCache } from "./answer-cache.ts";
import { type Body, bodyOf, kept, kinds } from "./body.ts";
import { chaosFinding, type Identity } from "./chaos.ts";
import { type Cookies, serverCookieBytesMin } from "./cookies.ts";
import { type EdnsSelf, optSize } from "./edns.ts";
import { createPacketCache } from "./packet-cache.ts";
import { type Asked, decodeQuery, type Edns } from "./query.ts";
import type { QueryLog } from "./query-log.ts";
import type { Fate, RateLimit } from "./rate-limit.ts";
import { bareReply, cutReply, isTruncated, type Passing, replyOf, type Transport } from "./reply.ts";
import type { DnsTally } from "./tally.ts";
import { anyOf, refusedTypes, unaskable } from "./unaskable.ts";

export interface AnsweringOptions {
  readonly find: Find;
  readonly identity: Identity;
  readonly cookies: Cookies | null;
  /** Null: everybody gets everything. */
  readonly rateLimit: RateLimit | null;
  readonly tally: DnsTally;
  readonly queryLog?: QueryLog | null;
  /** Something threw, which is a defect: the asker gets SERVFAIL, or nothing. */
  onDefect(thrown: unknown): void;
}

export interface Answering {
  /** `address`: 4 or 16 bytes of who sent it. */
  answer(packet: Buffer, address: Uint8Array, transport: Transport): Buffer | null;
  /** From now on by this `find`; what was found before is forgotten. */
  replace(find: Find): void;
}

export function createAnswering(options: AnsweringOptions): Answering {
  return new Server(options);
}

class Server implements Answering {
  readonly #options: AnsweringOptions;
  readonly #self: EdnsSelf;
  readonly #cache = createAnswerCache(limits.dnsCacheBytesMax);
  readonly #packets = createPacketCache(limits.dnsPacketsBytesMax, limits.dnsMarks);
  /** Marks of questions that came once. */
  readonly #marks = new Int32Array(limits.dnsMarks);
  #find: Find;

  constructor(options: AnsweringOptions) {
    const { id } = options.identity;
    this.#options = options;
    this.#find = options.find;
    this.#self = {
      answerBytesMax: limits.dnsAnswerBytesMax,
      nsid: id === null ? null : Buffer.from(id),
      cookies: options.cookies,
    };
  }

  replace(find: Find): void {
    this.#find = find;
    this.#cache.clear();
    this.#packets.clear();
  }

  answer(packet: Buffer, address: Uint8Array, transport: Transport): Buffer | null {
    try {
      return this.#answer(packet, address, transport);
    } catch (thrown) {
      this.#options.tally.dropped("defect");
      this.#options.onDefect(thrown);
      return null;
    }
  }

  #answer(packet: Buffer, address: Uint8Array, transport: Transport): Buffer | null {
    const row = transport === "udp" ? this.#packets.find(packet) : -1;
    return row < 0 ? this.#read(packet, address, transport) : this.#repeat(row, packet, address);
  }

  /** As `#ask`, of a packet that need not be read. */
  #repeat(row: number, packet: Buffer, address: Uint8Array): Buffer | null {
    const { tally, rateLimit, queryLog } = this.#options;
    const { kind, rcode, type, led, cutBytes } = this.#packets.known(row);
    const size = this.#packets.answerBytes(row);
    const fate = rateLimit === null ? "send" : rateLimit.fate(address, kind, packet.length, size, cutBytes);
    if (fate === "drop") {
      tally.cached(true);
      tally.dropped("rate");
      return null;
    }
    if (fate === "slip" || queryLog != null) return this.#read(packet, address, "udp", fate);
    tally.cached(true);
    tally.answered(rcode, type, "udp", size, "whole");
    if (led !== null) tally.led(led);
    return this.#packets.answer(row, packet);
  }

  #read(packet: Buffer, address: Uint8Array, transport: Transport, fate?: Fate): Buffer | null {
    const decoded = decodeQuery(packet);
    if (decoded.kind === "ignore") {
      this.#options.tally.dropped(decoded.why);
      return null;
    }
    const passing: Passing = { packet, address, transport, edns: decoded.edns };
    switch (decoded.kind) {
      case "ask":
        return this.#ask(passing, decoded.asked, fate);
      case "hello":
        return this.#bare(passing, this.#hasWrongCookie(passing) ? rcodes.BADCOOKIE : rcodes.NOERROR, 12);
      case "refuse":
        return this.#bare(passing, decoded.rcode, decoded.end, decoded.signature);
    }
  }

  /** `known`: what rate limiting already said of it. */
  #ask(passing: Passing, asked: Asked, known?: Fate): Buffer | null {
    const { tally } = this.#options;
    const { address, transport, edns } = passing;
    const body = this.#body(asked, address, edns);
    const opt = edns === null ? 0 : optSize(this.#self, edns, body.error);
    const fate = known ?? this.#fate(passing, body.kind, body.end + opt, asked.end + opt);
    if (fate === "slip") return this.#slip(passing, asked, body);
    if (fate === "drop") {
      tally.dropped("rate");
      return null;
    }
    const out = replyOf(this.#self, passing, asked, body);
    if (transport === "udp" && out.length === body.end + opt && !isTruncated(out) && isForAll(edns, body))
      this.#packets.put(passing.packet, out, { ...body, type: asked.type, cutBytes: asked.end + opt });
    tally.answered(body.rcode, asked.type, transport, out.length, isTruncated(out) ? "truncated" : "whole");
    if (body.led !== null) tally.led(body.led);
    this.#options.queryLog?.answered(passing, asked, body.rcode, out.length, body.led);
    return out;
  }

  #fate(passing: Passing, kind: number, bytes: number, cutBytes: number): Fate {
    const { rateLimit } = this.#options;
    if (rateLimit === null || passing.transport === "tcp" || this.#isProven(passing)) return "send";
    return rateLimit.fate(passing.address, kind, passing.packet.length, bytes, cutBytes);
  }

  /** A client that speaks of cookies is given one and comes back with it; any other comes back over TCP. */
  #slip(passing: Passing, asked: Asked, { rcode, authoritative, scope }: Body): Buffer {
    const byCookie = this.#options.cookies !== null && passing.edns?.cookie != null;
    const out = byCookie
      ? bareReply(this.#self, passing, rcodes.BADCOOKIE, asked.end)
      : cutReply(this.#self, passing, asked, rcode, authoritative, scope);
    this.#options.tally.answered(
      byCookie ? rcodes.BADCOOKIE : rcode,
      asked.type,
      "udp",
      out.length,
      "slipped",
    );
    return out;
  }

  /** Errors are as long as what they answer: what is held back of them is all of them that is over the rate. */
  #bare(passing: Passing, rcode: number, end: number, signature: Buffer | null = null): Buffer | null {
    const { tally, rateLimit } = this.#options;
    const out = bareReply(this.#self, passing, rcode, end, signature);
    const isLimited =
      rateLimit !== null &&
      passing.transport === "udp" &&
      rateLimit.fate(passing.address, kinds.error, passing.packet.length, out.length) !== "send";
    if (isLimited) {
      tally.dropped("rate");
      return null;
    }
    tally.answered(rcode, null, passing.transport, out.length, "whole");
    return out;
  }

  #isProven({ edns, address }: Passing): boolean {
    const { cookies } = this.#options;
    return cookies !== null && edns?.cookie != null && cookies.isOurs(edns.cookie, address);
  }

  #hasWrongCookie(passing: Passing): boolean {
    const cookie = passing.edns?.cookie;
    return cookie != null && cookie.length >= 8 + serverCookieBytesMin && !this.#isProven(passing);
  }

  /** What there is to say, found now or before. */
  #body(asked: Asked, resolver: Uint8Array, edns: Edns | null): Body {
    // Who says that he has no bits is nobody's client (RFC 7871, 7.1.2).
    const subnet = edns === null || edns.subnet === null || edns.subnet.bits === 0 ? null : edns.subnet;
    const question = asked.name + String.fromCharCode(asked.type, asked.class);
    const address = subnet === null ? resolver : subnet.address;
    const bits = subnet === null ? 8 * resolver.length : subnet.bits;
    const held = this.#cache.get(question, address, bits);
    this.#options.tally.cached(held !== undefined);
    if (held !== undefined) return held;
    const finding = this.#found(asked, { resolver, subnet });
    const body = bodyOf(asked, finding, address);
    if (!body.isLasting || !this.#cameBefore(body.mark)) return body;
    const own = kept(body);
    this.#cache.put(question, address, bits, own);
    return own;
  }

  /** What comes once, such as names that are made up, is not worth its place: to hold it costs more than to find it again. */
  #cameBefore(mark: number): boolean {
    const place = (mark >>> 0) % this.#marks.length;
    if (this.#marks[place] === mark) return true;
    this.#marks[place] = mark;
    return false;
  }

  #found(asked: Asked, visitor: Visitor): Finding {
    if (asked.class === classes.CH) return chaosFinding(this.#options.identity, asked);
    if (asked.class !== classes.IN) return unaskable(rcodes.REFUSED, "Only class IN is answered.");
    const refused = refusedTypes.get(asked.type);
    if (refused !== undefined) return refused;
    const { name, type } = asked;
    try {
      if (type !== types.ANY) return this.#find({ name, type, class: classes.IN }, visitor);
      return anyOf(name, this.#find({ name, type: types.HINFO, class: classes.IN }, visitor));
    } catch (thrown) {
      this.#options.onDefect(thrown);
      return { ...unaskable(rcodes.SERVFAIL, "The server failed."), cacheable: false };
    }
  }
}

/** Whoever sends the same packet gets the same: a cookie is of an address and a time; without a subnet the resolver's own address may count. */
function isForAll(edns: Edns | null, { isLasting, scope }: Body): boolean {
  if (!isLasting || (edns !== null && edns.cookie !== null)) return false;
  return scope === 0 || (edns !== null && edns.subnet !== null && edns.subnet.bits > 0);
}
