// The OPT record of an answer (RFC 6891). In: what the client said of itself, what the answer has to say. Out: its size, and its bytes behind the
// answer's sections: cookie (RFC 7873), client subnet with its scope (RFC 7871), NSID (RFC 5001), extended error (RFC 8914).

import { types } from "../zones/types.ts";
import { type Cookies, clientCookieBytes, serverCookieBytes } from "./cookies.ts";
import { type Edns, options } from "./query.ts";

/** Codes of RFC 8914 that are said here. */
export const errors = {
  OTHER: 0,
  NOT_READY: 14,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
} as const;

export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

/** What this server says of itself in every OPT. */
export interface EdnsSelf {
  /** Octets that it sends, and takes, over UDP. */
  readonly answerBytesMax: number;
  readonly nsid: Buffer | null;
  readonly cookies: Cookies | null;
}

const optBytes = 11;
const optionBytes = 4;

/** With everything: the error's text is left out where there is no room for it. */
export function optSize({ nsid, cookies }: EdnsSelf, edns: Edns, error: ExtendedError | null): number {
  let size = optBytes;
  if (edns.cookie !== null && cookies !== null) size += optionBytes + clientCookieBytes + serverCookieBytes;
  if (edns.subnet !== null) size += optionBytes + edns.subnet.octets;
  if (edns.wantsNsid && nsid !== null) size += optionBytes + nsid.length;
  if (error !== null) size += optionBytes + 2 + Buffer.byteLength(error.text);
  return size;
}

/** What the OPT of one answer depends on. */
export interface OptSays {
  readonly edns: Edns;
  /** All twelve bits. */
  readonly rcode: number;
  readonly scope: number;
  readonly error: ExtendedError | null;
  /** Whose cookie it is. */
  readonly address: Uint8Array;
}

/** Writes the record at `at` of `out` and gives its end. `packet` is the query, of which parts are repeated. */
export function writeOpt(out: Buffer, at: number, packet: Buffer, self: EdnsSelf, says: OptSays): number {
  const { edns, rcode, scope, error, address } = says;
  out[at] = 0;
  out[at + 1] = 0;
  out[at + 2] = types.OPT;
  out[at + 3] = self.answerBytesMax >> 8;
  out[at + 4] = self.answerBytesMax;
  out[at + 5] = rcode >> 4;
  out[at + 6] = 0;
  // DO comes back as it was sent (RFC 3225); the other flags are nobody's yet.
  out[at + 7] = edns.dnssecOk ? 0x80 : 0;
  out[at + 8] = 0;
  let end = at + optBytes;
  if (edns.cookie !== null && self.cookies !== null) {
    end = writeOption(out, end, options.COOKIE, clientCookieBytes + serverCookieBytes);
    for (let byte = 0; byte < clientCookieBytes; byte++) out[end + byte] = edns.cookie[byte] as number;
    self.cookies.write(out, end + clientCookieBytes, edns.cookie, 0, address);
    end += clientCookieBytes + serverCookieBytes;
  }
  if (edns.subnet !== null) {
    const { at: from, octets } = edns.subnet;
    end = writeOption(out, end, options.SUBNET, octets);
    for (let byte = 0; byte < octets; byte++) out[end + byte] = packet[from + byte] as number;
    // Whoever gave no bits was answered without them (RFC 7871, 7.2.1).
    out[end + 3] = edns.subnet.bits === 0 ? 0 : scope;
    end += octets;
  }
  if (edns.wantsNsid && self.nsid !== null) {
    end = writeOption(out, end, options.NSID, self.nsid.length);
    out.set(self.nsid, end);
    end += self.nsid.length;
  }
  if (error !== null) {
    const text = Buffer.from(error.text);
    end = writeOption(out, end, options.ERROR, 2 + text.length);
    out[end] = error.code >> 8;
    out[end + 1] = error.code;
    out.set(text, end + 2);
    end += 2 + text.length;
  }
  const length = end - at - optBytes;
  out[at + 9] = length >> 8;
  out[at + 10] = length;
  return end;
}

/** Gives where its contents begin. */
function writeOption(out: Buffer, at: number, code: number, length: number): number {
  out[at] = 0;
  out[at + 1] = code;
  out[at + 2] = length >> 8;
  out[at + 3] = length;
  return at + optionBytes;
}
