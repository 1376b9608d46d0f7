// Listening for HTTP. In: an address and a fetch handler. Out: a listener that says where it listens and can stop.
// One of the few files that know the runtime; everything above speaks Request and Response.
import { Fault, messageOf } from "../base/fault.ts";

export interface ListenOptions {
  /** IP address to bind, or `unix` instead. */
  readonly address?: string;
  /** 0 lets the system choose. */
  readonly port?: number;
  /** Path of a unix socket. */
  readonly unix?: string;
  /** Several processes on one address and port (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Largest request body in bytes. */
  readonly bodyBytesMax: number;
  /** A connection without traffic is closed after this (s, at most 255); streams must speak more often. */
  readonly idleTimeoutS?: number;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
}

/** Who asked, and the listener's own gauges. */
export interface Peer {
  readonly address: string | null;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  pendingRequests(): number;
  /** Stops accepting; `force` also closes what is open. */
  stop(force?: boolean): Promise<void>;
}

/**
 * Listens. Throws Fault `port-taken` when the port is in use and `address-refused` for any other refusal.
 */
export function listenHttp(options: ListenOptions): Listener {
  const at = options.unix ?? `${options.address ?? "127.0.0.1"}:${options.port ?? 0}`;
  try {
    const server = Bun.serve({
      ...(options.unix === undefined
        ? {
            hostname: options.address ?? "127.0.0.1",
            port: options.port ?? 0,
            reusePort: options.reusePort ?? false,
          }
        : { unix: options.unix }),
      maxRequestBodySize: options.bodyBytesMax,
      idleTimeout: options.idleTimeoutS ?? 30,
      development: false,
      fetch(request: Request, bun: { requestIP(request: Request): { address: string } | null }) {
        return options.fetch(request, {
          get address() {
            return bun.requestIP(request)?.address ?? null;
          },
        });
      },
      error: () =>
        new Response("The server failed to answer. It has written why to its log.\n", { status: 500 }),
    } as unknown as Parameters<typeof Bun.serve>[0]);
    return {
      address: options.address ?? options.unix ?? "127.0.0.1",
      port: server.port ?? 0,
      pendingRequests: () => server.pendingRequests,
      stop: async (force = false) => {
        await server.stop(force);
      },
    };
  } catch (thrown) {
    throw bindFault(at, thrown);
  }
}

function bindFault(at: string, thrown: unknown): Fault {
  const says = messageOf(thrown);
  const code = (thrown as { code?: string }).code ?? "";
  if (code === "EADDRINUSE" || /EADDRINUSE|in use/i.test(says)) {
    return new Fault(
      "port-taken",
      `${at} is taken by another process.`,
      "Stop that process, or name another address or port.",
      {
        cause: thrown,
      },
    );
  }
  return new Fault(
    "address-refused",
    `Cannot listen on ${at}: ${says}.`,
    "Name an address of this machine and a port that this user may bind (above 1023 without privileges).",
    { cause: thrown },
  );
}
