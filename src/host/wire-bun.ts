// A connection as Bun has it. In: its socket. Out: a wire, and who is at the other end.
import type { Peer } from "./asked.ts";
import type { PausableWire } from "./wire.ts";

/** Both at once, for there are many of them. */
export class BunWire implements PausableWire, Peer {
  readonly #socket: Bun.Socket<unknown>;
  constructor(socket: Bun.Socket<unknown>) {
    this.#socket = socket;
  }
  write(bytes: Uint8Array, from: number, length: number): number {
    return this.#socket.write(bytes, from, length);
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    this.#socket.resume();
  }
  shut(): void {
    this.#socket.shutdown();
  }
  end(): void {
    this.#socket.end();
  }
  close(): void {
    this.#socket.terminate();
  }
  get address(): string | null {
    return this.#socket.remoteAddress ?? null;
  }
}
