// One request on its way through the steps. In: the request, how it came. Out: what each step found, for the next one.
import type { Answer, Asked, Peer } from "../host/asked.ts";
import type { Head, Manifest, Part, Route } from "../snapshot/types.ts";
import type { Notice } from "./emergency.ts";
import type { PageFreshness } from "./level.ts";
import type { Reads } from "./reads.ts";
import { type Kind, otherKind } from "./tally.ts";
import type { Chosen } from "./variant.ts";

/** Filled in from left to right; a field is read only by steps after the one that sets it. */
export interface Exchange {
  readonly asked: Asked;
  readonly peer: Peer;
  /** The live store, or what this process remembers while the store fails. */
  readonly reads: Reads;
  /** It has waited for a body that was not here. */
  readonly waited: boolean;
  host: string;
  path: string;
  /** Accept-Encoding as it was sent. */
  accept: string | null;
  /**
   * The store's commit number before anything was read, where it has one. A step sets it to null when its answer follows from more than
   * host, path, encodings and tags: such an answer is not given to the next one who asks.
   */
  commit: number | null;
  page: string;
  head: Head;
  manifest: Manifest;
  freshness: PageFreshness;
  /** The emergency in force on this page. */
  notice: Notice | null;
  part: Part;
  route: Route;
  chosen: Chosen;
  /** Of the answer: what it is about, and bytes of its body. */
  kind: Kind;
  bytes: number;
}

/** A step finds its part of the exchange, or ends it with an answer; with a later one where a lazy body is not here, and never else. */
export type Step = (exchange: Exchange) => Answer | Promise<Answer> | null;

const nothing = { digest: "", length: 0 };
const noRoute: Route = {
  path: "",
  contentType: "",
  cache: "page",
  slot: false,
  variants: { identity: nothing, gzip: nothing },
};

/** Who asks, where nobody said. */
const nobody: Peer = { address: null };

// Made once: what most requests never look at is not to be made for each of them.
const noFreshness: PageFreshness = { level: 1, confirmedMs: 0 };
const noPart: Part = { routes: [] };
const noChoice: Chosen = { name: nothing, body: new Uint8Array(), encoding: "identity", etag: "" };

/** An exchange at its start. */
export function openExchange(asked: Asked, reads: Reads, waited: boolean, peer = nobody): Exchange {
  return {
    asked,
    peer,
    reads,
    waited,
    host: "",
    path: "",
    accept: null,
    commit: null,
    page: "",
    head: noHead,
    manifest: noManifest,
    freshness: noFreshness,
    notice: null,
    part: noPart,
    route: noRoute,
    chosen: noChoice,
    kind: otherKind,
    bytes: 0,
  };
}

const noHead: Head = { page: "", epoch: 0, generation: 0, manifest: "" };
const noManifest: Manifest = {
  page: "",
  hosts: [],
  epoch: 0,
  generation: 0,
  previous: "",
  createdMs: 0,
  parts: [],
  banners: {},
};
