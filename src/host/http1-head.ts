// The head of an HTTP/1.1 request (RFC 9112). In: its text, byte for byte, up to its empty line. Out: what it asks, or why it is refused.
// Two parsers that end a request at different bytes take one visitor's body for another's request, so whatever is not plain is refused, also
// where the RFC would let a server repair it. A request that has a body is the last of its connection, whether anybody wants to read it or not.
import { limits } from "../base/limits.ts";
import type { Asked, Hear } from "./asked.ts";

/** Why a head is not answered. */
export type Refusal = "syntax" | "target" | "framing" | "version" | "head-too-long" | "body-too-long";

const methodAndTarget = /^([A-Z][A-Z-]*) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)\r\n/;
// A class of characters and then another that ends it, so that nothing here can be matched in two ways, however long the lines.
const headerLines = /(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;
const absoluteTarget = /^https?:\/\/([^/?#]*)(.*)$/i;
const closeInList = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;

export interface HeadLimits {
  /** Its connection is one of TLS. */
  readonly secure: boolean;
  readonly bodyBytesMax: number;
}

interface RequestLine {
  readonly method: string;
  /** The target as it was sent. */
  readonly sent: string;
  /** HTTP/1.0. */
  readonly isOld: boolean;
}

/** `text` ends with the head's empty line. */
export function readHead(text: string, limit: HeadLimits): Head | Refusal {
  if (text.length > limits.requestHeadBytesMax) return "head-too-long";
  const first = methodAndTarget.exec(text);
  if (first === null) return "syntax";
  const [line, method = "", sent = "", major, minor] = first;
  if (major !== "1" || (minor !== "0" && minor !== "1")) return "version";
  headerLines.lastIndex = line.length;
  if (!headerLines.test(text) || headerLines.lastIndex !== text.length) return "syntax";
  return judge({ method, sent, isOld: minor === "0" }, new Lines(text, line.length), limit);
}

/**
 * The header lines of a head that is one. Those that nearly every head has, and nobody asks for, are passed over by the length of their name:
 * to read all of a browser's costs as much as to answer it.
 */
class Lines {
  readonly text: string;
  readonly #from: number;
  readonly #names: string[] = [];
  readonly #values: string[] = [];
  constructor(text: string, from: number) {
    this.text = text;
    this.#from = from;
    this.#read((length) => length < usual.length && usual[length] === 1, this.#names, this.#values);
  }

  /** Several values of a name are a list. */
  of(name: string): string | null {
    if (usual[name.length] === 1) return listed(this.#names, this.#values, name);
    const names: string[] = [];
    const values: string[] = [];
    this.#read((length) => length === name.length, names, values);
    return listed(names, values, name);
  }

  #read(isWanted: (length: number) => boolean, names: string[], values: string[]): void {
    const { text } = this;
    for (let at = this.#from; at < text.length - 2; ) {
      const colon = text.indexOf(":", at);
      const end = text.indexOf("\r\n", colon);
      if (isWanted(colon - at)) {
        names.push(text.slice(at, colon).toLowerCase());
        values.push(withoutBlanks(text.slice(colon + 1, end)));
      }
      at = end + 2;
    }
  }
}

/** By length, the names that are asked for. */
const usual = new Uint8Array(32);
for (const name of [
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "accept-encoding",
  "if-none-match",
  "last-event-id",
])
  usual[name.length] = 1;

/** Blanks and tabs around a value are not of it (RFC 9110, 5.5); anything else that looks like a blank is. */
function withoutBlanks(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value.charCodeAt(from))) from++;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
  return value.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function judge({ method, sent, isOld }: RequestLine, lines: Lines, limit: HeadLimits): Head | Refusal {
  const host = lines.of("host");
  const target = targetOf(method, sent, host);
  if (target === null) return "target";
  const length = lines.of("content-length");
  const coding = lines.of("transfer-encoding");
  // One coding, the one that ends by itself. With HTTP/1.0 or beside a length it has been smuggled in.
  if (coding !== null && (isOld || length !== null || coding.toLowerCase() !== "chunked")) return "framing";
  // Two lengths are a list here, which is no number.
  if (length !== null && !/^\d+$/.test(length)) return "framing";
  if (Number(length ?? 0) > limit.bodyBytesMax) return "body-too-long";
  const hasBody = length !== null || coding !== null;
  const isLast = isOld || hasBody || closeInList.test(lines.of("connection") ?? "");
  return new Head({ method, target, host, secure: limit.secure, hasBody, isOld, isLast }, lines);
}

/**
 * An absolute target has to name the Host (RFC 9112, 3.2.2): a cache may have kept the answer under either. Null where a target is none that this
 * method may have.
 */
function targetOf(method: string, sent: string, host: string | null): string | null {
  if (sent.startsWith("/")) return sent;
  if (method === "CONNECT") return "";
  if (sent === "*") return method === "OPTIONS" ? "" : null;
  const [, authority, rest] = absoluteTarget.exec(sent) ?? [];
  return authority !== undefined && authority.toLowerCase() === host?.toLowerCase() ? (rest ?? "") : null;
}

function listed(names: readonly string[], values: readonly string[], name: string): string | null {
  let at = names.indexOf(name);
  if (at === -1) return null;
  let value = values[at] as string;
  for (at = names.indexOf(name, at + 1); at !== -1; at = names.indexOf(name, at + 1))
    value += `, ${values[at]}`;
  return value;
}

/** One object for all requests of the same bytes, as long as it is remembered. */
export class Head implements Asked {
  readonly method: string;
  readonly target: string;
  readonly host: string | null;
  readonly secure: boolean;
  readonly hasBody: boolean;
  readonly isHead: boolean;
  /** HTTP/1.0. */
  readonly isOld: boolean;
  /** By what it says, its connection ends with the answer. */
  readonly isLast: boolean;
  repeats = false;
  /** Length of its text. */
  readonly bytes: number;
  readonly #lines: Lines;
  constructor(
    said: Pick<Head, "method" | "target" | "host" | "secure" | "hasBody" | "isOld" | "isLast">,
    lines: Lines,
  ) {
    this.method = said.method;
    this.target = said.target;
    this.host = said.host;
    this.secure = said.secure;
    this.hasBody = said.hasBody;
    this.isHead = said.method === "HEAD";
    this.isOld = said.isOld;
    this.isLast = said.isLast;
    this.bytes = lines.text.length;
    this.#lines = lines;
  }
  field(name: string): string | null {
    return this.#lines.of(name);
  }
}

/** A head of which a body follows. */
export class HeadWithBody implements Asked {
  readonly method: string;
  readonly target: string;
  readonly host: string | null;
  readonly secure: boolean;
  readonly hasBody = true;
  readonly repeats = false;
  readonly hear: Hear;
  readonly #head: Head;
  constructor(head: Head, hear: Hear) {
    this.method = head.method;
    this.target = head.target;
    this.host = head.host;
    this.secure = head.secure;
    this.hear = hear;
    this.#head = head;
  }
  field(name: string): string | null {
    return this.#head.field(name);
  }
}
