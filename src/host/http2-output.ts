// What a connection of HTTP/2 sends. In: frames. Out: as few writes as possible; what the kernel does not take is kept here, and said to be so,
// for whoever adds to it to stop.
import { limits } from "../base/limits.ts";
import type { PausableWire } from "./wire.ts";

/** Those that no turn is writing to: one, but for a turn of a connection within another's. */
const scratches: Uint8Array[] = [];
const nothing = new Uint8Array();

export class Output {
  /** Bytes taken since the connection began. */
  taken = 0;
  private readonly wire: PausableWire;
  private scratch: Uint8Array = nothing;
  private length = 0;
  private unsent: Uint8Array | null = null;

  constructor(wire: PausableWire) {
    this.wire = wire;
  }

  /** What waits for room. */
  get isBlocked(): boolean {
    return this.unsent !== null;
  }

  get isOpen(): boolean {
    return this.scratch !== nothing;
  }

  /** A turn begins: what is put is written when it ends, or when it is too much to wait. */
  open(): void {
    this.scratch = scratches.pop() ?? new Uint8Array(limits.http2WriteBytes);
    this.length = 0;
  }

  close(): void {
    this.flush();
    scratches.push(this.scratch);
    this.scratch = nothing;
  }

  /** Room for `length` bytes, at most a frame: where to put them in `bytes`. */
  room(length: number): number {
    if (this.length + length > this.scratch.length) this.flush();
    const at = this.length;
    this.length += length;
    return at;
  }

  /** Good until `room` is asked for again. */
  get bytes(): Uint8Array {
    return this.scratch;
  }

  put(frame: Uint8Array): number {
    const at = this.room(frame.length);
    this.scratch.set(frame, at);
    return at;
  }

  /** There is room again. True where all has been sent that waited. */
  drained(): boolean {
    const { unsent } = this;
    if (unsent === null) return true;
    const took = this.write(unsent, unsent.length);
    this.unsent = took === unsent.length ? null : unsent.subarray(took);
    return this.unsent === null;
  }

  private flush(): void {
    const { scratch, length, unsent } = this;
    this.length = 0;
    if (length === 0) return;
    if (unsent !== null) {
      this.unsent = Buffer.concat([unsent, scratch.subarray(0, length)]);
      return;
    }
    const took = this.write(scratch, length);
    if (took < length) this.unsent = scratch.slice(took, length);
  }

  private write(bytes: Uint8Array, length: number): number {
    const took = Math.max(0, this.wire.write(bytes, 0, length));
    this.taken += took;
    return took;
  }
}
