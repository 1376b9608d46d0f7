// Asks one name server one question. In: name, type, where it listens. Out: the answer, decoded.
// By UDP, again where none comes, and by TCP where the answer did not fit (RFC 1035, RFC 7766).
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { isIP } from "node:net";
import { type DecodedPacket, decode, encode, RECURSION_DESIRED } from "dns-packet";
import { limits } from "../base/limits.ts";
import { dialSocket } from "../host/dial.ts";
import type { DialPolicy, Reached } from "../host/reach.ts";
import type { DnsTarget } from "../model/check.ts";
import { Failing, failingOf } from "./failing.ts";
import type { LookTerms } from "./types.ts";

export interface NameServer extends Reached {
  readonly port: number;
  /** The machine's own resolver, or one that somebody gave. */
  readonly policy: DialPolicy;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: DnsTarget["type"];
}

/** Throws Failing. */
export async function askDns(
  { name, type }: Pick<DnsTarget, "name" | "type">,
  server: NameServer,
  terms: LookTerms,
): Promise<DecodedPacket> {
  const question = { id: terms.random.below(65_536), name: name.replace(/\.$/, ""), type };
  const query = encode({
    type: "query",
    id: question.id,
    flags: RECURSION_DESIRED,
    questions: [{ type, name: question.name, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        flags: 0,
        options: [],
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: false,
      },
    ],
  });
  const where = `${isIP(server.address) === 6 ? `[${server.address}]` : server.address}:${server.port}`;
  const answer = await overUdp(query, question, server, terms, where);
  return answer.flag_tc ? overTcp(query, question, server, terms, where) : answer;
}

function overUdp(
  query: Buffer,
  question: Question,
  server: NameServer,
  { clock, signal }: LookTerms,
  where: string,
): Promise<DecodedPacket> {
  signal.throwIfAborted();
  const socket: Datagrams = createSocket(server.family === 6 ? "udp6" : "udp4");
  return new Promise<DecodedPacket>((resolve, reject) => {
    let again = clock.after(0, send);
    function send(): void {
      socket.send(query, server.port, server.address);
      again = clock.after(limits.dnsAgainMs, send);
    }
    const onAbort = (): void => over(() => reject(signal.reason));
    function over(settle: () => void): void {
      again.cancel();
      signal.removeEventListener("abort", onAbort);
      socket.close();
      settle();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => over(() => reject(failingOf(error, where))));
    socket.on("message", (bytes, from) => {
      // Anyone may send to this port: only the server that was asked is heard.
      if (from.address !== server.address || from.port !== server.port) return;
      const answer = answerIn(bytes, question);
      if (answer === "another") return;
      over(() => (answer === null ? reject(unreadable(where)) : resolve(answer)));
    });
  });
}

async function overTcp(
  query: Buffer,
  question: Question,
  { address, port, policy }: NameServer,
  { allowed, timeoutMs, signal }: LookTerms,
  where: string,
): Promise<DecodedPacket> {
  let bytes = Buffer.alloc(0);
  try {
    const socket = await dialSocket({ host: address, port }, { policy, allowed, timeoutMs, signal });
    const stop = (): void => void socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      socket.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]));
      for await (const more of socket) {
        bytes = Buffer.concat([bytes, more as Buffer]);
        if (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) break;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      socket.destroy();
    }
  } catch (thrown) {
    throw failingOf(thrown, where);
  }
  const answer = answerIn(bytes.subarray(2), question);
  if (answer === null || answer === "another") throw unreadable(where);
  return answer;
}

const unreadable = (where: string): Failing =>
  new Failing("malformed", `${where} answered with what is no answer of DNS.`);

/** Null: it cannot be read. */
function answerIn(bytes: Buffer, { id, name, type }: Question): DecodedPacket | "another" | null {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return "another";
  try {
    const answer = decode(bytes);
    const [asked] = answer.questions ?? [];
    const isOurs =
      asked === undefined || (asked.type === type && asked.name.toLowerCase() === name.toLowerCase());
    return answer.type === "response" && isOurs ? answer : "another";
  } catch (thrown) {
    if (thrown instanceof Error) return null;
    throw thrown;
  }
}
