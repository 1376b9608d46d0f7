// Response headers, made once and shared. In: what was found. Out: lists of lines, the same object as long as nothing changes: listeners keep
// by it what they send.
import { limits } from "../base/limits.ts";
import type { Fields } from "../host/asked.ts";
import type { CacheClass, Head, Route, Variant } from "../snapshot/types.ts";
import type { Notice } from "./emergency.ts";
import type { Exchange } from "./exchange.ts";
import type { PageFreshness } from "./level.ts";
import { type Kind, kindOf, otherKind } from "./tally.ts";
import type { Chosen } from "./variant.ts";

interface Caching {
  readonly browsers: string;
  readonly shared: string;
}

/** The POP is the origin to HTTP. What a browser and a CDN may keep adds up to the age that the page may have. */
const { browserPageS, browserFeedS, sharedFreshS, sharedRenewS, sharedErrorS, immutableS } = limits;
const aged = `max-age=${sharedFreshS}, stale-while-revalidate=${sharedRenewS}, stale-if-error=${sharedErrorS}`;
const caching: Readonly<Record<CacheClass, Caching>> = {
  page: { browsers: `public, max-age=${browserPageS}, must-revalidate`, shared: aged },
  feed: { browsers: `public, max-age=${browserFeedS}, must-revalidate`, shared: aged },
  immutable: {
    browsers: `public, max-age=${immutableS}, immutable`,
    shared: `max-age=${immutableS}, immutable`,
  },
};

/** Who may read it, of every answer. */
const readable: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "etag, pharos-generation, pharos-confirmed-at, pharos-level",
};

/** On every answer that has a body: also that nobody guesses its type. */
export const everywhere: Readonly<Record<string, string>> = {
  ...readable,
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
};

/** Said over TLS alone (RFC 6797, 7.2). This host and no other: names below it are not the status page's to decide about. */
export const overTls: Readonly<Record<string, string>> = { "strict-transport-security": "max-age=31536000" };

/**
 * The page's own policy, with the digest of its style and no inline script, stands in its HTML, where the publisher knows it. A policy in a
 * header can only narrow that, so this one says what a document cannot say of itself: who may frame it. A signed flag opens it for the
 * widget; a page that any site may frame could be dressed up there as that site's own.
 */
const policyOf = (route: Route): string =>
  `frame-ancestors ${route.framed ? "*" : "'none'"}; base-uri 'none'; form-action 'self'`;

export function linesOf(named: Readonly<Record<string, string>>): Fields {
  return Object.entries(named);
}

/** What names a generation and its age. An emergency is level 3, with or without a source. */
export function generationHeaders(
  head: Head,
  freshness: PageFreshness,
  notice: Notice | null,
): Record<string, string> {
  return {
    "pharos-generation": String(head.generation),
    "pharos-confirmed-at": new Date(freshness.confirmedMs).toISOString(),
    "pharos-level": notice === null ? String(freshness.level) : "3",
    // What a CDN is told to forget: Fastly and most others read the first name, Cloudflare only the second.
    "surrogate-key": head.page,
    "cache-tag": head.page,
  };
}

/** Headers of 200 (or 404) and of 304, and what kind of answer they stand over. */
export interface Sets {
  readonly kind: Kind;
  readonly status: 200 | 404;
  readonly ok: Fields;
  readonly notModified: Fields;
}

interface Made {
  readonly sets: Sets;
  readonly head: Head;
  readonly freshness: PageFreshness;
  readonly notice: Notice | null;
}

export interface HeaderSets {
  /** Those of the chosen variant. */
  of(exchange: Exchange): Sets;
}

/** Sets are keyed by the variant's own object: it lives as long as its decoded part does. */
export function createHeaderSets(make: (exchange: Exchange) => Sets = makeSets): HeaderSets {
  const plain = new WeakMap<Variant, Made>();
  const secure = new WeakMap<Variant, Made>();
  return {
    of(exchange) {
      const made = exchange.asked.secure ? secure : plain;
      const known = made.get(exchange.chosen.name);
      if (known !== undefined && isSame(known, exchange)) return known.sets;
      const { head, freshness, notice } = exchange;
      const sets = make(exchange);
      made.set(exchange.chosen.name, { sets, head, freshness, notice });
      return sets;
    },
  };
}

function isSame({ head, freshness, notice }: Made, exchange: Exchange): boolean {
  return (
    head.generation === exchange.head.generation &&
    head.manifest === exchange.head.manifest &&
    freshness.confirmedMs === exchange.freshness.confirmedMs &&
    freshness.level === exchange.freshness.level &&
    notice === exchange.notice
  );
}

function makeSets({ head, freshness, notice, route, chosen, asked: { secure } }: Exchange): Sets {
  const { browsers, shared } = caching[route.cache];
  const { "surrogate-key": page, "cache-tag": tag, ...age } = generationHeaders(head, freshness, notice);
  // What may have changed since, and what RFC 9110 (15.4.5) wants. The rest is of the stored answer, which a cache keeps: a third of the lines,
  // on the answer that a polling crowd gets most.
  const validators = {
    ...readable,
    ...(secure ? overTls : {}),
    ...age,
    etag: chosen.etag,
    "cache-control": browsers,
    "cdn-cache-control": shared,
    vary: "accept-encoding",
  };
  const representation = {
    ...everywhere,
    "surrogate-key": page ?? "",
    "cache-tag": tag ?? "",
    ...described(route, chosen),
  };
  return {
    kind: kindOf(route.contentType),
    status: 200,
    ok: linesOf({ ...validators, ...representation }),
    notModified: linesOf(validators),
  };
}

/** What a body is, and what it may do. */
function described(route: Route, { encoding }: Chosen): Record<string, string> {
  return {
    "content-type": route.contentType,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
    ...(isHtml(route) ? { "content-security-policy": policyOf(route) } : {}),
    ...(isDrawing(route) ? { "content-security-policy": drawingPolicy } : {}),
  };
}

/** Of the page that stands for what is not there: no tag, for an error is never held, and kept no longer than other answers of 404. */
export function missingSets({ head, freshness, notice, route, chosen }: Exchange): Sets {
  const ok = linesOf({
    ...everywhere,
    ...generationHeaders(head, freshness, notice),
    ...missingCaching,
    vary: "accept-encoding, accept",
    ...described(route, chosen),
  });
  return { kind: otherKind, status: 404, ok, notModified: ok };
}

/** What is not there is asked for again soon, lest it is missed when it comes. */
export const missingCaching: Readonly<Record<string, string>> = {
  "cache-control": caching.page.browsers,
  "cdn-cache-control": `max-age=${sharedFreshS}`,
};

/** A browser that opens an SVG by itself takes it for a document: that of an operator may style itself, and do nothing else. */
const drawingPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

function isDrawing(route: Route): boolean {
  return route.contentType.startsWith("image/svg+xml");
}

function isHtml(route: Route): boolean {
  return route.contentType.startsWith("text/html");
}
