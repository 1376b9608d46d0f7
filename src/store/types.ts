// What the store keeps, as its users see it. The LMDB behind it is in this folder and nowhere else.
import type { Digest, Head } from "../snapshot/types.ts";

/** Everything that one new generation brings. Bytes are exactly the stored (signed, digested) ones. */
export interface Apply {
  readonly head: Head;
  /** Hosts that lead to this page from now on; hosts of the page that are missing here are released. */
  readonly hosts: readonly string[];
  readonly createdMs: number;
  /** The signed manifest and the parts that are new. */
  readonly tree: readonly (readonly [Digest, Uint8Array])[];
  /** Bodies that are new, identity included. Those that lazy routes alone name may come later, by `stage`. */
  readonly objects: readonly (readonly [Digest, Uint8Array])[];
  /** The publisher's notes beside the snapshot by name, such as what a part's routes were rendered from; null takes one away. */
  readonly notes?: readonly (readonly [string, Uint8Array | null])[];
}

/** A signed document that is kept by its kind and subject: delegations, removals, epochs. */
export interface StoredDocument {
  readonly kind: string;
  readonly subject: string;
  readonly bytes: Uint8Array;
}

/** How fresh a POP is. Written by the one that follows, read by every worker. Times in ms since the epoch. */
export interface Freshness {
  /** The last accepted heartbeat: its sequence, and its time as the publisher wrote it. */
  readonly sequence: number;
  readonly confirmedMs: number;
  /** This machine's wall time at acceptance. */
  readonly acceptedMs: number;
  /** 0 full, 1 no source. */
  readonly level: 0 | 1;
  /** Pages that this POP holds in an older generation than the last heartbeat names, with the time they were last confirmed. */
  readonly behind: Readonly<Record<string, number>>;
}

/** Snapshots, as publisher, POP and relay hold them. Reads are synchronous and see one transaction until `refresh()`. */
export interface SnapshotStore {
  /** Ends the current read transaction: what follows sees the latest commit. Called once per request (0.4 us). */
  refresh(): void;
  /**
   * Names the latest commit of any process, without a call into LMDB; null where only `refresh()` tells. The same number twice: what was
   * read after the first is what would be read after the second.
   */
  commitNumber(): number | null;
  head(page: string): Head | null;
  heads(): readonly Head[];
  /** The page that answers to a host (lower case, no port). */
  pageOf(host: string): string | null;
  /** A signed manifest or a part. The bytes are the caller's own. */
  tree(digest: Digest): Uint8Array | null;
  object(digest: Digest): Uint8Array | null;
  hasTree(digest: Digest): boolean;
  hasObject(digest: Digest): boolean;
  /** A generation that is kept names this body, whether or not it is here: one of a lazy route may be on its way. */
  isNamed(digest: Digest): boolean;
  notes(page: string): ReadonlyMap<string, Uint8Array>;
  /** Objects, parts, manifest, ref, hosts in one transaction; resolves when it is on the device. Throws Fault `disk-full`. */
  apply(apply: Apply): Promise<void>;
  /** Notes of a page without a new generation, flushed; null takes one away. */
  putNotes(page: string, notes: readonly (readonly [string, Uint8Array | null])[]): Promise<void>;
  /** Bodies that came ahead of their generation (large first fetch); swept if no generation names them. */
  stage(objects: readonly (readonly [Digest, Uint8Array])[]): Promise<void>;
  /** Drops a body that does not hash to its name. */
  dropObject(digest: Digest): Promise<void>;
  /** Stores a signed document, flushed. A removal also forgets the page, its hosts and its refs in the same transaction. */
  putDocument(document: StoredDocument, forget?: { page: string; hosts: readonly string[] }): Promise<void>;
  /** Forgets a page that this store holds no longer, with its hosts; they are then unknown, not gone. */
  forgetPage(page: string): Promise<void>;
  documents(kind: string): readonly StoredDocument[];
  document(kind: string, subject: string): Uint8Array | null;
  /** Host names of removed pages: answered 410. */
  isGone(host: string): boolean;
  freshness(): Freshness | null;
  /** Not flushed: the next apply flushes it, and a lost one costs one heartbeat. */
  putFreshness(freshness: Freshness): Promise<void>;
  /** One bounded turn of forgetting old generations. `done` when nothing is left to forget. */
  sweep(nowMs: number): Promise<{ removed: number; done: boolean }>;
  close(): Promise<void>;
}
