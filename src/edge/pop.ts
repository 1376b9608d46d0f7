// All of a POP in one process. In: what the operator set. Out: a writer and a listener that run until they are stopped.
import { limits } from "../base/limits.ts";
import { listenHttp } from "../host/http.ts";
import type { Place, PopOptions, Running } from "./pop-options.ts";
import { openSyncer } from "./pop-syncer.ts";
import { listen, openAccessLog, readTls, stopListening } from "./pop-worker.ts";

export interface RunningWhole extends Running {
  readonly tlsPort: number | null;
  /** Looks at the certificates' files now. */
  reload(): Promise<void>;
  readonly opsPort: number;
  readonly feedPort: number;
}

/** All of a POP in this process. */
export async function runWhole(options: PopOptions): Promise<RunningWhole> {
  const tls = await readTls(options);
  // Its listener is always shared.
  if (tls !== null) await checkPlace(tls);
  const { store, syncer, link, port, stop } = await openSyncer(options);
  try {
    const accessLog = openAccessLog(options);
    const listener = listen({ ...options, tls, accessLog }, store, link, false, syncer.takeDamaged);
    await listener.ready;
    return {
      tlsPort: listener.tlsPort,
      reload: listener.reload,
      port: listener.port,
      opsPort: port,
      feedPort: syncer.feedPort,
      async stop() {
        await stopListening(listener, options.clock);
        await accessLog?.stop();
        await stop();
      },
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/**
 * Is this place free? Listens alone for a moment and gives the port. Workers share their port with anyone of this user who shares too, so
 * a second POP on the same port would otherwise take half of the requests in silence. Throws Fault `port-taken` or `address-refused`.
 */
export async function checkPlace({ host, port }: Place): Promise<Place> {
  const listener = listenHttp({
    address: host,
    port,
    bodyBytesMax: limits.requestBodyBytesMax,
    fetch: () => new Response(null, { status: 503 }),
  });
  await listener.stop(true);
  return { host, port: listener.port };
}
