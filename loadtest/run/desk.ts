// The visitors' resolver, and where k6 says that it begins. In: pharos dns. Out: a page of JSON for each virtual user that asks: addresses, and for how long.
// k6 takes one address a name and asks the system for it, so visitors ask here. It stands for the many resolvers of a real network: each asked at
// another moment, so what is left of an answer's time is a matter of chance.
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "../lib/addresses.ts";

export interface Desk {
  readonly url: string;
  /** Resolves when the first visit is due. */
  readonly begun: Promise<void>;
  /** One more that the name leads to, as after its entry into the plan of steering. */
  add(address: string): void;
  /** Answers of the DNS server that did not come. */
  missed(): number;
  end(): Promise<void>;
}

export interface DeskOptions {
  /** `host:port` of the DNS server and the name; null: `fixed` is all there is. */
  readonly dns: { readonly listen: string; readonly name: string } | null;
  readonly fixed: readonly string[];
  /** Port of visitors, for DNS names none. */
  readonly port: number;
}

const askEveryMs = 1_000;
const answerMsMax = 900;

export async function openDesk({ dns, fixed, port }: DeskOptions): Promise<Desk> {
  let held: Answer = { addresses: fixed, ttlMs: 20_000 };
  let missed = 0;
  const added: string[] = [];
  const begun = Promise.withResolvers<void>();

  async function ask(): Promise<void> {
    if (dns === null) return;
    const answer = await askAddresses(dns.listen, dns.name);
    if (answer === null) missed++;
    else held = { ...answer, addresses: answer.addresses.map((ip) => `${ip}:${port}`) };
  }

  const server = createServer((request, response) => {
    if (request.url === "/begun") begun.resolve();
    const ttlMs = Math.ceil(Math.random() * held.ttlMs);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ addresses: [...held.addresses, ...added], ttlMs } satisfies Answer));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await ask();
  const asking = setInterval(() => void ask(), askEveryMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begun: begun.promise,
    add: (address) => void added.push(address),
    missed: () => missed,
    async end() {
      clearInterval(asking);
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** One question over UDP (RFC 1035): type A, class IN. Null where no answer came, or one without addresses. */
function askAddresses(listen: string, name: string): Promise<Answer | null> {
  const [host = "", port = ""] = listen.split(":");
  const socket = createSocket("udp4");
  const id = Math.floor(Math.random() * 65_536);
  return new Promise((done) => {
    const end = (answer: Answer | null): void => {
      clearTimeout(deadline);
      socket.close();
      done(answer);
    };
    const deadline = setTimeout(() => end(null), answerMsMax);
    socket.once("error", () => end(null));
    socket.once("message", (message) => end(readAnswer(message, id)));
    socket.send(questionOf(id, name), Number(port), host);
  });
}

export function questionOf(id: number, name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  return Buffer.concat([
    Buffer.of(id >> 8, id & 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0),
    ...labels,
    Buffer.of(0, 0, 1, 0, 1),
  ]);
}

/** Addresses and the shortest time to live; null for what is no good answer to `id`. */
export function readAnswer(message: Buffer, id: number): Answer | null {
  if (message.length < 12 || message.readUInt16BE(0) !== id || (message.readUInt8(3) & 15) !== 0) return null;
  const records = message.readUInt16BE(6);
  let at = afterName(message, 12) + 4;
  const addresses: string[] = [];
  let ttlMs = Number.POSITIVE_INFINITY;
  for (let record = 0; record < records; record++) {
    at = afterName(message, at);
    if (at + 10 > message.length) return null;
    const [type, ttl, length] = [
      message.readUInt16BE(at),
      message.readUInt32BE(at + 4),
      message.readUInt16BE(at + 8),
    ];
    at += 10;
    if (at + length > message.length) return null;
    if (type === 1 && length === 4) {
      addresses.push([...message.subarray(at, at + 4)].join("."));
      ttlMs = Math.min(ttlMs, ttl * 1_000);
    }
    at += length;
  }
  return addresses.length === 0 ? null : { addresses, ttlMs };
}

function afterName(message: Buffer, from: number): number {
  let at = from;
  while (at < message.length) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
  return message.length;
}
