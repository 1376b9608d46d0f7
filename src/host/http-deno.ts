// HTTP under Deno. In: what listenHttp was asked for. Out: a listener; throws what Deno throws.
// By node:http and node:http2, not by Deno.serve, which never closes a silent connection and cannot be forced to stop once it was asked to.
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { Server as NetServer, Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { limits } from "../base/limits.ts";
import { failedText, type Listener, type ListenOptions, type TlsOptions } from "./http-types.ts";
import { keepAccepting } from "./node-accepting.ts";
import { keepHeadDeadlines } from "./node-deadlines.ts";
import { isLast, refusalOf } from "./node-framing.ts";
import { requestOf, TooLong } from "./node-request.ts";
import { sendResponse } from "./node-response.ts";

/** What is used of Deno itself; all of its types would be a second runtime's globals. */
declare const Deno: {
  listen(at: { hostname: string; port: number }): { readonly addr: { readonly port: number }; close(): void };
};

/** Listens with node:http, or over TLS with node:http2, which speaks HTTP/1.1 too. */
export function listenDeno(options: ListenOptions): Listener {
  const { address = "127.0.0.1", unix } = options;
  const place =
    unix === undefined ? { host: address, port: freePort(address, options.port ?? 0) } : { path: unix };
  let pending = 0;
  let draining = false;
  const inTurn = createTurns();
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<Response> => {
    pending++;
    const response = await responseTo(incoming, options);
    // HTTP/2 has no such field.
    if (isMultiplexed(incoming, options)) response.headers.delete("connection");
    else if (draining || isLast(incoming)) response.headers.set("connection", "close");
    await sendResponse(response, outgoing);
    pending--;
    return response;
  };
  const server = serverOf(options, (incoming, outgoing) => {
    if (isMultiplexed(incoming, options)) return answer(incoming, outgoing);
    headCame(incoming.socket, outgoing);
    return inTurn(incoming.socket, async () => {
      const { headers } = await answer(incoming, outgoing);
      return outgoing.shouldKeepAlive && headers.get("connection") !== "close";
    });
  });
  const headCame = keepHeadDeadlines(server, options.tls !== undefined, idleMsOf(options));
  const open = connectionsOf(server);
  const accepting = keepAccepting(server, open, place);
  const ready = new Promise<void>((resolve, reject) => {
    // For as long as it lives: without a listener, a connection that cannot be taken (too many files) would end the process.
    server.on("error", reject);
    server.listen(place, () => resolve());
  });
  return {
    address: unix ?? address,
    port: place.port ?? 0,
    ready,
    pendingRequests: () => pending,
    drain() {
      draining = true;
    },
    stop: (force = false) =>
      new Promise((resolve) => {
        accepting.stop();
        server.close(() => resolve());
        if (force) for (const socket of open) socket.destroy();
      }),
  };
}

/** HTTP/2, which is spoken over TLS alone here, frames each request by itself. */
function isMultiplexed({ httpVersionMajor }: IncomingMessage, { tls }: ListenOptions): boolean {
  return tls !== undefined && httpVersionMajor === 2;
}

/** node:http2 cannot close what is open, as node:http can. */
function connectionsOf(server: NetServer): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  for (const event of ["connection", "secureConnection"])
    server.on(event, (socket: Socket) => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    });
  return open;
}

/** node:http binds some turns later than it is told to: who cannot have the place hears of it now, and the port's number is needed now. */
function freePort(hostname: string, port: number): number {
  const probe = Deno.listen({ hostname, port });
  probe.close();
  return probe.addr.port;
}

/**
 * Requests of one connection, one after the other: node:http hands over the next while the one before is being answered, also when that is the
 * last one, whose answer ends the connection. `answer` tells whether another one may follow. Who sends many and reads nothing is cut off.
 */
function createTurns(): (socket: Socket, answer: () => Promise<boolean>) => Promise<boolean> {
  const turns = new WeakMap<Socket, { last: Promise<boolean>; waiting: number }>();
  return (socket, answer) => {
    const turn = turns.get(socket) ?? { last: Promise.resolve(true), waiting: 0 };
    turns.set(socket, turn);
    if (socket.destroyed) return turn.last;
    turn.waiting++;
    if (turn.waiting > limits.pipelinedMax) socket.destroy();
    turn.last = turn.last.then((open) => {
      turn.waiting--;
      return open && !socket.destroyed && answer();
    });
    return turn.last;
  };
}

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<unknown>;

function idleMsOf({ idleTimeoutS = 30 }: ListenOptions): number {
  return idleTimeoutS * 1_000;
}

function serverOf(options: ListenOptions, handle: Handler): NetServer {
  const { tls } = options;
  const idleMs = idleMsOf(options);
  // A request without Host is answered by the handler as any other that is wrong.
  const bounds = { headersTimeout: idleMs, keepAliveTimeout: idleMs, requireHostHeader: false };
  if (tls !== undefined) return secureServerOf(tls, { ...bounds, handshakeTimeout: idleMs }, handle);
  const server = createServer(bounds, handle);
  server.setTimeout(idleMs);
  // An expectation that is unknown may be passed over (RFC 9110, 10.1.1); node:http would answer it and let the connection go on.
  server.on("checkExpectation", handle);
  // A tunnel is a request like any other here, on a socket that node:http has already let go of.
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    const outgoing = new ServerResponse(incoming);
    outgoing.assignSocket(socket);
    outgoing.shouldKeepAlive = false;
    void handle(incoming, outgoing).then(() => socket.end());
  });
  return server;
}

function secureServerOf(
  { certificates, http2 }: TlsOptions,
  bounds: { readonly headersTimeout: number; readonly handshakeTimeout: number },
  handle: Handler,
): NetServer {
  const contexts = new Map<string, SecureContext>();
  for (const { names, chain, key } of certificates) {
    const context = createSecureContext({ cert: chain, key });
    for (const name of names) contexts.set(name, context);
  }
  const [first = { chain: "", key: "" }] = certificates;
  const secure = {
    ...bounds,
    cert: first.chain,
    key: first.key,
    allowHTTP1: true,
    SNICallback: (name: string, done: (failed: null, context?: SecureContext) => void): void =>
      done(null, contexts.get(name.toLowerCase()) ?? contexts.get(wildcardOf(name.toLowerCase()))),
  };
  const server = http2 ? createSecureServer(secure) : createHttpsServer(secure);
  server.setTimeout(bounds.headersTimeout);
  // Both speak enough of node:http's own classes to be answered by the same handler.
  server.on("request", handle as never);
  // Too many files, a handshake that fails: the connection's own misfortune.
  server.on("sessionError", () => undefined);
  return server as unknown as Server;
}

/** A wildcard stands for one label (RFC 6125, 6.4.3). */
function wildcardOf(name: string): string {
  return `*${name.slice(name.indexOf("."))}`;
}

/** What the handler throws is a 500. */
async function responseTo(incoming: IncomingMessage, options: ListenOptions): Promise<Response> {
  const tooLong = new TooLong();
  const refusal = isMultiplexed(incoming, options) ? null : refusalOf(incoming);
  if (refusal !== null) {
    options.onRefused?.(reasons[refusal]);
    return new Response(null, { status: refusal, headers: { connection: "close" } });
  }
  try {
    const request = requestOf(incoming, options.bodyBytesMax, tooLong);
    const { remoteAddress } = incoming.socket;
    return await options.fetch(request, { address: remoteAddress ?? null });
  } catch (thrown) {
    if (!tooLong.isSo) {
      options.onDefect?.(thrown);
      return new Response(failedText, { status: 500 });
    }
    options.onRefused?.("body-too-long");
    return new Response(null, { status: 413, headers: { connection: "close" } });
  }
}

const reasons = { 400: "framing", 431: "head-too-long", 505: "version" } as const;
