// HTTP by Bun. In: what listenHttp was asked for. Out: a listener; throws what Bun throws.
import { failedText, type Listener, type ListenOptions } from "./http-types.ts";

/** Listens with Bun.serve, which keeps the bound of bodies and closes idle connections itself. */
export function listenBun(options: ListenOptions): Listener {
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
        secure: false,
        get address() {
          return bun.requestIP(request)?.address ?? null;
        },
      });
    },
    error: () => new Response(failedText, { status: 500 }),
  } as unknown as Parameters<typeof Bun.serve>[0]);
  return {
    address: options.address ?? options.unix ?? "127.0.0.1",
    port: server.port ?? 0,
    ready: Promise.resolve(),
    pendingRequests: () => server.pendingRequests,
    stop: async (force = false) => {
      await server.stop(force);
    },
  };
}
