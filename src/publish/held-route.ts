// A route as who publishes remembers it. In: a route. Out: the same in a quarter of the memory: of a page of 20,000 incidents there are 44,000.
import type { Digest, Route, Variant } from "../snapshot/types.ts";

/** What a digest (sha256) and a length take, a character a byte. */
const digestChars = 32;
const variantChars = digestChars + 4;
const encodings = ["identity", "gzip", "br", "zstd"] as const;

/** Each text once: a few of them stand in every route. */
const texts = new Map<string, string>();

function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  texts.set(text, text);
  return text;
}

/** Its variants are made when asked for, and are no property of its own: who spreads it names them. */
class HeldRoute implements Route {
  readonly path: Route["path"];
  readonly contentType: Route["contentType"];
  readonly cache: Route["cache"];
  readonly slot: Route["slot"];
  declare readonly lazy?: true;
  declare readonly framed?: true;
  /** One of identity, gzip, brotli, zstd after the other, an absent one of no characters; which are there. */
  readonly #packed: string;
  readonly #there: number;

  constructor(route: Route) {
    this.path = route.path;
    this.contentType = shared(route.contentType);
    this.cache = route.cache;
    this.slot = route.slot;
    if (route.lazy === true) this.lazy = true;
    if (route.framed === true) this.framed = true;
    const bytes = Buffer.alloc(encodings.length * variantChars);
    let [length, there] = [0, 0];
    for (const [at, encoding] of encodings.entries()) {
      const variant = route.variants[encoding];
      if (variant === undefined) continue;
      bytes.write(variant.digest, length, "hex");
      bytes.writeUInt32LE(variant.length, length + digestChars);
      length += variantChars;
      there |= 1 << at;
    }
    this.#packed = bytes.toString("latin1", 0, length);
    this.#there = there;
  }

  get variants(): Route["variants"] {
    const bytes = Buffer.from(this.#packed, "latin1");
    const variants: Partial<Record<(typeof encodings)[number], Variant>> = {};
    let from = 0;
    for (const [at, encoding] of encodings.entries()) {
      if ((this.#there & (1 << at)) === 0) continue;
      const digest: Digest = bytes.toString("hex", from, from + digestChars);
      variants[encoding] = { digest, length: bytes.readUInt32LE(from + digestChars) };
      from += variantChars;
    }
    return variants as Route["variants"];
  }

  /** Over a socket it is what it holds. */
  toJSON(): Route {
    return { ...this, variants: this.variants };
  }
}

export const heldRoute = (route: Route): Route => (route instanceof HeldRoute ? route : new HeldRoute(route));

/** The route, lazy or not. */
export function withLazy(route: Route, lazy: boolean): Route {
  const { path, contentType, cache, slot, framed, variants } = route;
  return heldRoute({
    ...{ path, contentType, cache, slot, variants },
    ...(lazy && { lazy }),
    ...(framed && { framed }),
  });
}
