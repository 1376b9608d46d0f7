// Blobs out of their pieces. In: pieces from anyone, and what a blob may measure. Out: whole blobs that hash to their names.
// Memory follows the bytes that came, never the length that was claimed (endless data).
import { Buffer } from "node:buffer";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";
import type { BlobKind, Piece } from "./frames.ts";

/** What a blob may measure in bytes, said by something signed. */
export type Measure = { readonly exactly: number } | { readonly atMost: number };

export interface Blob {
  readonly kind: BlobKind;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

export type AssemblyReason =
  | "undeclared" // nothing signed names it
  | "too-long"
  | "length-mismatch"
  | "out-of-order" // a piece was lost, doubled or moved
  | "digest-mismatch"
  | "over-limit"; // too many bytes of unfinished blobs

export type Assembled =
  | { readonly kind: "waiting" }
  | { readonly kind: "whole"; readonly blob: Blob }
  | { readonly kind: "refused"; readonly reason: AssemblyReason };

export interface Assembly {
  take(piece: Piece): Assembled;
}

interface Open {
  readonly total: number;
  readonly chunks: Uint8Array[];
  length: number;
}

const waiting: Assembled = { kind: "waiting" };

/**
 * Puts blobs together. `measureOf` says what one may measure, or null where nothing names it; `openBytesMax` bounds all that is
 * unfinished. A refused blob's later pieces are passed over in silence: one wrong blob is one refusal.
 */
export function createAssembly(
  measureOf: (kind: BlobKind, digest: Digest) => Measure | null,
  openBytesMax: number,
): Assembly {
  const open = new Map<Digest, Open>();
  let openBytes = 0;
  let passedOver: Digest | null = null;

  const close = (digest: Digest): void => {
    openBytes -= open.get(digest)?.length ?? 0;
    open.delete(digest);
  };
  const drop = (digest: Digest, reason: AssemblyReason): Assembled => {
    close(digest);
    passedOver = digest;
    return { kind: "refused", reason };
  };
  return {
    take({ kind, digest, total, offset, bytes }) {
      if (offset === 0) {
        close(digest);
        const reason = misfit(measureOf(kind, digest), total);
        if (reason !== null) return drop(digest, reason);
        open.set(digest, { total, chunks: [], length: 0 });
      } else if (digest === passedOver) return waiting;
      const blob = open.get(digest);
      if (blob === undefined || blob.total !== total || blob.length !== offset)
        return drop(digest, "out-of-order");
      if (openBytes + bytes.length > openBytesMax) return drop(digest, "over-limit");
      blob.chunks.push(bytes);
      blob.length += bytes.length;
      openBytes += bytes.length;
      if (blob.length < total) return waiting;
      const whole = blob.chunks.length === 1 ? bytes : Buffer.concat(blob.chunks, total);
      if (digestOf(whole) !== digest) return drop(digest, "digest-mismatch");
      close(digest);
      return { kind: "whole", blob: { kind, digest, bytes: whole } };
    },
  };
}

function misfit(measure: Measure | null, total: number): AssemblyReason | null {
  if (measure === null) return "undeclared";
  if ("exactly" in measure) return total === measure.exactly ? null : "length-mismatch";
  return total <= measure.atMost ? null : "too-long";
}
