// The shapes of a snapshot, decoded. The bytes are specified in this folder's README and made in part.ts and manifest.ts.

/** sha256 of stored bytes as 64 lower-case hex characters. */
export type Digest = string;

export type Encoding = "identity" | "gzip" | "br" | "zstd";

/** One encoding of a route's body. `length` in bytes. */
export interface Variant {
  readonly digest: Digest;
  readonly length: number;
}

/** How a response may be cached: pages and JSON, feeds, or files that never change under their name. */
export type CacheClass = "page" | "feed" | "immutable";

/** A path and its bodies. `identity` is always named; its bytes never travel and are made from gzip. */
export interface Route {
  readonly path: string;
  readonly contentType: string;
  readonly cache: CacheClass;
  /** True where the identity body holds the empty banner slot `<!--pharos:slot--><!--/pharos:slot-->`. */
  readonly slot: boolean;
  /** Present where a POP takes the generation without these bodies and fetches them later, or when the first visitor asks. */
  readonly lazy?: true;
  /** Present where pages of any site may frame this one. */
  readonly framed?: true;
  readonly variants: {
    readonly identity: Variant;
    readonly gzip: Variant;
    readonly br?: Variant;
    readonly zstd?: Variant;
  };
}

/** Routes sorted by path (byte order). */
export interface Part {
  readonly routes: readonly Route[];
}

/** The root of a snapshot. Routes are found in part 0, the front, or at `partIndex(path, parts.length)`. Times in ms since the epoch. */
export interface Manifest {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly epoch: number;
  readonly generation: number;
  /** Digest of the manifest before this one; 64 zeros for the first. */
  readonly previous: Digest;
  readonly createdMs: number;
  /** 1 to 256 digests, a power of two of them. */
  readonly parts: readonly Digest[];
  /** Text of the level 1 banner by language; `{time}` stands for the confirmed time. */
  readonly banners: Readonly<Record<string, string>>;
}

/** A generation of a page at a publisher or a POP. */
export interface Head {
  readonly page: string;
  readonly epoch: number;
  readonly generation: number;
  /** Digest of the signed manifest's bytes. */
  readonly manifest: Digest;
}

/** "The heads are these, now": signed every 2 s. `sequence` rises with each one, over restarts too. */
export interface Heartbeat {
  readonly sequence: number;
  readonly headsDigest: Digest;
  readonly timeMs: number;
}

/** Root says: this key may publish these pages under these hosts. `"*"` stands for all. A higher serial replaces a lower one. */
export interface Delegation {
  readonly publisherKey: string;
  readonly pages: readonly string[];
  readonly hosts: readonly string[];
  readonly serial: number;
}

/** Root says: forget this page and answer 410. */
export interface Removal {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly serial: number;
}

/** Root says: from now on this page's snapshots carry this epoch (after a restore or a takeover). */
export interface EpochRaise {
  readonly page: string;
  readonly epoch: number;
  readonly serial: number;
}

/** Root says: this key may put emergency texts on these pages, and do nothing else. `"*"` stands for all. A higher serial replaces a lower one. */
export interface Appointment {
  readonly emergencyKey: string;
  readonly pages: readonly string[];
  readonly serial: number;
}

/**
 * To be shown on top of the last good page until `untilMs` (wall time) or until a document of a higher sequence. An empty text withdraws,
 * and its `untilMs` is 0.
 */
export interface Emergency {
  readonly page: string;
  readonly sequence: number;
  readonly text: string;
  readonly untilMs: number;
}

/** A POP as the registry knows it. */
export interface PopEntry {
  /** Its own public key. */
  readonly key: string;
  /** 1 to 64 of letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Ids of the pages that it gets; `"*"` alone stands for all. */
  readonly pages: readonly string[];
  /** Visitors are to be led elsewhere; it is fed all the same. */
  readonly drained: boolean;
  /** It is fed no more, and what it reports is ignored. */
  readonly revoked: boolean;
  readonly joinedMs: number;
}

/** A publisher says: these are my POPs. A higher serial of the same publisher replaces a lower one. */
export interface Registry {
  readonly serial: number;
  readonly pops: readonly PopEntry[];
}

/** A POP asks to be listed. Its key is the one that signs. */
export interface Join {
  readonly name: string;
  readonly timeMs: number;
  /** Digest of the one-time token that goes with it: what was overheard serves no other token. */
  readonly token: Digest;
}

/** What a POP says of itself every few seconds. Its key is the one that signs; `sequence` rises with each one. */
export interface Report {
  readonly sequence: number;
  readonly timeMs: number;
  /** 0 full, 1 no source. */
  readonly level: 0 | 1;
  /** Thousandths of its processors: 1,000 is all of them busy, more is a queue. */
  readonly load: number;
  /** Sequence of the last heartbeat that it accepted, 0 for none. */
  readonly beat: number;
  /** Pages that it holds. */
  readonly pages: number;
  /** Pages whose generation is not the one that this heartbeat named. */
  readonly differing: number;
  /** Of these the first ones by id, with the generation held; 0 for none. */
  readonly held: readonly { readonly page: string; readonly generation: number }[];
}

/** The level 1 slot in an identity body; the banner stands between the two. */
export const slotOpen = "<!--pharos:slot-->";
export const slotClose = "<!--/pharos:slot-->";
