// Which bytes a client gets. In: a route, what the client accepts, the level. Out: a body with its encoding and entity tag.
import type { Encoding, Variant } from "../snapshot/types.ts";
import type { Banners } from "./banner.ts";
import type { Bodies } from "./bodies.ts";
import type { Exchange } from "./exchange.ts";
import { acceptable, candidates, type Preference } from "./negotiate.ts";

export interface Chosen {
  /** The object under which headers are kept: the route's variant, or what stands for a body made here. */
  readonly name: Variant;
  readonly body: Uint8Array;
  readonly encoding: Encoding;
  /** Strong, of these very bytes. */
  readonly etag: string;
}

export type Choice = Chosen | "not-acceptable" | "missing";

/** Chooses among what the client accepts: signed variants first, then bytes made again from a good one. */
export function choose(exchange: Exchange, bodies: Bodies, banners: Banners): Choice {
  const preference = acceptable(exchange.accept);
  if (preference.length === 0) return "not-acceptable";
  if (isSlotted(exchange)) return fill(exchange, preference, bodies, banners);
  const { route, reads } = exchange;
  for (const encoding of candidates(preference, route.variants)) {
    const variant = route.variants[encoding];
    const body = variant === undefined ? null : bodies.get(variant, reads.object);
    if (variant !== undefined && body !== null)
      return { name: variant, body, encoding, etag: `"${variant.digest}"` };
  }
  return remake(exchange, preference, bodies);
}

/** The body goes out with something in its slot. */
export function isSlotted({ route, freshness, notice }: Exchange): boolean {
  return route.slot && (freshness.level === 1 || notice !== null);
}

function remake({ route, reads }: Exchange, preference: Preference, bodies: Bodies): Choice {
  const { identity } = route.variants;
  if (accepts(preference, "identity")) {
    const body = bodies.identity(route, reads.object);
    return body === null
      ? "missing"
      : { name: identity, body, encoding: "identity", etag: `"${identity.digest}"` };
  }
  if (!accepts(preference, "gzip")) return "not-acceptable";
  const body = bodies.gzip(route, reads.object);
  const digest = `${identity.digest}-gzip`;
  return body === null
    ? "missing"
    : { name: { digest, length: body.length }, body, encoding: "gzip", etag: `"${digest}"` };
}

function fill(exchange: Exchange, preference: Preference, bodies: Bodies, banners: Banners): Choice {
  const asked = { gzip: accepts(preference, "gzip"), identity: accepts(preference, "identity") };
  if (!asked.gzip && !asked.identity) return "not-acceptable";
  const { route, reads, manifest, freshness, notice } = exchange;
  const identity = bodies.identity(route, reads.object);
  if (identity === null) return "missing";
  return banners.fill({
    manifest,
    variant: route.variants.identity,
    identity,
    staleSinceMs: freshness.level === 1 ? freshness.confirmedMs : null,
    notice,
    accepts: asked,
  });
}

function accepts(preference: Preference, encoding: Encoding): boolean {
  return preference.some((group) => group.includes(encoding));
}
