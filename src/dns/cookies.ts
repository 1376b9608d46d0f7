// DNS cookies (RFC 7873) as all servers make them (RFC 9018), so that any node of a set knows those of another. In: secrets, wall time. Out: whether a
// client's cookie is ours, which proves that it reads what is sent to its address; and a new one.
//
// | offset | size | field     |
// | -----: | ---: | --------- |
// |      0 |    1 | version 1 |
// |      1 |    3 | reserved  |
// |      4 |    4 | seconds since 1970, RFC 1982 arithmetic |
// |      8 |    8 | SipHash-2-4 over client cookie, the above, client address |
import { type SipKey, sipHash, sipKey } from "./siphash.ts";

export const clientCookieBytes = 8;
export const serverCookieBytes = 16;
/** RFC 7873, 4: what a server cookie of others may have. */
export const serverCookieBytesMin = 8;
export const serverCookieBytesMax = 32;
export const cookieSecretBytes = 16;

/** RFC 9018, 4.3: how old, and how far ahead of this machine's clock. */
const ageSMax = 3_600;
const aheadSMax = 300;

export interface Cookies {
  /** Whether `cookie` (client's 8 bytes, then the server's) was made for `address` within the last hour by a secret that is in force. */
  isOurs(cookie: Uint8Array, address: Uint8Array): boolean;
  /** Writes a server cookie for the client cookie that stands at `client` of `from`. */
  write(out: Uint8Array, at: number, from: Uint8Array, client: number, address: Uint8Array): void;
  /** The first makes new ones, all are known again: a set of nodes is turned over by adding one last, then moving it to the front. */
  rotate(secrets: readonly Uint8Array[]): void;
}

/** `nowS` is wall time in seconds: nodes of a set have to agree about it. */
export function createCookies(secrets: readonly Uint8Array[], nowS: () => number): Cookies {
  let keys: readonly SipKey[] = secrets.map(sipKey);
  /** What is hashed, and room for what comes of it. */
  const text = new Uint8Array(clientCookieBytes + 8 + 16);
  const hash = new Uint8Array(8);
  return {
    isOurs(cookie, address) {
      if (cookie.length !== clientCookieBytes + serverCookieBytes || cookie[8] !== 1) return false;
      const made = secondsAt(cookie, 12);
      const ageS = (Math.floor(nowS()) - made) | 0;
      if (ageS > ageSMax || ageS < -aheadSMax) return false;
      for (let at = 0; at < 16; at++) text[at] = cookie[at] as number;
      text.set(address, 16);
      return keys.some((key) => {
        sipHash(key, text, 16 + address.length, hash, 0);
        let differs = 0;
        for (let at = 0; at < 8; at++) differs |= (hash[at] as number) ^ (cookie[16 + at] as number);
        return differs === 0;
      });
    },
    write(out, at, from, client, address) {
      const [key] = keys;
      if (key === undefined) return;
      const now = Math.floor(nowS());
      for (let byte = 0; byte < clientCookieBytes; byte++) text[byte] = from[client + byte] as number;
      text[8] = 1;
      text[9] = text[10] = text[11] = 0;
      text[12] = now >>> 24;
      text[13] = now >>> 16;
      text[14] = now >>> 8;
      text[15] = now;
      text.set(address, 16);
      for (let byte = 0; byte < 8; byte++) out[at + byte] = text[8 + byte] as number;
      sipHash(key, text, 16 + address.length, out, at + 8);
    },
    rotate(given) {
      keys = given.map(sipKey);
    },
  };
}

function secondsAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
