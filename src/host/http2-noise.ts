// How much a connection did that brings nobody anything. In: each such frame. Out: an error once it is too much (RFC 9113, 10.5).
import { limits } from "../base/limits.ts";
import type { Http2Error } from "./http2-frames.ts";

export class Noise {
  private heard = 0;

  /** RFC 9113, 7: ENHANCE_YOUR_CALM is for a peer that makes work. */
  hear(by = 1): Http2Error | null {
    this.heard += by;
    return this.heard > limits.http2NoiseMax ? "calm" : null;
  }

  /** A second has passed: half of it is forgotten. */
  tick(): void {
    this.heard >>>= 1;
  }
}
