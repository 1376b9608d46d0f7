// TLS connections by Bun's sockets. In: a place, certificates, the protocols that are spoken there. Out: each connection, once its handshake is
// through, to whoever speaks the protocol that was agreed on; no new ones from one moment to the next, while the open ones live on.
import { createServer, type Server } from "node:tls";
import { limits } from "../base/limits.ts";
import type { Peer } from "./asked.ts";
import type { Certificate } from "./http-types.ts";
import { OpenOnes } from "./open-ones.ts";
import type { PausableWire, Speaker } from "./wire.ts";
import { BunWire } from "./wire-bun.ts";

export interface SecureSocketsOptions {
  readonly address: string;
  readonly port: number;
  readonly reusePort: boolean;
  /** The first is shown to who names no host, or one that none is for. */
  readonly certificates: readonly Certificate[];
  /** Names of ALPN (RFC 7301), the one that is liked best first. */
  readonly protocols: readonly string[];
  /** `protocol`: null where the client named none. */
  speak(protocol: string | null, wire: PausableWire, peer: Peer): Speaker;
}

export interface SecureSockets {
  readonly port: number;
  /** Takes no more connections. */
  close(): void;
  /** Called about once a second: who has begun no handshake, or does not end it, has had his time. */
  tick(nowMs: number): void;
  /** Resolves when no handshake is under way any more; one that takes longer than `lastReadMs`, or any by `force`, is cut off. */
  settle(force: boolean): Promise<void>;
}

type Socket = Bun.Socket<Held>;

interface Held {
  readonly openedMs: number;
  speaker: Speaker | null;
}

/** Throws what `Bun.listen` throws. */
export function listenSecurely(options: SecureSocketsOptions): SecureSockets {
  const { address: hostname, port, reusePort, certificates, protocols, speak } = options;
  /** Connections without a speaker. */
  const unspoken = new OpenOnes<Socket>();
  let nowMs = 0;
  let settleMs = Number.POSITIVE_INFINITY;
  const [first] = certificates;
  const listener = Bun.listen<Held>({
    hostname,
    port,
    reusePort,
    // A client may end its side and still read.
    allowHalfOpen: true,
    tls: { cert: first?.chain ?? "", key: first?.key ?? "", ALPNProtocols: namesOf(protocols) },
    socket: {
      binaryType: "uint8array",
      open(socket) {
        socket.data = { openedMs: nowMs, speaker: null };
        unspoken.add(socket);
      },
      handshake(socket, isThrough) {
        if (!isThrough) {
          unspoken.delete(socket);
          return socket.terminate();
        }
        const protocol = socket.alpnProtocol;
        const wire = new BunWire(socket);
        socket.data.speaker = speak(protocol === false ? null : protocol, wire, wire);
        unspoken.delete(socket);
      },
      data(socket, bytes) {
        socket.data.speaker?.take(bytes);
      },
      drain(socket) {
        socket.data.speaker?.drained();
      },
      end(socket) {
        socket.data.speaker?.ended();
      },
      close(socket) {
        unspoken.delete(socket);
        socket.data.speaker?.closed();
        socket.data.speaker = null;
      },
      // TLS failed, or one of us threw: no connection goes on after that.
      error: (socket) => socket.terminate(),
    },
  } as Bun.TCPSocketListenOptions<Held>);
  showByName(listener, certificates);
  const end = (isDue: (openedMs: number) => boolean): void => {
    for (const socket of [...unspoken]) if (isDue(socket.data.openedMs)) socket.terminate();
  };
  let isOpen = true;
  return {
    port: listener.port,
    close() {
      if (isOpen) listener.stop(false);
      isOpen = false;
    },
    tick(now) {
      nowMs = now;
      end((openedMs) => now - openedMs >= limits.requestHeadMsMax || now >= settleMs);
    },
    settle(force) {
      settleMs = Math.min(settleMs, nowMs + limits.lastReadMs);
      if (force) end(() => true);
      return unspoken.none();
    },
  };
}

/** As ALPN has them: each after its length. */
function namesOf(protocols: readonly string[]): Buffer {
  return Buffer.concat(protocols.map((name) => Buffer.from([name.length, ...Buffer.from(name, "latin1")])));
}

/**
 * `Bun.listen` takes one certificate. `node:tls` has names for others, and gives them to the listener that it holds, so it is given ours: a
 * server that never listens itself. Bun finds a name by its tree of names, wildcards among them; 1,000 take 140 ms and 7 MB.
 */
function showByName(listener: unknown, certificates: readonly Certificate[]): void {
  const server = createServer() as Server & { _handle: unknown };
  server._handle = listener;
  for (const { names, chain, key } of certificates)
    for (const name of names) server.addContext(name, { cert: chain, key });
}
