// HTTP under Deno. In: what listenHttp was asked for. Out: a listener; throws what Deno throws.
// By node:http, not by Deno.serve, which never closes a silent connection and cannot be forced to stop once it was asked to.
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { failedText, type Listener, type ListenOptions } from "./http-types.ts";
import { requestOf, TooLong } from "./node-request.ts";
import { sendResponse } from "./node-response.ts";

/** What is used of Deno itself; all of its types would be a second runtime's globals. */
declare const Deno: {
  listen(at: { hostname: string; port: number }): { readonly addr: { readonly port: number }; close(): void };
};

/** Listens with node:http. */
export function listenDeno(options: ListenOptions): Listener {
  const { address = "127.0.0.1", unix } = options;
  const place =
    unix === undefined ? { host: address, port: freePort(address, options.port ?? 0) } : { path: unix };
  let pending = 0;
  const server = serverOf(options, async (incoming, outgoing) => {
    pending++;
    await sendResponse(await responseTo(incoming, options), outgoing);
    pending--;
  });
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
    stop: (force = false) =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (force) server.closeAllConnections();
      }),
  };
}

/** node:http binds some turns later than it is told to: who cannot have the place hears of it now, and the port's number is needed now. */
function freePort(hostname: string, port: number): number {
  const probe = Deno.listen({ hostname, port });
  probe.close();
  return probe.addr.port;
}

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

function serverOf({ idleTimeoutS = 30 }: ListenOptions, handle: Handler): Server {
  const idleMs = idleTimeoutS * 1_000;
  // A request without Host is answered by the handler as any other that is wrong.
  const server = createServer(
    { headersTimeout: idleMs, keepAliveTimeout: idleMs, requireHostHeader: false },
    handle,
  );
  server.setTimeout(idleMs);
  // A tunnel is a request like any other here, on a socket that node:http has already let go of.
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    const outgoing = new ServerResponse(incoming);
    outgoing.assignSocket(socket);
    outgoing.shouldKeepAlive = false;
    outgoing.once("finish", () => socket.end());
    handle(incoming, outgoing);
  });
  return server;
}

/** What the handler throws is a 500. */
async function responseTo(incoming: IncomingMessage, options: ListenOptions): Promise<Response> {
  const tooLong = new TooLong();
  try {
    const request = requestOf(incoming, options.bodyBytesMax, tooLong);
    return await options.fetch(request, {
      address: incoming.socket.remoteAddress ?? null,
      secure: false,
    });
  } catch {
    if (!tooLong.isSo) return new Response(failedText, { status: 500 });
    return new Response(null, { status: 413, headers: { connection: "close" } });
  }
}
