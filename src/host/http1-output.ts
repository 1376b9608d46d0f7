// What a connection of HTTP/1.1 sends. In: answers as bytes, pieces of streams. Out: one write for each, and what found no room is kept, in order.
import { Buffer } from "node:buffer";
import type { Written } from "./http1-answer.ts";
import type { Wire } from "./wire.ts";

export class Output {
  /** Bytes that left after they had to wait, since somebody looked. */
  taken = 0;
  readonly #wire: Wire;
  #unsent: Uint8Array[] | null = null;
  /** So much of the first of them has left. */
  #sent = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** How many pieces wait for room. */
  get waiting(): number {
    return this.#unsent?.length ?? 0;
  }

  send({ bytes, headLength, body }: Written): void {
    const took = this.#write(bytes, 0);
    const isJoined = bytes.length > headLength;
    if (took === bytes.length) {
      if (body !== null && !isJoined) this.put(body);
      return;
    }
    // The head is changed each second, and the body is there already: neither is kept as it was written.
    this.taken = 0;
    this.#unsent = took < headLength ? [Buffer.from(bytes.subarray(took, headLength))] : [];
    if (body !== null) this.#unsent.push(took > headLength ? body.subarray(took - headLength) : body);
  }

  /** `bytes` must not change any more. */
  put(bytes: Uint8Array): void {
    if (this.#unsent !== null) {
      this.#unsent.push(bytes);
      return;
    }
    const took = this.#write(bytes, 0);
    if (took === bytes.length) return;
    this.taken = 0;
    this.#unsent = [bytes.subarray(took)];
  }

  /** There is room. True where nothing waits any more. */
  drained(): boolean {
    const unsent = this.#unsent;
    if (unsent === null) return true;
    for (let first = unsent[0]; first !== undefined; first = unsent[0]) {
      const took = this.#write(first, this.#sent);
      this.taken += took;
      this.#sent += took;
      if (this.#sent < first.length) return false;
      this.#sent = 0;
      unsent.shift();
    }
    this.#unsent = null;
    return true;
  }

  drop(): void {
    this.#unsent = null;
    this.#sent = 0;
  }

  /** A wire that is gone takes nothing, and says so by a number below zero. */
  #write(bytes: Uint8Array, from: number): number {
    return Math.max(0, this.#wire.write(bytes, from, bytes.length - from));
  }
}
