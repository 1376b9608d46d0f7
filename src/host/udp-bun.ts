// Datagrams by Bun's sockets, which read many at a time. In: a place, who answers. Out: a listener; throws what Bun throws.
import { limits } from "../base/limits.ts";
import type { UdpListener, UdpOptions } from "./udp.ts";

/** LIBUS_LISTEN_REUSE_PORT. Bun has no documented option for it; test/contract/dns.test.ts would miss it. */
const reusePort = 4;

export async function openUdpBun(options: UdpOptions): Promise<UdpListener> {
  const batches = new Batches(options);
  const socket = await Bun.udpSocket({
    hostname: options.address,
    port: options.port,
    binaryType: "buffer",
    ...(options.shared ? { flags: reusePort } : {}),
    socket: {
      data: (_socket, packet, port, address) => batches.take(packet, port, address),
      drain: () => batches.flush(),
      // Such as a host that cannot be reached any more: said of one datagram, and the next one may arrive.
      error: () => undefined,
    },
  });
  batches.socket = socket;
  return {
    port: socket.port,
    async stop() {
      await batches.quiet();
      socket.close();
    },
  };
}

/** Answers of one turn leave together, up to `udpBatchMax`: a call into the kernel for each is half of what an answer costs. */
class Batches {
  socket: Bun.udp.Socket<"buffer"> | null = null;
  readonly #options: UdpOptions;
  /** Triples of bytes, port and address, as `sendMany` wants them. */
  #waiting: (Uint8Array | number | string)[] = [];
  #isDue = false;
  #took = 0;

  constructor(options: UdpOptions) {
    this.#options = options;
  }

  take(packet: Buffer, port: number, address: string): void {
    this.#took++;
    const answer = this.#options.answer(packet, address);
    if (answer === null) return;
    if (this.#waiting.length >= 3 * limits.udpUnsentMax) {
      this.#options.onSent(0, 1);
      return;
    }
    this.#waiting.push(answer, port, address);
    // While more comes Bun goes on reading: the first of a turn would wait for the last.
    if (this.#waiting.length % (3 * limits.udpBatchMax) === 0) this.flush();
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.flush();
    });
  }

  flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0 || this.socket === null) return;
    const sent = this.#sent(waiting);
    this.#waiting = sent * 3 >= waiting.length ? [] : waiting.slice(3 * sent);
    this.#options.onSent(sent, 0);
  }

  /** One that cannot be sent at all (no route, a port that is none) takes none of the others with it. */
  #sent(waiting: readonly (Uint8Array | number | string)[]): number {
    try {
      return this.socket?.sendMany(waiting) ?? 0;
    } catch {
      let lost = 0;
      for (let at = 0; at < waiting.length; at += 3)
        try {
          this.socket?.send(waiting[at] as Uint8Array, waiting[at + 1] as number, waiting[at + 2] as string);
        } catch {
          lost++; // Counted; its asker asks again.
        }
      this.#options.onSent(-lost, lost);
      return waiting.length / 3;
    }
  }

  /**
   * Resolves when the kernel had nothing more, and everything left. Each immediate but the first comes after the socket was looked at; a timer may come
   * before, and after a while in which this process had no turn.
   */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < limits.udpLastTurnsMax; turn++) {
      const before = this.#took;
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (let look = 0; look < 3; look++) await new Promise((resolve) => setImmediate(resolve));
      this.flush();
      if (this.#took === before && this.#waiting.length === 0) return;
    }
  }
}
