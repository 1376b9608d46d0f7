// What looks are made with in tests: loopback is allowed, as an operator allows a network of their own. In: a target. Out: what was found.
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { authoritiesOf } from "../../src/host/dial-secure.ts";
import { allowedOf } from "../../src/host/reach.ts";
import type { HttpTarget } from "../../src/model/check.ts";
import { look } from "../../src/monitor/checks.ts";
import type { Found, LookedAt, LookTerms } from "../../src/monitor/types.ts";

const loopback = allowedOf(["127.0.0.0/8", "::1"]);
if (!loopback.ok) throw new Error(loopback.wrong);
export const allowed = loopback.value;

const roomy = { take: () => true, give: () => {} };

/** Looks once, by the machine's clock. */
export async function lookAt(
  target: LookedAt,
  terms: Partial<LookTerms> & { trust?: string } = {},
): Promise<Found> {
  const timeoutMs = terms.timeoutMs ?? 5_000;
  const called = new AbortController();
  const deadline = setTimeout(() => called.abort(), timeoutMs);
  const authorities = terms.trust === undefined ? undefined : authoritiesOf([terms.trust]);
  const usual = { clock: systemClock, random: systemRandom, allowed, authorities, room: roomy };
  try {
    return await look(target, { ...usual, signal: called.signal, ...terms, timeoutMs });
  } finally {
    clearTimeout(deadline);
  }
}

export const httpTarget = (url: string, more: Partial<HttpTarget> = {}): HttpTarget => ({
  kind: "http",
  url,
  method: "GET",
  headers: [],
  body: null,
  statuses: "200-299",
  keyword: null,
  keywordAbsent: false,
  json: null,
  redirectsMax: 0,
  certificateDays: null,
  ...more,
});

const opened: { close(): void }[] = [];

async function listening<S extends Server>(server: S, host: string): Promise<number> {
  await new Promise<void>((done) => server.listen(0, host, done));
  return (server.address() as AddressInfo).port;
}

/** Ends with `closeAll`. */
export async function serveHttp(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${await listening(server, "127.0.0.1")}`;
}

/** A listener that does with a connection what it likes. */
export async function serveTcp(talk: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    talk(socket);
  });
  opened.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return listening(server, "127.0.0.1");
}

/** What any request is answered with, to the byte, after which the connection ends or stays open. */
export function serveBytes(answer: string | Uint8Array, end = true): Promise<number> {
  return serveTcp((socket) => {
    socket.once("data", () => {
      socket.write(answer);
      if (end) socket.end();
    });
  });
}

export function closeAll(): void {
  for (const one of opened.splice(0)) one.close();
}
