// What smuggles requests past a proxy, as bytes. In: nothing. Out: a table of requests, each with what becomes of it.
// Sources: RFC 9112 (3, 5, 6, 7, 11.2), and the desync collections of PortSwigger ("HTTP Desync Attacks", "Browser-Powered Desync Attacks",
// "HTTP/1.1 must die"), of narfindustries' HTTP Garden and of the h2c and TE.0 write-ups. Written by hand for a server that takes no bodies.

/**
 * `refused`: nothing but refusals, and the connection is closed. `one`: one answer, and whatever follows is never one. `one, closed`: so,
 * and the connection is closed. `two`: these bytes are two requests by every reading of RFC 9112. `waits`: the server waits for the rest.
 */
export type Outcome = "refused" | "one" | "one, closed" | "two" | "waits";

export interface SmugglingCase {
  readonly name: string;
  readonly pieces: readonly string[];
  readonly outcome: Outcome;
  /** Where a runtime's parser is stricter or laxer than the others, and neither harms. */
  readonly on: Readonly<Record<string, Outcome>>;
}

export const visitedHost = "status.example";
/** Stands in the one answer that no attacker may get. */
export const canaryText = "the canary was asked for";

const host = `Host: ${visitedHost}\r\n`;
/** The request behind the request. */
export const canary = `GET /canary HTTP/1.1\r\n${host}\r\n`;
const size = canary.length;
const get = `GET /icon.svg HTTP/1.1\r\n${host}`;
const post = `POST /icon.svg HTTP/1.1\r\n${host}`;
const chunkedPost = `${post}Transfer-Encoding: chunked\r\n\r\n`;
const oneChunk = `${size.toString(16)}\r\n${canary}\r\n0\r\n\r\n`;
const none = "0\r\n\r\n";

function length(value: string): string {
  return `${get}Content-Length: ${value}\r\n\r\n${canary}`;
}

function coded(line: string): string {
  return `${get}${line}\r\n\r\n${none}${canary}`;
}

type Row = readonly [
  name: string,
  bytes: string | readonly string[],
  outcome: Outcome,
  on?: SmugglingCase["on"],
];

const lengths: readonly Row[] = [
  ["the canary as a body of GET", length(String(size)), "one, closed"],
  [
    "the canary as a body of HEAD",
    `HEAD /icon.svg HTTP/1.1\r\n${host}Content-Length: ${size}\r\n\r\n${canary}`,
    "one, closed",
  ],
  [
    "the canary as a body of OPTIONS",
    `OPTIONS / HTTP/1.1\r\n${host}Content-Length: ${size}\r\n\r\n${canary}`,
    "one, closed",
  ],
  ["the canary as a body of POST", `${post}Content-Length: ${size}\r\n\r\n${canary}`, "one, closed"],
  ["a body that comes later (0.CL)", [`${get}Content-Length: ${size}\r\n\r\n`, canary], "one, closed"],
  ["a length of nothing, then the canary (CL.0)", length("0"), "one, closed"],
  ["POST of nothing, then the canary", `${post}Content-Length: 0\r\n\r\n${canary}`, "one, closed"],
  ["a length shorter than the body", `${get}Content-Length: 1\r\n\r\nx${canary}`, "one, closed"],
  ["a length longer than the body", length(String(size + 1)), "one, closed"],
  ["a length with leading zeros", length(`000${size}`), "one, closed"],
  ["a length behind a tab", `${get}Content-Length:\t${size}\r\n\r\n${canary}`, "one, closed"],
  ["a length without a blank", `${get}Content-Length:${size}\r\n\r\n${canary}`, "one, closed"],
  ["the same length twice", `${get}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx${canary}`, "refused"],
  ["two lengths", `${get}Content-Length: 0\r\nContent-Length: ${size}\r\n\r\n${canary}`, "refused"],
  [
    "two lengths, the other way",
    `${get}Content-Length: ${size}\r\nContent-Length: 0\r\n\r\n${canary}`,
    "refused",
  ],
  ["a list of lengths", length(`${size}, ${size}`), "refused"],
  ["a list with an empty length", length(`${size},`), "refused"],
  ["a length with a plus sign", length(`+${size}`), "refused"],
  ["a length below zero", length("-1"), "refused"],
  ["minus zero", length("-0"), "refused"],
  ["a length in base 16", length("0x1f"), "refused"],
  ["a length in base 8 by its prefix", length("0o17"), "refused"],
  ["a length with an exponent", length("1e1"), "refused"],
  ["a length with a fraction", length("1.0"), "refused"],
  ["a length with an underscore", length("1_0"), "refused"],
  ["a length with a blank inside", length("1 0"), "refused"],
  ["a length with words behind it", length(`${size} bytes`), "refused"],
  ["a length in quotes", length(`"${size}"`), "refused"],
  ["a length of Arabic-Indic digits", length("\xd9\xa1"), "refused"],
  ["an empty length", length(""), "refused"],
  ["a length of 2^64", length("18446744073709551616"), "refused"],
  ["a length of 2^64 and the body's", length(String(18446744073709551616n + BigInt(size))), "refused"],
  ["a length of 2^32 and the body's", length(String(4294967296 + size)), "refused"],
  ["a length behind a vertical tab", `${get}Content-Length:\x0b${size}\r\n\r\n${canary}`, "refused"],
  ["a length behind a form feed", `${get}Content-Length:\x0c${size}\r\n\r\n${canary}`, "refused"],
  ["a length behind a no-break space", `${get}Content-Length:\xa0${size}\r\n\r\n${canary}`, "refused"],
  ["a length behind a NUL", `${get}Content-Length: \0${size}\r\n\r\n${canary}`, "refused"],
  ["a blank before the colon of a length", `${get}Content-Length : ${size}\r\n\r\n${canary}`, "refused"],
  ["a tab before the colon of a length", `${get}Content-Length\t: ${size}\r\n\r\n${canary}`, "refused"],
  ["a NUL in the name of a length", `${get}Content-Length\0: ${size}\r\n\r\n${canary}`, "refused"],
  ["a folded length", `${get}Content-Length:\r\n ${size}\r\n\r\n${canary}`, "refused"],
  ["a length behind a bare LF", `${get}X: y\nContent-Length: ${size}\r\n\r\n${canary}`, "refused"],
  ["a length behind a bare CR", `${get}X: y\rContent-Length: ${size}\r\n\r\n${canary}`, "refused"],
  [
    "a length named as to be dropped",
    `${get}Connection: content-length\r\nContent-Length: ${size}\r\n\r\n${canary}`,
    "one, closed",
  ],
  // A name of its own, which no rule gives a meaning: proxies that take `_` for `-` drop it (nginx: underscores_in_headers).
  ["Content_Length", `${get}Content_Length: ${size}\r\n\r\n${canary}`, "two"],
];

const codings: readonly Row[] = [
  ["chunks in GET", `${get}Transfer-Encoding: chunked\r\n\r\n${oneChunk}${canary}`, "one, closed"],
  ["chunks in POST", `${chunkedPost}${oneChunk}${canary}`, "one, closed"],
  ["no chunk but the last", coded("Transfer-Encoding: chunked"), "one, closed"],
  ["CL.TE", `${get}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${none}${canary}`, "refused"],
  [
    "CL.TE in POST",
    `${post}Content-Length: ${none.length}\r\nTransfer-Encoding: chunked\r\n\r\n${none}${canary}`,
    "refused",
  ],
  ["TE.CL", `${get}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${oneChunk}`, "refused"],
  [
    "CL.TE with a length of nothing",
    `${post}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n${none}${canary}`,
    "refused",
  ],
  ["capitals", coded("Transfer-Encoding: CHUNKED"), "one, closed"],
  ["a name in capitals", coded("TRANSFER-ENCODING: chunked"), "one, closed"],
  ["an unknown coding", coded("Transfer-Encoding: xchunked"), "refused"],
  ["identity", coded("Transfer-Encoding: identity"), "refused"],
  ["no coding", coded("Transfer-Encoding:"), "refused"],
  ["chunked twice", coded("Transfer-Encoding: chunked, chunked"), "refused"],
  ["chunked, then identity", coded("Transfer-Encoding: chunked, identity"), "refused"],
  ["gzip, then chunked", coded("Transfer-Encoding: gzip, chunked"), "refused"],
  // Elements of a list may be empty (RFC 9110, 5.6.1.2), and nobody writes one.
  ["a list with an empty coding", coded("Transfer-Encoding: ,chunked"), "refused"],
  ["two headers, the second another", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: x"), "refused"],
  ["two headers, the first another", coded("Transfer-Encoding: x\r\nTransfer-Encoding: chunked"), "refused"],
  ["two headers of chunked", coded("Transfer-Encoding: chunked\r\nTransfer-encoding: chunked"), "refused"],
  ["a blank before the colon", coded("Transfer-Encoding : chunked"), "refused"],
  ["a tab before the colon", coded("Transfer-Encoding\t: chunked"), "refused"],
  ["a tab behind the colon", coded("Transfer-Encoding:\tchunked"), "one, closed"],
  ["a vertical tab", coded("Transfer-Encoding:\x0bchunked"), "refused"],
  ["a vertical tab behind it", coded("Transfer-Encoding: chunked\x0b"), "refused"],
  ["a form feed", coded("Transfer-Encoding: \x0cchunked"), "refused"],
  ["a no-break space", coded("Transfer-Encoding: \xa0chunked"), "refused"],
  ["a NUL behind it", coded("Transfer-Encoding: chunked\0"), "refused"],
  ["a byte over 127", coded("Transfer-Encoding: \xffchunked"), "refused"],
  ["quotes", coded('Transfer-Encoding: "chunked"'), "refused"],
  ["a parameter", coded("Transfer-Encoding: chunked;q=1"), "refused"],
  ["a comment", coded("Transfer-Encoding: chunked (comment)"), "refused"],
  ["a folded value", coded("Transfer-Encoding:\r\n chunked"), "refused"],
  ["a value folded within", coded("Transfer-Encoding: chunked\r\n ,identity"), "refused"],
  ["folded behind another header", coded("X: y\r\n Transfer-Encoding: chunked"), "refused"],
  ["behind a bare LF", coded("X: y\nTransfer-Encoding: chunked"), "refused"],
  ["behind a bare CR", coded("X: y\rTransfer-Encoding: chunked"), "refused"],
  ["behind CR CR LF", coded("X: y\r\r\nTransfer-Encoding: chunked"), "refused"],
  ["a line that begins with a blank", coded(" Transfer-Encoding: chunked"), "refused"],
  ["a NUL in the name", coded("Transfer-Encoding\0: chunked"), "refused"],
  ["a control character before the name", coded("\x01Transfer-Encoding: chunked"), "refused"],
  ["a byte over 127 before the name", coded("\xffTransfer-Encoding: chunked"), "refused"],
  ["an empty name before it", coded(": Transfer-Encoding: chunked"), "refused"],
  ["no colon", coded("Transfer-Encoding chunked"), "refused"],
  [
    "with HTTP/1.0",
    `GET /icon.svg HTTP/1.0\r\n${host}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${none}${canary}`,
    "refused",
  ],
];

/** A POST of these chunks, and the canary behind it. */
function chunks(text: string): string {
  return `${chunkedPost}${text}${canary}`;
}

const bodies: readonly Row[] = [
  ["an extension", chunks(`5;a=b\r\nhello\r\n${none}`), "one, closed"],
  ["an extension with a bare LF", chunks(`5;\nxx\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  [
    "an extension whose quotes hold a line's end",
    chunks(`5;a="\r\nhello\r\n${none}`),
    "one, closed",
    { deno: "refused" },
  ],
  ["an extension of 20 kB", chunks(`5;${"a".repeat(20_000)}\r\nhello\r\n${none}`), "one, closed"],
  ["a size with a bare LF", chunks(`5\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with a bare CR", chunks(`5\rhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with 0x", chunks(`0x5\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size below zero", chunks(`-1\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with a plus sign", chunks(`+5\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with a blank behind it", chunks(`5 \r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with a blank before it", chunks(` 5\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size with an underscore", chunks(`0_5\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["no size", chunks(`\r\nhello\r\n${none}`), "one, closed", { deno: "refused" }],
  ["a size of 2^32 and 5", chunks(`100000005\r\nhello\r\n${none}`), "one, closed"],
  [
    "a size of 2^64 and 5",
    chunks(`10000000000000005\r\nhello\r\n${none}`),
    "one, closed",
    { deno: "refused" },
  ],
  ["leading zeros", chunks(`0005\r\nhello\r\n${none}`), "one, closed"],
  ["other bytes where a chunk ends", chunks(`5\r\nhelloXX${none}`), "one, closed", { deno: "refused" }],
  ["a bare LF where a chunk ends", chunks(`5\r\nhello\n${none}`), "one, closed", { deno: "refused" }],
  ["a last chunk of many zeros", chunks("5\r\nhello\r\n000\r\n\r\n"), "one, closed"],
  ["a last chunk with a bare LF", chunks("5\r\nhello\r\n0\n\n"), "one, closed", { deno: "refused" }],
  ["trailers", chunks("5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n"), "one, closed"],
  [
    "a length in the trailers",
    chunks("0\r\nContent-Length: 500\r\n\r\n"),
    "one, closed",
    { deno: "refused" },
  ],
  ["the canary in the trailers", `${chunkedPost}0\r\n${canary}`, "one, closed", { deno: "refused" }],
  [
    "chunks cut within a size",
    [`${chunkedPost}${size.toString(16)}`, `\r\n${canary}\r\n0\r\n\r\n${canary}`],
    "one, closed",
  ],
  ["a body over the bound", `${post}Content-Length: 100000\r\n\r\n${canary}`, "refused"],
  [
    "Expect, and the canary as the body",
    `${post}Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n${canary}`,
    "one, closed",
  ],
  [
    "Expect, and a body that comes later",
    [`${get}Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n`, canary],
    "one, closed",
  ],
  [
    "an expectation that is none",
    `${get}Expect: 200-ok\r\nContent-Length: ${size}\r\n\r\n${canary}`,
    "one, closed",
  ],
];

const lines: readonly Row[] = [
  ["one request", `${get}\r\n`, "one"],
  ["one request, byte by byte at its ends", [`${get}\r`, "\n"], "one"],
  ["half a request", "GET /icon.svg HTTP/1.1\r\nHo", "waits"],
  ["two requests", `${get}\r\n${canary}`, "two"],
  ["two requests, the second in pieces", [`${get}\r\n${canary.slice(0, 9)}`, canary.slice(9)], "two"],
  [
    "two requests, the first the last",
    `${get}Connection: close\r\n\r\n${canary}`,
    "one, closed",
    { deno: "refused" },
  ],
  [
    "the last by one word of a list",
    `${get}Connection: keep-alive, close\r\n\r\n${canary}`,
    "one, closed",
    { deno: "refused" },
  ],
  ["bare LF everywhere", `GET /icon.svg HTTP/1.1\nHost: ${visitedHost}\n\n${canary}`, "refused"],
  ["a bare LF behind the request line", `GET /icon.svg HTTP/1.1\n${host}\r\n${canary}`, "refused"],
  ["a bare LF at the end of the head", `${get}X: y\r\n\n${canary}`, "refused"],
  ["a bare CR in a value", `${get}X: a\rb\r\n\r\n${canary}`, "refused"],
  ["a bare CR and the canary in a value", `${get}X: a\r\r${canary}`, "refused"],
  ["a folded header", `${get}X: a\r\n b\r\n\r\n${canary}`, "refused"],
  ["a folded first header", `GET /icon.svg HTTP/1.1\r\n X: y\r\n${host}\r\n${canary}`, "refused"],
  ["NUL in a value", `${get}X: a\0b\r\n\r\n${canary}`, "refused"],
  ["NUL in a name", `${get}X\0: b\r\n\r\n${canary}`, "refused"],
  ["NUL in the target", `GET /ic\0on.svg HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a byte over 127 in a name", `${get}X\xff: b\r\n\r\n${canary}`, "refused"],
  ["a byte over 127 in a value", `${get}X: \xff\r\n\r\n`, "one"],
  ["a blank before a colon", `${get}X : b\r\n\r\n${canary}`, "refused"],
  ["a line without a colon", `${get}words\r\n\r\n${canary}`, "refused"],
  ["an empty name", `${get}: x\r\n\r\n${canary}`, "refused"],
  ["brackets in a name", `${get}(x): y\r\n\r\n${canary}`, "refused"],
  // RFC 9112, 2.2: a server should pass over an empty line before a request.
  ["empty lines before a request", `\r\n\r\n${get}\r\n`, "refused", { deno: "one" }],
  ["a blank before a request", ` ${get}\r\n${canary}`, "refused"],
  ["HTTP/0.9", `GET /icon.svg\r\n\r\n${canary}`, "refused"],
  ["HTTP/0.9 with a host", `GET /icon.svg\r\n${host}\r\n${canary}`, "refused"],
  ["HTTP/1.0", `GET /icon.svg HTTP/1.0\r\n${host}\r\n${canary}`, "one, closed", { deno: "refused" }],
  [
    "HTTP/1.0 that would go on",
    `GET /icon.svg HTTP/1.0\r\nConnection: keep-alive\r\n${host}\r\n${canary}`,
    "one, closed",
  ],
  ["HTTP/1.2", `GET /icon.svg HTTP/1.2\r\n${host}\r\n${canary}`, "refused"],
  ["HTTP/2.0", `GET /icon.svg HTTP/2.0\r\n${host}\r\n${canary}`, "refused"],
  ["HTTP/1.10", `GET /icon.svg HTTP/1.10\r\n${host}\r\n${canary}`, "refused"],
  ["HTTP/01.1", `GET /icon.svg HTTP/01.1\r\n${host}\r\n${canary}`, "refused"],
  ["http/1.1", `GET /icon.svg http/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["the preface of HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${canary}`, "refused"],
  ["a TLS hello", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", "refused"],
  ["tabs in the request line", `GET\t/icon.svg\tHTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  // Deno's parser passes over the second blank; the target cannot be read otherwise.
  ["two blanks in the request line", `GET  /icon.svg HTTP/1.1\r\n${host}\r\n`, "refused", { deno: "one" }],
  ["a blank in the target", `GET /icon.svg x HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a blank behind the version", `GET /icon.svg HTTP/1.1 \r\n${host}\r\n${canary}`, "refused"],
  ["a second version", `GET /icon.svg HTTP/1.1 HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a method in small letters", `get /icon.svg HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a method that is no word", `G(E)T /icon.svg HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["TRACE", `TRACE /icon.svg HTTP/1.1\r\n${host}\r\n${canary}`, "one, closed"],
  ["CONNECT", `CONNECT ${visitedHost}:80 HTTP/1.1\r\n${host}\r\n${canary}`, "one, closed"],
  ["CONNECT to a path", `CONNECT /icon.svg HTTP/1.1\r\n${host}\r\n${canary}`, "one, closed"],
  ["POST without a length", `${post}\r\n${canary}`, "one, closed"],
  ["a method to be taken for another", `${post}X-HTTP-Method-Override: GET\r\n\r\n${canary}`, "one, closed"],
  // Passed over, as RFC 9110, 7.8 has it: nothing of this connection is ever tunnelled, for nobody here answers 101.
  [
    "Upgrade to h2c",
    `${get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n${canary}`,
    "two",
    { deno: "one, closed" },
  ],
  [
    "Upgrade to a WebSocket",
    `${get}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${canary}`,
    "two",
    { deno: "one, closed" },
  ],
  ["a header of 20 kB", `${get}X: ${"a".repeat(20_000)}\r\n\r\n${canary}`, "refused"],
  ["a target of 20 kB", `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["5,000 headers", `${get}${"X: a\r\n".repeat(5_000)}\r\n${canary}`, "refused"],
];

const names: readonly Row[] = [
  ["the same Host twice", `${get}${host}\r\n${canary}`, "refused"],
  ["two Hosts", `${get}Host: other.example\r\n\r\n${canary}`, "refused"],
  [
    "two Hosts, the other first",
    `GET /icon.svg HTTP/1.1\r\nHost: other.example\r\n${host}\r\n${canary}`,
    "refused",
  ],
  ["Host and host", `${get}host: other.example\r\n\r\n${canary}`, "refused"],
  ["Host, and a folded one", `${get} Host: other.example\r\n\r\n${canary}`, "refused"],
  ["no Host", `GET /icon.svg HTTP/1.1\r\n\r\n${canary}`, "refused"],
  ["an empty Host", `GET /icon.svg HTTP/1.1\r\nHost:\r\n\r\n${canary}`, "refused"],
  [
    "a list of Hosts",
    `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}, other.example\r\n\r\n${canary}`,
    "refused",
  ],
  [
    "a Host with a byte over 127",
    `GET /icon.svg HTTP/1.1\r\nHost: st\xffatus.example\r\n\r\n${canary}`,
    "refused",
  ],
  ["a Host of UTF-8", `GET /icon.svg HTTP/1.1\r\nHost: stat\xc3\xbcs.example\r\n\r\n${canary}`, "refused"],
  [
    "a Host with a NUL",
    `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}\0.other.example\r\n\r\n${canary}`,
    "refused",
  ],
  ["a Host with a user", `GET /icon.svg HTTP/1.1\r\nHost: a@${visitedHost}\r\n\r\n${canary}`, "refused"],
  ["a Host with a path", `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}/x\r\n\r\n${canary}`, "refused"],
  [
    "a Host whose port is none",
    `GET /icon.svg HTTP/1.1\r\nHost: ${visitedHost}:80@other.example\r\n\r\n${canary}`,
    "refused",
  ],
  [
    "a Host with a percent sign",
    `GET /icon.svg HTTP/1.1\r\nHost: status%2eexample\r\n\r\n${canary}`,
    "refused",
  ],
  [
    "a blank before the colon of Host",
    `GET /icon.svg HTTP/1.1\r\nHost : ${visitedHost}\r\n\r\n${canary}`,
    "refused",
  ],
  ["a folded Host", `GET /icon.svg HTTP/1.1\r\nHost:\r\n ${visitedHost}\r\n\r\n${canary}`, "refused"],
  ["an absolute target", `GET http://${visitedHost}/icon.svg HTTP/1.1\r\n${host}\r\n`, "one"],
  // What a proxy that obeys RFC 9112, 3.2.2 sends is the same in both places.
  [
    "an absolute target of another host",
    `GET http://other.example/icon.svg HTTP/1.1\r\n${host}\r\n`,
    "refused",
  ],
  [
    "an absolute target with a user",
    `GET http://a@${visitedHost}/icon.svg HTTP/1.1\r\n${host}\r\n`,
    "refused",
  ],
  ["an absolute target of a file", `GET file:///etc/passwd HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  [
    "an absolute target of another scheme",
    `GET gopher://${visitedHost}/icon.svg HTTP/1.1\r\n${host}\r\n${canary}`,
    "refused",
  ],
  ["an authority as the target", `GET ${visitedHost}:80 HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["an asterisk as the target", `GET * HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a target without a slash", `GET icon.svg HTTP/1.1\r\n${host}\r\n${canary}`, "refused"],
  ["a target that could name a host", `GET //other.example/icon.svg HTTP/1.1\r\n${host}\r\n`, "one"],
  ["a fragment", `GET /icon.svg#x HTTP/1.1\r\n${host}\r\n`, "one"],
];

export const smugglingCases: readonly SmugglingCase[] = Object.entries({
  length: lengths,
  coding: codings,
  body: bodies,
  line: lines,
  name: names,
}).flatMap(([group, rows]) =>
  rows.map(([name, bytes, outcome, on = {}]) => ({
    name: `${group}/${name}`,
    pieces: typeof bytes === "string" ? [bytes] : bytes,
    outcome,
    on,
  })),
);
