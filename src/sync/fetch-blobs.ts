// Asking a source for blobs by digest. In: digests, and what each may measure. Out: those that came and are what they should be.
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import { ask, createCall, type SourceLine } from "./ask.ts";
import { createAssembly } from "./assembly.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import { encodeFrame, type Frame, isPiece } from "./frames.ts";

export interface Wanted {
  /** Manifests and parts. */
  readonly trees: readonly Digest[];
  /** Bodies, with the length that their part declares. */
  readonly objects: ReadonlyMap<Digest, number>;
  /** Bodies whose length whoever asks does not know. */
  readonly unmeasured?: readonly Digest[];
}

export interface Fetched {
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
  /** Why something may be missing: what was refused, or that the source did not answer. */
  readonly refused: readonly string[];
}

/** Fetches at most `limits.fetchDigestsMax` blobs. Never throws: a source that fails gives what it gave. */
export async function fetchBlobs(
  line: SourceLine,
  wanted: Wanted,
  onBytes: (count: number) => void,
): Promise<Fetched> {
  const blobs = new Map<Digest, Uint8Array>();
  const refused = new Set<string>();
  const call = createCall(line.clock, line.stopped, limits.answerMsMax);
  const take = receive(wanted, blobs, refused);
  const objects = [...wanted.objects.keys(), ...(wanted.unmeasured ?? [])];
  const want = { kind: "want", trees: wanted.trees, objects } as const;
  try {
    for await (const chunk of ask(line, "/sync/fetch", "poll", [encodeFrame(want)], call)) {
      call.heard();
      onBytes(chunk.length);
      if (!take(chunk)) break;
    }
  } catch {
    // Which source, and why, is said by the connection to it, once; here it only means that less came than was asked for.
    refused.add("fetch-cut");
  } finally {
    call.close();
  }
  return { blobs, refused: [...refused] };
}

/** More than a whole answer can measure: what goes on beyond it will never end (endless data). */
function answerBytesMax({ trees, objects, unmeasured = [] }: Wanted): number {
  const bodies = objects.values().reduce((sum, length) => sum + length, 0);
  const framing = 2 * limits.frameBytesMax;
  return trees.length * limits.partBytesMax + unmeasured.length * limits.objectBytesMax + bodies + framing;
}

/** Takes chunks until it says false: the answer is whole, or no longer worth reading. */
function receive(
  wanted: Wanted,
  blobs: Map<Digest, Uint8Array>,
  refused: Set<string>,
): (chunk: Uint8Array) => boolean {
  const trees = new Set(wanted.trees);
  const unmeasured = new Set(wanted.unmeasured);
  const decoder = createFrameDecoder("hello");
  const assembly = createAssembly((kind, digest) => {
    if (blobs.has(digest)) return null;
    const length = kind === "body" ? wanted.objects.get(digest) : undefined;
    if (length !== undefined) return { exactly: length };
    if (kind === "body" && unmeasured.has(digest)) return { atMost: limits.objectBytesMax };
    return kind === "part" && trees.has(digest) ? { atMost: limits.partBytesMax } : null;
  }, limits.applyBytesMax);
  let length = 0;

  function takeFrame(frame: Frame): boolean {
    if (frame.kind === "lacking") {
      if (frame.digests.length > 0) refused.add("not-at-source");
      return false;
    }
    if (!isPiece(frame)) return true;
    const assembled = assembly.take(frame);
    if (assembled.kind === "refused") refused.add(assembled.reason);
    if (assembled.kind !== "whole") return true;
    length += assembled.blob.bytes.length;
    blobs.set(assembled.blob.digest, assembled.blob.bytes);
    if (length <= limits.applyBytesMax) return true;
    refused.add("over-limit");
    return false;
  }

  let left = answerBytesMax(wanted);
  return (chunk) => {
    left -= chunk.length;
    if (left < 0) {
      refused.add("too-long");
      return false;
    }
    decoder.push(chunk);
    for (;;) {
      const decoded = decoder.next();
      if (decoded.kind === "more") return true;
      if (decoded.kind === "bad") {
        refused.add(decoded.reason);
        return false;
      }
      if (!takeFrame(decoded.frame)) return false;
    }
  };
}
