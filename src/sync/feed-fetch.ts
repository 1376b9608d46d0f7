// What a POP asked for by digest. In: digests, a store. Out: frames of those that are there, and last the names of those that are not.
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { encodeFrame, type Frame, framesOf, helloOf } from "./frames.ts";

/** Frames of a fetch, read from the store as the line takes them. `onFrame` counts what leaves, by kind; `onBlob` each part or body. */
export function* fetchFrames(
  store: SnapshotStore,
  want: Extract<Frame, { kind: "want" }>,
  onFrame: (kind: string, bytes: number) => void,
  onBlob: (what: "part" | "body") => void,
): Generator<Uint8Array> {
  const lacking: Digest[] = [];
  function* blob(kind: "part" | "body", digest: Digest, bytes: Uint8Array | null): Generator<Uint8Array> {
    if (bytes === null) {
      lacking.push(digest);
      return;
    }
    onBlob(kind);
    for (const frame of framesOf(kind, digest, bytes)) {
      onFrame(kind, frame.length);
      yield frame;
    }
  }
  yield helloOf();
  for (const digest of want.trees) yield* blob("part", digest, store.tree(digest));
  for (const digest of want.objects) yield* blob("body", digest, store.object(digest));
  yield encodeFrame({ kind: "lacking", digests: lacking });
}
