// Where visitors come in. In: a plain place, a place for TLS, one handler. Out: one listener of both, whose certificates follow their files.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Listener } from "../host/http.ts";
import { listenVisitors, type VisitorOptions } from "../host/visitors.ts";
import type { Certificates } from "./certificates.ts";
import { remarksOf } from "./listener-remarks.ts";
import { createRedirect } from "./redirect.ts";
import { openSecure } from "./secure-listener.ts";

export interface TlsPlace {
  readonly host: string;
  readonly port: number;
  /** Already read. */
  readonly certificates: Certificates;
  /** What was wrong with others. */
  readonly refused: readonly string[];
  readonly http2: boolean;
  readonly http3: boolean;
  /** See `TlsOptions`. */
  readonly publicPort: number | null;
  /** See `RedirectOptions`. */
  readonly challenges: string | null;
}

export interface ListenersOptions extends Pick<VisitorOptions, "answer" | "bodyBytesMax"> {
  readonly address: string;
  readonly port: number;
  /** Other processes listen on the same ports. */
  readonly shared: boolean;
  readonly tls?: TlsPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Listeners extends Listener {
  /** Port of TLS; null without. */
  readonly tlsPort: number | null;
  /** Looks at the certificates' files now. */
  reload(): Promise<void>;
}

/** With TLS the plain port only leads there. Throws what `listenVisitors` throws. */
export function openListeners(options: ListenersOptions): Listeners {
  const { address, port, shared, tls = null, bodyBytesMax, answer, clock } = options;
  const remarks = remarksOf(options);
  const plain = { address, port, reusePort: shared, bodyBytesMax, remarks, clock };
  if (tls === null) {
    const only = listenVisitors({ ...plain, answer });
    return { ...only, tlsPort: null, reload: async () => undefined };
  }
  const secure = openSecure({ ...options, tls, remarks });
  const redirect = createRedirect({ port: tls.publicPort ?? secure.port, challenges: tls.challenges });
  const beside = openOr(() => listenVisitors({ ...plain, answer: redirect }), secure);
  return {
    address: beside.address,
    port: beside.port,
    tlsPort: secure.port,
    ready: Promise.all([beside.ready, secure.ready]).then(() => undefined),
    pendingRequests: () => beside.pendingRequests() + secure.pendingRequests(),
    drain() {
      beside.drain();
      secure.drain();
    },
    stop: async (force) => void (await Promise.all([beside.stop(force), secure.stop(force)])),
    reload: secure.reload,
  };
}

function openOr(open: () => Listener, first: Listener): Listener {
  try {
    return open();
  } catch (thrown) {
    void first.stop(true);
    throw thrown;
  }
}
