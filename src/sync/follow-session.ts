// One connection to a source, decided without I/O. In: frames. Out: steps for the follower to take. Nothing below a manifest is kept before
// the manifest was judged, and no body that a judged part does not name.
import { limits } from "../base/limits.ts";
import { decodeHeads } from "../snapshot/heartbeat.ts";
import { checkPart } from "../snapshot/tree.ts";
import type { Digest, Head, Manifest } from "../snapshot/types.ts";
import { type Blob, createAssembly, type Measure } from "./assembly.ts";
import type { Judged } from "./bring.ts";
import { type BlobKind, type Frame, isPiece, type Piece, protocolOldest, protocolVersion } from "./frames.ts";

/** A generation as far as it was pushed. Every byte is what its digest says; the manifest was judged. */
export interface Delivery {
  readonly head: Head;
  readonly manifest: Uint8Array;
  readonly trees: ReadonlyMap<Digest, Uint8Array>;
  readonly objects: ReadonlyMap<Digest, Uint8Array>;
}

export type Step =
  | { readonly kind: "hello"; readonly session: string; readonly version: number }
  /** `heads` is the list that the source sent under the name that the heartbeat gives; unknown until its signature holds. */
  | { readonly kind: "heartbeat"; readonly bytes: Uint8Array; heads(digest: Digest): readonly Head[] | null }
  | { readonly kind: "document"; readonly bytes: Uint8Array }
  | { readonly kind: "delivery"; readonly delivery: Delivery }
  | { readonly kind: "refused"; readonly reason: string; readonly page: string | null }
  | { readonly kind: "end"; readonly reason: string };

export interface FollowSession {
  take(frame: Frame): Step[];
  /** The connection ended: what came of an unfinished push is worth keeping. */
  cut(): Step[];
}

interface Receiving {
  readonly head: Head;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
  readonly trees: Map<Digest, Uint8Array>;
  readonly objects: Map<Digest, Uint8Array>;
  readonly lengths: Map<Digest, number>;
  length: number;
}

/** Lists that a heartbeat may still name: the newest, and the one before it. */
const listsKept = 2;

export function createFollowSession(judge: (manifest: Uint8Array) => Judged): FollowSession {
  const lists = new Map<Digest, readonly Head[]>();
  const assembly = createAssembly(measureOf, limits.applyBytesMax);
  let receiving: Receiving | null = null;

  function measureOf(kind: BlobKind, digest: Digest): Measure | null {
    switch (kind) {
      case "heads":
        return { atMost: limits.headsBytesMax };
      case "document":
        return { atMost: limits.documentBytesMax };
      case "manifest":
        return { atMost: limits.manifestBytesMax };
      case "part":
        return receiving?.manifest.parts.includes(digest) === true ? { atMost: limits.partBytesMax } : null;
      case "body": {
        const length = receiving?.lengths.get(digest);
        return length === undefined ? null : { exactly: length };
      }
    }
  }

  function takePiece(piece: Piece): Step[] {
    if (isPassedOver(piece)) return [];
    const assembled = assembly.take(piece);
    if (assembled.kind === "waiting") return [];
    if (assembled.kind === "whole") return takeBlob(assembled.blob);
    return [{ kind: "refused", reason: assembled.reason, page: receiving?.head.page ?? null }];
  }

  /** What follows a manifest that was refused or is held, and what no longer fits into memory (it is fetched later). */
  function isPassedOver({ kind, total }: Piece): boolean {
    if (kind !== "part" && kind !== "body") return false;
    return receiving === null || receiving.length + total > limits.applyBytesMax;
  }

  function takeBlob({ kind, digest, bytes }: Blob): Step[] {
    switch (kind) {
      case "heads":
        return takeHeads(digest, bytes);
      case "document":
        return [{ kind: "document", bytes }];
      case "manifest":
        return [...cut(), ...takeManifest(bytes)];
      case "part":
        return takePart(digest, bytes);
      case "body":
        receiving?.objects.set(digest, bytes);
        if (receiving !== null) receiving.length += bytes.length;
        return [];
    }
  }

  function takeHeads(digest: Digest, bytes: Uint8Array): Step[] {
    const heads = decodeHeads(bytes);
    if (!heads.ok) return [{ kind: "refused", reason: "bad-heads", page: null }];
    for (const oldest of lists.keys()) {
      if (lists.size < listsKept) break;
      lists.delete(oldest);
    }
    lists.set(digest, heads.value);
    return [];
  }

  function takeManifest(bytes: Uint8Array): Step[] {
    const judged = judge(bytes);
    // A refusal was counted and said where it was judged.
    if (judged.kind !== "wanted") return [];
    const { head, manifest } = judged;
    receiving = {
      head,
      manifest,
      bytes,
      trees: new Map(),
      objects: new Map(),
      lengths: new Map(),
      length: 0,
    };
    return [];
  }

  function takePart(digest: Digest, bytes: Uint8Array): Step[] {
    if (receiving === null) return [];
    const { manifest, head } = receiving;
    const part = checkPart(bytes, manifest, manifest.parts.indexOf(digest));
    if (!part.ok) return [{ kind: "refused", reason: part.reason, page: head.page }];
    receiving.trees.set(digest, bytes);
    receiving.length += bytes.length;
    for (const { variants } of part.value.routes)
      for (const variant of [variants.gzip, variants.br, variants.zstd])
        if (variant !== undefined) receiving.lengths.set(variant.digest, variant.length);
    return [];
  }

  function cut(): Step[] {
    if (receiving === null) return [];
    const { head, bytes, trees, objects } = receiving;
    receiving = null;
    return [{ kind: "delivery", delivery: { head, manifest: bytes, trees, objects } }];
  }

  return {
    cut,
    take(frame) {
      if (isPiece(frame)) return takePiece(frame);
      switch (frame.kind) {
        case "hello":
          if (frame.version < protocolOldest || frame.oldest > protocolVersion)
            return [{ kind: "end", reason: "unknown-version" }];
          return [{ kind: "hello", session: frame.session, version: frame.version }];
        case "heartbeat":
          return [{ kind: "heartbeat", bytes: frame.bytes, heads: (digest) => lists.get(digest) ?? null }];
        case "pushed":
          return receiving?.head.manifest === frame.manifest ? cut() : [];
        case "refused":
          return [{ kind: "end", reason: `source-says-${frame.reason}` }];
        case "later":
          return [];
        default:
          // A request, or the end of a fetch: a source that says this here does not speak the protocol.
          return [{ kind: "end", reason: "unexpected-frame" }];
      }
    },
  };
}
