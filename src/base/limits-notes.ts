// Limits of what visitors say to a page: from a form, over a POP, to the control plane. A part of limits.ts, which is where they are read.
import { assert } from "./fault.ts";

export const noteLimits = {
  /** What one form or one request of the API may say: an address, a choice of a few hundred components. */
  noteBodyBytesMax: 8 * 1024,
  /** A signed link's token is below 200. */
  noteQueryBytesMax: 2_048,
  /** Sealed: body, query, path and what stands around them. */
  noteBytesMax: 12 * 1024,
} as const;

/** A part of `assertLimits`. */
export function assertNoteLimits(pathBytesMax: number): void {
  const limits = noteLimits;
  assert(
    limits.noteBytesMax >= limits.noteBodyBytesMax + limits.noteQueryBytesMax + pathBytesMax + 512,
    "Limits: whatever a visitor may say must fit into a note.",
  );
}
