// An answer for one asker. In: the query's bytes, what there is to say. Out: as much of it as the asker takes, under his own id, flags and case, with an
// OPT where he sent one. What does not fit is left out from the back: first what he can ask for himself, then everything, and TC says so.

import { opcodes } from "../zones/types.ts";
import { type Body, messageBytesMax } from "./body.ts";
import { type EdnsSelf, type ExtendedError, optSize, writeOpt } from "./edns.ts";
import { type Asked, type Edns, headerBytes, opcodeOf } from "./query.ts";

/** Over UDP answers are limited and cut, over TCP neither. */
export type Transport = "udp" | "tcp";

/** A query on its way to its answer. */
export interface Passing {
  readonly packet: Buffer;
  /** 4 or 16 bytes of who sent it. */
  readonly address: Uint8Array;
  readonly transport: Transport;
  readonly edns: Edns | null;
}

/** What an answer is made of. */
interface Message {
  /** Header and sections; the header is written anew. */
  readonly bytes: Buffer;
  readonly end: number;
  readonly questions: 0 | 1;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly rcode: number;
  readonly scope: number;
  readonly error: ExtendedError | null;
}

const authoritativeBit = 0x04;
const truncatedBit = 0x02;

export function isTruncated(answer: Buffer): boolean {
  return ((answer[2] as number) & truncatedBit) !== 0;
}

/** As much of `body` as the asker takes. */
export function replyOf(self: EdnsSelf, passing: Passing, asked: Asked, body: Body): Buffer {
  const { edns, transport } = passing;
  const opt = edns === null ? 0 : optSize(self, edns, body.error);
  const most =
    transport === "tcp" ? messageBytesMax : Math.min(edns?.answerBytesMax ?? 512, self.answerBytesMax);
  const room = most - opt;
  if (!body.isCut && body.end <= room) return written(self, passing, asked, body, body.end);
  if (!body.needsAdditional && body.authorityEnd <= room)
    return written(self, passing, asked, body, body.authorityEnd);
  if (!body.needsAuthority && body.answerEnd <= room && body.answers > 0)
    return written(self, passing, asked, body, body.answerEnd);
  return cutReply(self, passing, asked, body.rcode, body.authoritative, body.scope);
}

function written(self: EdnsSelf, passing: Passing, asked: Asked, body: Body, end: number): Buffer {
  const out = assembled(self, passing, {
    bytes: body.bytes,
    end,
    questions: 1,
    answers: body.answers,
    authorities: end >= body.authorityEnd ? body.authorities : 0,
    additionals: end >= body.end ? body.additionals : 0,
    authoritative: body.authoritative,
    truncated: false,
    rcode: body.rcode,
    scope: body.scope,
    error: body.error,
  });
  for (let at = headerBytes; at < asked.end; at++) out[at] = passing.packet[at] as number;
  return out;
}

/** The question alone, with TC: ask over TCP. */
export function cutReply(
  self: EdnsSelf,
  passing: Passing,
  asked: Asked,
  rcode: number,
  authoritative: boolean,
  scope: number,
): Buffer {
  return assembled(self, passing, {
    ...empty,
    bytes: passing.packet,
    end: asked.end,
    questions: 1,
    authoritative,
    truncated: true,
    rcode,
    scope,
  });
}

/** An rcode, the question where it could be read, and the record that answers a signature, where there was one. */
export function bareReply(
  self: EdnsSelf,
  passing: Passing,
  rcode: number,
  end: number,
  signature: Buffer | null = null,
): Buffer {
  const questions = end > headerBytes ? 1 : 0;
  const additionals = signature === null ? 0 : 1;
  const out = assembled(self, passing, {
    ...empty,
    bytes: passing.packet,
    end,
    questions,
    rcode,
    additionals,
  });
  return signature === null ? out : Buffer.concat([out, signature]);
}

const empty = {
  answers: 0,
  authorities: 0,
  additionals: 0,
  authoritative: false,
  truncated: false,
  scope: 0,
  error: null,
} as const;

function assembled(self: EdnsSelf, passing: Passing, message: Message): Buffer {
  const { packet, edns, address } = passing;
  const { end, rcode, scope, error } = message;
  const opt = edns === null ? 0 : optSize(self, edns, error);
  const out = Buffer.allocUnsafe(end + opt);
  message.bytes.copy(out, headerBytes, headerBytes, end);
  const asked = packet[2] as number;
  const additionals = message.additionals + (edns === null ? 0 : 1);
  out[0] = packet[0] as number;
  out[1] = packet[1] as number;
  // The opcode and RD are the asker's own.
  out[2] =
    0x80 |
    (asked & 0x79) |
    (message.authoritative ? authoritativeBit : 0) |
    (message.truncated ? truncatedBit : 0);
  // CD comes back (RFC 4035, 3.1.6) to queries; what other opcodes mean by it is theirs. RA, Z and AD are never set.
  out[3] = (opcodeOf(packet) === opcodes.QUERY ? (packet[3] as number) & 0x10 : 0) | (rcode & 15);
  out[4] = 0;
  out[5] = message.questions;
  out[6] = message.answers >> 8;
  out[7] = message.answers;
  out[8] = message.authorities >> 8;
  out[9] = message.authorities;
  out[10] = additionals >> 8;
  out[11] = additionals;
  if (edns !== null) writeOpt(out, end, packet, self, { edns, rcode, scope, error, address });
  return out;
}
