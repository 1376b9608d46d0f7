// What a feed says, read from its store. In: a store, heartbeats. Out: heads, documents, blobs, differences, the newest heartbeat.
// Heads and documents are read once a change, not once a session.
import type { Clock } from "../base/clock.ts";
import { digestOf } from "../snapshot/digest.ts";
import { encodeHeads, openHeartbeat } from "../snapshot/heartbeat.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import { registriesOf, rootDocumentsOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createDiffer, type Diff } from "./feed-diff.ts";

/** A heartbeat and the list that it names. */
export interface Beat {
  readonly bytes: Uint8Array;
  readonly headsDigest: Digest;
  readonly headsBytes: Uint8Array;
}

/** What all sessions of a feed are fed from. */
export interface FeedSource {
  heads(): ReadonlyMap<string, Head>;
  documents(): ReadonlyMap<Digest, Uint8Array>;
  beat(): Beat | null;
  tree(digest: Digest): Uint8Array | null;
  object(digest: Digest): Uint8Array | null;
  diff(from: Digest | null, to: Digest): Diff | null;
  monotonicMs(): number;
  /** Reads heads and documents again. */
  reload(): void;
  /** Takes a heartbeat and the heads that it names. False where it names others. */
  setBeat(heartbeat: Uint8Array, heads: readonly Head[]): boolean;
}

/** `onDiff` is told whether a difference was `made` or `shared`. */
export function createFeedSource(
  store: SnapshotStore,
  clock: Clock,
  onDiff: (how: "made" | "shared") => void,
): FeedSource {
  let heads: ReadonlyMap<string, Head> = new Map();
  let documents: ReadonlyMap<Digest, Uint8Array> = new Map();
  let beat: Beat | null = null;
  const reload = (): void => {
    store.refresh();
    heads = new Map(store.heads().map((head) => [head.page, head]));
    // A registry after the delegation that its signer speaks by.
    const all = [...rootDocumentsOf(store), ...registriesOf(store)];
    documents = new Map(all.map((bytes) => [digestOf(bytes), bytes]));
  };
  reload();
  return {
    heads: () => heads,
    documents: () => documents,
    beat: () => beat,
    tree: (digest) => store.tree(digest),
    object: (digest) => store.object(digest),
    diff: createDiffer(store, onDiff),
    monotonicMs: () => clock.monotonicMs(),
    reload,
    setBeat(bytes, named) {
      const headsBytes = encodeHeads(named);
      const headsDigest = digestOf(headsBytes);
      const opened = openHeartbeat(bytes);
      if (!opened.ok || opened.value.value.headsDigest !== headsDigest) return false;
      beat = { bytes, headsDigest, headsBytes };
      return true;
    },
  };
}
