// HTTP by Bun. In: what listenHttp was asked for. Out: a listener; throws what Bun throws.
import type { Peer } from "./asked.ts";
import { failedText, type Listener, type ListenOptions, type TlsOptions } from "./http-types.ts";

/** Listens with Bun.serve, which keeps the bound of bodies and closes idle connections itself. Without `http1` by QUIC alone, if that is asked for. */
export function listenBun(options: ListenOptions, http1 = true): Listener {
  let draining = false;
  const fetch = (request: Request, bun: BunServer) => {
    const answer = options.fetch(request, new BunPeer(request, bun));
    if (!draining) return answer;
    return answer instanceof Promise ? answer.then(lastOfConnection) : lastOfConnection(answer);
  };
  const server = Bun.serve({
    ...(options.unix === undefined
      ? {
          hostname: options.address ?? "127.0.0.1",
          port: options.port ?? 0,
          reusePort: options.reusePort ?? false,
        }
      : { unix: options.unix }),
    ...(options.tls === undefined ? {} : secureOf(options.tls)),
    http1,
    maxRequestBodySize: options.bodyBytesMax,
    idleTimeout: options.idleTimeoutS ?? 30,
    development: false,
    fetch,
    error: (thrown: unknown) => {
      options.onDefect?.(thrown);
      return new Response(failedText, { status: 500 });
    },
  } as unknown as Parameters<typeof Bun.serve>[0]);
  return {
    address: options.address ?? options.unix ?? "127.0.0.1",
    port: server.port ?? 0,
    ready: Promise.resolve(),
    pendingRequests: () => server.pendingRequests,
    drain() {
      draining = true;
    },
    stop: async (force = false) => {
      await server.stop(force);
    },
  };
}

type BunServer = { requestIP(request: Request): { address: string } | null };

/** A class: a getter written out in the handler would be made anew for each request, and most are never asked. */
class BunPeer implements Peer {
  readonly #request: Request;
  readonly #bun: BunServer;
  constructor(request: Request, bun: BunServer) {
    this.#request = request;
    this.#bun = bun;
  }
  get address(): string | null {
    return this.#bun.requestIP(this.#request)?.address ?? null;
  }
}

/** Bun leaves the field out of HTTP/2 and 3, where it would be malformed. */
function lastOfConnection(response: Response): Response {
  response.headers.set("connection", "close");
  return response;
}

/** One entry a name: Bun finds them by hash, 1,000 of them take 40 ms (EC) to 250 ms (RSA) and 10 to 20 MB. */
function secureOf({ certificates, http2, http3 }: TlsOptions) {
  const [first] = certificates;
  const entry = ({ chain, key }: { chain: string; key: string }) => ({ cert: chain, key });
  return {
    tls: [
      ...(first === undefined ? [] : [entry(first)]),
      ...certificates.flatMap((one) => one.names.map((serverName) => ({ ...entry(one), serverName }))),
    ],
    http2,
    http3,
  };
}
