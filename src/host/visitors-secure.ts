// Visitors over TLS, by Bun's sockets. In: a place, certificates, who answers. Out: a listener of HTTP/2 and HTTP/1.1, as clients choose, and of
// HTTP/3 beside them where that is asked for; throws what Bun throws.
import { type Clock, every } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Answer, Answering } from "./asked.ts";
import { listenBun } from "./http-bun.ts";
import type { Listener, TlsOptions } from "./http-types.ts";
import { createHttp1 } from "./http1.ts";
import { createHttp2 } from "./http2.ts";
import { guarded, type Remarks } from "./remarks.ts";
import { listenSecurely, type SecureSockets } from "./secure-sockets.ts";
import { fetchOf } from "./visitors-fetch.ts";

export interface SecureOptions {
  readonly address?: string;
  readonly port?: number;
  readonly reusePort?: boolean;
  readonly tls: TlsOptions;
  readonly bodyBytesMax: number;
  readonly idleTimeoutS?: number;
  readonly answer: Answering;
  readonly remarks: Remarks;
  readonly clock: Clock;
}

export function listenSecure(options: SecureOptions): Listener {
  const { address = "127.0.0.1", port = 0, reusePort = false, idleTimeoutS = 30, tls } = options;
  const { bodyBytesMax, remarks, clock } = options;
  const sockets = listenSecurely({
    address,
    port,
    reusePort,
    certificates: tls.certificates,
    protocols: tls.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    // No connection is there before this turn has ended.
    speak: (protocol, wire, peer) => (protocol === "h2" ? two : one).open(wire, peer),
  });
  const answer = tls.http3 ? naming(tls.publicPort ?? sockets.port, options.answer) : options.answer;
  const common = { answer, idleMs: idleTimeoutS * 1_000, wallMs: clock.wallMs(), remarks };
  const one = createHttp1({ ...common, bodyBytesMax, secure: true });
  const two = createHttp2(common);
  const all = tls.http3 ? [one, two, listenQuic(options, sockets)] : [one, two];
  const look = (): void => {
    const nowMs = clock.monotonicMs();
    for (const each of [one, two]) each.tick(nowMs, clock.wallMs());
    sockets.tick(nowMs);
  };
  look();
  const looking = every(clock, limits.connectionsLookMs, look);
  return {
    address,
    port: sockets.port,
    ready: Promise.resolve(),
    pendingRequests: () => all.reduce((sum, each) => sum + each.pendingRequests(), 0),
    close: sockets.close,
    drain() {
      for (const each of all) each.drain();
    },
    async stop(force = false) {
      sockets.close();
      // Whoever was taken in before the door was closed has nowhere else to go.
      await sockets.settle(force);
      await Promise.all(all.map((each) => each.stop(force)));
      looking.cancel();
    },
  };
}

/** HTTP/3 alone, on the UDP port of the same number: Bun's own. */
function listenQuic(
  { tls, answer, remarks, ...options }: SecureOptions,
  { port, close }: SecureSockets,
): Listener {
  try {
    return listenBun(
      { ...options, port, tls: { ...tls, http2: false }, fetch: fetchOf(guarded(answer, remarks), true) },
      false,
    );
  } catch (thrown) {
    close();
    throw thrown;
  }
}

/** Each answer says where HTTP/3 is (RFC 7838, 3). */
function naming(port: number, answering: Answering): Answering {
  const line = ["alt-svc", `h3=":${port}"; ma=86400`] as const;
  const made = new WeakMap<Answer, Answer>();
  const named = (answer: Answer): Answer => {
    const known = made.get(answer);
    if (known !== undefined) return known;
    const fresh = { ...answer, fields: [...answer.fields, line] };
    made.set(answer, fresh);
    return fresh;
  };
  return (asked, peer) => {
    const answer = answering(asked, peer);
    return answer instanceof Promise ? answer.then(named) : named(answer);
  };
}
