// Visitors over plain TCP, by Bun's sockets. In: a place, who answers. Out: a listener of HTTP/1.1; throws what Bun throws.
// Bun.serve with a constant answer is slower than nginx with a file, and does not close who reads slowly: see ARCHITECTURE.md.
import { type Clock, every } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Answering } from "./asked.ts";
import type { Listener } from "./http-types.ts";
import { createHttp1 } from "./http1.ts";
import type { Remarks } from "./remarks.ts";
import type { Speaker } from "./wire.ts";
import { BunWire } from "./wire-bun.ts";

export interface PlainOptions {
  readonly address?: string;
  readonly port?: number;
  readonly reusePort?: boolean;
  readonly bodyBytesMax: number;
  readonly idleTimeoutS?: number;
  readonly answer: Answering;
  readonly remarks: Remarks;
  readonly clock: Clock;
}

export function listenPlain(options: PlainOptions): Listener {
  const { address = "127.0.0.1", port = 0, reusePort = false, idleTimeoutS = 30 } = options;
  const { answer, bodyBytesMax, remarks, clock } = options;
  const http = createHttp1({
    answer,
    bodyBytesMax,
    secure: false,
    idleMs: idleTimeoutS * 1_000,
    wallMs: clock.wallMs(),
    remarks,
  });
  http.tick(clock.monotonicMs(), clock.wallMs());
  const server = Bun.listen<Speaker>({
    hostname: address,
    port,
    reusePort,
    // A client may end its side and still read.
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const wire = new BunWire(socket);
        socket.data = http.open(wire, wire);
      },
      data: (socket, bytes) => socket.data.take(bytes),
      drain: (socket) => socket.data.drained(),
      end: (socket) => socket.data.ended(),
      close: (socket) => socket.data.closed(),
      // It is closed after this, and `close` is told.
      error: () => undefined,
    },
  } as Bun.TCPSocketListenOptions<Speaker>);
  const looking = every(clock, limits.connectionsLookMs, () =>
    http.tick(clock.monotonicMs(), clock.wallMs()),
  );
  let isListening = true;
  return {
    address,
    port: server.port,
    ready: Promise.resolve(),
    pendingRequests: http.pendingRequests,
    drain: http.drain,
    async stop(force = false) {
      if (isListening) server.stop(false);
      isListening = false;
      await http.stop(force);
      looking.cancel();
    },
  };
}
