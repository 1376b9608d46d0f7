// Addresses to which a subscriber's bounces come back: a return path of its own for each (VERP), so that it need not be guessed from what a server wrote.
// In: a keyed tag, a domain. Out: addresses, and whose they are. Case is not kept by all servers, so nothing depends on it; without the key nobody makes one
// up, or anybody could have anybody quarantined.
import { timingSafeEqual } from "node:crypto";

export interface Bounced {
  readonly page: string;
  readonly subscriber: string;
}

export interface ReturnPaths {
  /** Null where ids do not fit into a local part. */
  addressOf(page: string, subscriber: string): string | null;
  /** Null for what is none of ours. */
  read(address: string): Bounced | null;
}

const tagHexDigits = 16;
const localCharsMax = 64;
const shape = /^b-([a-z0-9]+)-([a-z0-9]+)-([0-9a-f]{16})@(.+)$/;

/** `tagOf` is a keyed name of both (base64url), as `ReaderLinks.deliveryKey` makes them. */
export function returnPathsBy(
  tagOf: (what: string, subscriber: string) => string,
  domain: string,
): ReturnPaths {
  const tag = (page: string, subscriber: string): string =>
    Buffer.from(tagOf(`return-path ${page}`, subscriber), "base64url")
      .toString("hex")
      .slice(0, tagHexDigits);
  return {
    addressOf(page, subscriber) {
      const local = `b-${page}-${subscriber}-${tag(page, subscriber)}`;
      return shape.test(`${local}@x`) && local.length <= localCharsMax ? `${local}@${domain}` : null;
    },
    read(address) {
      const found = shape.exec(address.trim().replace(/^<|>$/g, "").toLowerCase());
      const [, page = "", subscriber = "", said = "", where = ""] = found ?? [];
      if (found === null || where !== domain.toLowerCase()) return null;
      return timingSafeEqual(Buffer.from(said), Buffer.from(tag(page, subscriber)))
        ? { page, subscriber }
        : null;
    },
  };
}
