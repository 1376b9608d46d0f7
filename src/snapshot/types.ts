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

/** The level 1 slot in an identity body; the banner stands between the two. */
export const slotOpen = "<!--pharos:slot-->";
export const slotClose = "<!--/pharos:slot-->";
