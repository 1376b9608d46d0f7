// The body of one HTTP/2 request (RFC 9113, 8.1). In: the payloads of its DATA frames. Out: the body, once it is whole, or why there is none.
// Its length is bounded by what was asked for, and before that by the stream's window, which is never made larger.
import { Buffer } from "node:buffer";
import type { Heard } from "./asked.ts";

export class Http2Body {
  readonly whole: Promise<Heard>;
  private readonly settle: (heard: Heard) => void;
  private readonly bytesMax: number;
  /** As the head says; null where it says nothing. */
  private readonly length: number | null;
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(length: number | null, bytesMax: number) {
    const { promise, resolve } = Promise.withResolvers<Heard>();
    this.whole = promise;
    this.settle = resolve;
    this.length = length;
    this.bytesMax = bytesMax;
    if (length !== null && length > bytesMax) this.end("too-long");
  }

  take(piece: Uint8Array): void {
    if (this.isOver || piece.length === 0) return;
    this.bytes += piece.length;
    if (this.bytes > this.bytesMax) this.end("too-long");
    else this.pieces.push(piece.slice());
  }

  /** Nothing follows. */
  done(): void {
    if (this.isOver) return;
    const isAsSaid = this.length === null || this.length === this.bytes;
    this.end(isAsSaid ? Buffer.concat(this.pieces) : "malformed");
  }

  end(heard: Heard): void {
    if (this.isOver) return;
    this.isOver = true;
    this.settle(heard);
    this.pieces = [];
  }
}
