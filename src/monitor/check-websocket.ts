// A look at a WebSocket (RFC 6455). In: URL, what to say and what to hear. Out: up, or why not.
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { WebsocketTarget } from "../model/check.ts";
import { refuseDoubt } from "./certificate-days.ts";
import { type Connection, connectTo, type Seen, stopwatch } from "./connection.ts";
import { Failing, quoted } from "./failing.ts";
import { readAnswer } from "./http-answer.ts";
import { hostOfUrl, requestHead, urlPlace } from "./http-request.ts";
import type { LookTerms, Soon } from "./types.ts";

export const websocketHost = ({ url }: WebsocketTarget): string => hostOfUrl(url);

export async function lookWebsocket(target: WebsocketTarget, terms: LookTerms, seen: Seen): Promise<Soon> {
  const url = new URL(target.url);
  const connection = await connectTo(urlPlace(url), terms, seen);
  try {
    refuseDoubt(connection.certificate, connection.where);
    const since = stopwatch(terms);
    const read = await open(connection, url, terms.random, () => {
      seen.times = { ...seen.times, firstByteMs: since() };
    });
    if (target.send !== null) connection.write(frame(opcodes.text, Buffer.from(target.send), terms.random));
    if (target.expect !== null) await hear(connection, read, target.expect, terms.random);
    connection.write(frame(opcodes.close, Buffer.of(0x03, 0xe8), terms.random));
    return null;
  } finally {
    connection.close();
  }
}

/** Asks for the upgrade; gives what reads on behind the head. */
async function open(
  connection: Connection,
  url: URL,
  random: Random,
  onFirst: () => void,
): Promise<() => Promise<Buffer | null>> {
  const key = Buffer.from(random.bytes(16)).toString("base64");
  connection.write(
    requestHead({
      url,
      method: "GET",
      headers: [
        ["Sec-WebSocket-Key", key],
        ["Sec-WebSocket-Version", "13"],
        ["Origin", `${url.protocol === "wss:" ? "https" : "http"}://${url.host}`],
      ],
      length: null,
      upgrade: "websocket",
    }),
  );
  const answer = await readAnswer(connection, "GET", onFirst);
  if (answer.status !== 101)
    throw new Failing(
      "status",
      `${url.host} answered ${answer.status} where it should open a WebSocket (101).`,
    );
  // A fixed text of the protocol (section 1.3).
  const accepted = hash("sha1", `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, "base64");
  if (
    answer.header("sec-websocket-accept") !== accepted ||
    answer.header("upgrade").toLowerCase() !== "websocket"
  )
    throw new Failing("malformed", `${url.host} answered 101 and opened no WebSocket.`);
  return answer.readOn;
}

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** A whole message, masked as clients do it (section 5.3). */
function frame(opcode: number, payload: Buffer, random: Random): Buffer {
  const mask = random.bytes(4);
  const { length } = payload;
  const size = length < 126 ? [0x80 | length] : [0x80 | 127, ...bigEndian(length)];
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] as number));
  return Buffer.concat([Buffer.of(0x80 | opcode, ...size), mask, masked]);
}

function bigEndian(length: number): readonly number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return [...bytes];
}

/** Reads messages until one says what is expected, or too much was said. Frames of one message are one text. */
async function hear(
  connection: Connection,
  read: () => Promise<Buffer | null>,
  expected: string,
  random: Random,
): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  let said: Buffer = Buffer.alloc(0);
  let total = 0;
  for (;;) {
    const one = frameIn(bytes, connection.where);
    if (one === null) {
      const more = await read();
      total += more?.length ?? 0;
      if (more === null || total > limits.probeTalkBytesMax) throw notSaid(connection.where, expected, said);
      bytes = Buffer.concat([bytes, more]);
      continue;
    }
    bytes = bytes.subarray(one.length);
    if (one.opcode === opcodes.ping) connection.write(frame(opcodes.pong, one.payload, random));
    else if (one.opcode === opcodes.close) throw notSaid(connection.where, expected, said);
    else if (one.opcode !== opcodes.pong) {
      said = one.opcode === 0 ? Buffer.concat([said, one.payload]) : one.payload;
      if (said.includes(expected)) return;
    }
  }
}

function notSaid(where: string, expected: string, said: Buffer): Failing {
  return said.length === 0
    ? new Failing("silent", `${where} opened the WebSocket and said nothing.`)
    : new Failing("answer", `${where} did not say ${JSON.stringify(expected)} but ${quoted(said)}.`);
}

/** The first whole frame of these bytes; null: more is needed. */
function frameIn(bytes: Buffer, where: string): { opcode: number; payload: Buffer; length: number } | null {
  if (bytes.length < 2) return null;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  if ((first & 0x70) !== 0 || (second & 0x80) !== 0)
    throw new Failing("malformed", `${where} sent a frame that no server may send.`);
  const short = second & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at) return null;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (length > limits.probeTalkBytesMax)
    throw new Failing("too-large", `${where} sent a message longer than ${limits.probeTalkBytesMax} bytes.`);
  if (bytes.length < at + length) return null;
  return { opcode: first & 15, payload: bytes.subarray(at, at + length), length: at + length };
}
