// A lazy route whose body is not here yet. In: an exchange that found none to send, a way to bring one. Out: an answer that needs no body, or
// one that waits for it: the only request that ever waits.
import type { Answer } from "../host/asked.ts";
import type { Variant } from "../snapshot/types.ts";
import type { Exchange } from "./exchange.ts";
import type { HeaderSets } from "./headers.ts";
import type { Link } from "./link.ts";
import { acceptable, candidates } from "./negotiate.ts";
import { plain } from "./plain.ts";
import { isHeld } from "./validators.ts";

export interface MissingParts {
  readonly headers: HeaderSets;
  /** Null where there is nobody to ask. */
  readonly bring: Link["bring"] | null;
  /** Answers from the beginning: another generation may have come meanwhile. */
  again(exchange: Exchange): Answer | Promise<Answer>;
}

/** `slotted`: the body is sent with something in its slot, under a tag of its own. */
export function answerMissing(
  exchange: Exchange,
  slotted: boolean,
  { headers, bring, again }: MissingParts,
): Answer | Promise<Answer> {
  const { route } = exchange;
  if (!slotted) {
    const bodiless = withoutBody(exchange, headers);
    if (bodiless !== null) return bodiless;
  }
  // Once is enough: what was brought and is gone again was swept with its page.
  if (exchange.waited || !exchange.reads.whole || bring === null) return plain("absent", exchange);
  const wanted = slotted ? route.variants.gzip : travelling(exchange);
  return bring(wanted.digest).then((brought) =>
    brought === "here" ? again(exchange) : plain(brought, exchange),
  );
}

/** 304 to who has it, and the headers of a HEAD: the route says all that they need. */
function withoutBody(exchange: Exchange, headers: HeaderSets): Answer | null {
  const { asked, route } = exchange;
  const [encoding] = candidates(acceptable(exchange.accept), route.variants);
  const name = encoding === undefined ? undefined : route.variants[encoding];
  if (encoding === undefined || name === undefined) return null;
  exchange.chosen = { name, body: new Uint8Array(), encoding, etag: `"${name.digest}"` };
  const { ok, notModified } = headers.of(exchange);
  if (isHeld(asked.field("if-none-match"), exchange.chosen.etag))
    return { status: 304, fields: notModified, body: null };
  return asked.method === "HEAD" ? { status: 200, fields: ok, body: null, length: name.length } : null;
}

/** The encoding to fetch: what the client likes best; identity never travels and is made from gzip. */
function travelling({ accept, route: { variants } }: Exchange): Variant {
  const [encoding] = candidates(acceptable(accept), variants);
  const best = encoding === undefined || encoding === "identity" ? undefined : variants[encoding];
  return best ?? variants.gzip;
}
