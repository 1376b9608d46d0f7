// TCP connections, whatever is spoken on them. In: a place, who speaks. Out: a listener; a taken port becomes Fault `port-taken`.
import { createServer, type Socket } from "node:net";
import type { Peer } from "./asked.ts";
import { bindFault } from "./http.ts";
import { runtime } from "./runtime.ts";
import type { PausableWire, Speaker } from "./wire.ts";
import { BunWire } from "./wire-bun.ts";

export interface StreamOptions {
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Other processes listen on the same port. Bun alone. */
  readonly shared: boolean;
  /** A connection is there: what comes on it is for the speaker. */
  open(wire: PausableWire, peer: Peer): Speaker;
}

export interface StreamListener {
  readonly port: number;
  /** Takes no more connections; those that are there are their speakers' to end. */
  stop(): void;
}

/** Throws Fault `port-taken` or `address-refused`. */
export async function listenStreams(options: StreamOptions): Promise<StreamListener> {
  try {
    return runtime === "bun" ? openBun(options) : await openNode(options);
  } catch (thrown) {
    throw bindFault(`${options.address}:${options.port} (TCP)`, thrown);
  }
}

function openBun({ address, port, shared, open }: StreamOptions): StreamListener {
  const server = Bun.listen<Speaker>({
    hostname: address,
    port,
    reusePort: shared,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const wire = new BunWire(socket);
        socket.data = open(wire, wire);
      },
      data: (socket, bytes) => socket.data.take(bytes),
      drain: (socket) => socket.data.drained(),
      end: (socket) => socket.data.ended(),
      close: (socket) => socket.data.closed(),
      // It is closed after this, and `close` is told.
      error: () => undefined,
    },
  } as Bun.TCPSocketListenOptions<Speaker>);
  return { port: server.port, stop: () => server.stop(false) };
}

function openNode({ address, port, open }: StreamOptions): Promise<StreamListener> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const speaker = open(new NodeWire(socket), { address: socket.remoteAddress ?? null });
    socket.on("data", (bytes) => speaker.take(bytes));
    socket.on("drain", () => speaker.drained());
    socket.on("end", () => speaker.ended());
    socket.on("close", () => speaker.closed());
    socket.on("error", () => undefined);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port }, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      const at = server.address();
      resolve({
        port: typeof at === "object" && at !== null ? at.port : port,
        stop: () => void server.close(),
      });
    });
  });
}

/** Node's sockets keep what the kernel does not take: so one piece at a time. */
class NodeWire implements PausableWire {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
  }
  write(bytes: Uint8Array, from: number, length: number): number {
    if (this.#socket.writableNeedDrain) return 0;
    this.#socket.write(bytes.subarray(from, from + length));
    return length;
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  shut(): void {
    this.#socket.end();
  }
  end(): void {
    this.#socket.destroySoon();
  }
  close(): void {
    this.#socket.destroy();
  }
}
