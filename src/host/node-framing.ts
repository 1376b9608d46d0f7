// What node:http's parser lets through and no server behind a proxy should answer. In: a message's head. Out: null, or the status that refuses it.
// Two parsers that end a request at different bytes take one visitor's body for another's request, so whatever is not plain is refused.
import type { IncomingMessage } from "node:http";

/** Lines of a head; Bun has the same bound. node:http would drop those after the 2,000th in silence, a second Host among them. */
const headersMax = 200;

/** The refusal of a request whose end, version or target another parser could read otherwise (RFC 9112, 2.3, 3.2.2, 6.1). */
export function refusalOf(incoming: IncomingMessage): 400 | 431 | 505 | null {
  const { httpVersion, method, url: target = "", headers, rawHeaders } = incoming;
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return 505;
  if (rawHeaders.length > 2 * headersMax) return 431;
  const coding = headers["transfer-encoding"];
  // One coding, the one that ends by itself. With HTTP/1.0 or beside a length it has been smuggled in.
  if (coding !== undefined) {
    const plain = coding.toLowerCase() === "chunked" && httpVersion === "1.1";
    if (!plain || headers["content-length"] !== undefined) return 400;
  }
  if (target.startsWith("/") || method === "CONNECT") return null;
  if (target === "*") return method === "OPTIONS" ? null : 400;
  return namesHost(target, headers.host) ? null : 400;
}

/** An absolute target has to name the Host: a cache may have kept the answer under either. */
function namesHost(target: string, host: string | undefined): boolean {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
  return authority !== undefined && authority.toLowerCase() === host?.toLowerCase();
}

/** Requests after which nothing more is read: what another parser could take for the last word about this connection. */
export function isLast({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion !== "1.1" || headers.upgrade !== undefined;
}
