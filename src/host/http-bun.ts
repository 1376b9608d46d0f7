// HTTP by Bun. In: what listenHttp was asked for. Out: a listener; throws what Bun throws.
import { failedText, type Listener, type ListenOptions, type Peer, type TlsOptions } from "./http-types.ts";

/** Listens with Bun.serve, which keeps the bound of bodies and closes idle connections itself. */
export function listenBun(options: ListenOptions): Listener {
  const secure = options.tls !== undefined;
  let draining = false;
  const handlerOf = (path: string | null) => (request: Request, bun: Asked) => {
    const answer = options.fetch(request, new BunPeer(secure, path, request, bun));
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
    maxRequestBodySize: options.bodyBytesMax,
    idleTimeout: options.idleTimeoutS ?? 30,
    development: false,
    // A route has its path from the router; the URL's text costs a microsecond, and is made only where it is asked for.
    routes: Object.fromEntries((options.paths ?? []).map((path) => [path, handlerOf(path)])),
    fetch: handlerOf(null),
    error: () => new Response(failedText, { status: 500 }),
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

type Asked = { requestIP(request: Request): { address: string } | null };

/** A class: a getter written out in the handler would be made anew for each request, and most are never asked. */
class BunPeer implements Peer {
  readonly secure: boolean;
  readonly path: string | null;
  readonly #request: Request;
  readonly #bun: Asked;
  constructor(secure: boolean, path: string | null, request: Request, bun: Asked) {
    this.secure = secure;
    this.path = path;
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
