// What a request may read. In: the store. Out: the same questions, answered by the store or, while it fails, from memory.
// Promise 1: what is in memory is served also when the store itself fails.
import type { Digest, Head } from "../snapshot/types.ts";
import type { Freshness, SnapshotStore } from "../store/types.ts";

export interface Reads {
  /** False where "not there" may mean "not remembered". */
  readonly whole: boolean;
  /** Names the latest commit, as `SnapshotStore.commitNumber`; null while the store fails. */
  commitNumber(): number | null;
  /** Called before what follows is read, once per request. */
  refresh(): void;
  /** True when `host` belongs to a page that was removed. */
  isGone(host: string): boolean;
  isRemoved(page: string): boolean;
  pageOf(host: string): string | null;
  /** The page that answered to `host` before, to be checked against what that page claims now. */
  recall(host: string): string | undefined;
  head(page: string): Head | null;
  /** How many pages there are. */
  pages(): number;
  freshness(): Freshness | null;
  /** A signed document as it is stored. */
  document(kind: string, subject: string): Uint8Array | null;
  tree(digest: Digest): Uint8Array | null;
  object(digest: Digest): Uint8Array | null;
}

/** The store threw: a device that fails, a map that is gone. `cause` is what it threw. */
export class StoreFailure extends Error {}

/** Both kinds of reads, and the memory between them. */
export interface ReadPair {
  readonly live: Reads;
  readonly remembered: Reads;
  /**
   * The request for `host` was answered from `head`. Only what was served is remembered: a head that was read, and whose tree then
   * failed, would leave nothing to serve.
   */
  served(host: string, head: Head): void;
}

export function createReads(store: SnapshotStore): ReadPair {
  const pages = new Map<string, string>();
  const heads = new Map<string, Head>();
  const gone = new Set<string>();
  let lastFreshness: Freshness | null = null;
  return {
    live: {
      whole: true,
      commitNumber: store.commitNumber,
      refresh: () => guarded(() => store.refresh()),
      isGone(host) {
        const answer = guarded(() => store.isGone(host));
        if (answer && gone.size < hostsMax) gone.add(host);
        return answer;
      },
      isRemoved: (page) => guarded(() => store.document("removal", page) !== null),
      pageOf: (host) => guarded(() => store.pageOf(host)),
      recall: (host) => pages.get(host),
      head: (page) => guarded(() => store.head(page)),
      pages: () => guarded(() => store.heads().length),
      freshness() {
        lastFreshness = guarded(() => store.freshness());
        return lastFreshness;
      },
      document: (kind, subject) => guarded(() => store.document(kind, subject)),
      tree: (digest) => guarded(() => store.tree(digest)),
      object: (digest) => guarded(() => store.object(digest)),
    },
    remembered: {
      whole: false,
      commitNumber: () => null,
      refresh: () => undefined,
      isGone: (host) => gone.has(host),
      isRemoved: () => false,
      pageOf: (host) => pages.get(host) ?? null,
      recall: () => undefined,
      head: (page) => heads.get(page) ?? null,
      pages: () => heads.size,
      freshness: () => lastFreshness,
      document: () => null,
      tree: () => null,
      object: () => null,
    },
    served(host, head) {
      if (heads.get(head.page)?.manifest !== head.manifest) heads.set(head.page, head);
      if (pages.get(host) !== head.page) remember(pages, host, head.page);
    },
  };
}

/** Under a default page any name is a host, so their number is bounded: the memory starts anew. */
const hostsMax = 100_000;

function remember(pages: Map<string, string>, host: string, page: string): void {
  if (pages.size >= hostsMax) pages.clear();
  pages.set(host, page);
}

function guarded<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw new StoreFailure("the store failed", { cause: thrown });
  }
}
