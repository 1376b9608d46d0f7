// What rdata is made of: numbers, names, addresses, texts. In: words of a zone file, or bytes. Out: the other one, or a sentence.
// A field says both ways side by side, so that what is read is what is shown; rdata.ts puts fields together, a row a type.
import { ok, type Result, refuse } from "../base/result.ts";
import { addressBytes, showAddress } from "./addresses.ts";
import { type Name, nameAt, nameBytes, nameOctetsMax, parseName, root, showName } from "./names.ts";
import { readTtl } from "./ttl.ts";

/** A word of a zone file: its text with its escapes, without its quotes. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** What was wrong, at which of the words; one past the last where a word is missing. */
export interface WordFault {
  readonly at: number;
  readonly says: string;
}

export interface Field {
  /** What may stand there, for people. */
  readonly wants: string;
  /** Takes all the words that are left, which may be none. */
  readonly many?: true;
  /** `origin` completes relative names. */
  read(words: readonly Word[], origin: Name): Result<Uint8Array, WordFault>;
  /** Text and length of the field that begins at `at`; null where the bytes are none. */
  show(bytes: Uint8Array, at: number): { readonly text: string; readonly next: number } | null;
}

/** A name as it stands in a zone: `@` for the origin, without a last dot below it. */
export function nameIn(text: string, origin: Name): Result<Name, string> {
  if (text === "@") return ok(origin);
  const read = parseName(text);
  if (!read.ok || text === "." || endsInDot(text)) return read;
  const name = read.value.slice(0, -root.length) + origin;
  return name.length > nameOctetsMax
    ? refuse(
        `${JSON.stringify(text)} with ${showName(origin)} after it is longer than ${nameOctetsMax} octets`,
      )
    : ok(name);
}

/** An escaped dot is part of a label. */
function endsInDot(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\.$/.test(text);
}

function one(
  wants: string,
  read: (word: Word, origin: Name) => Result<Uint8Array, string> | Uint8Array | null,
  show: Field["show"],
): Field {
  return {
    wants,
    read([word], origin) {
      const bytes = word === undefined ? null : read(word, origin);
      if (bytes instanceof Uint8Array) return ok(bytes);
      if (bytes?.ok) return bytes;
      const says =
        bytes === null ? `${word === undefined ? "nothing" : quoted(word)} is not ${wants}` : bytes.reason;
      return refuse({ at: 0, says });
    },
    show,
  };
}

export function quoted(word: Word): string {
  return JSON.stringify(word.text);
}

/** A number of so many octets. */
export function number(octets: 1 | 2 | 4, what: string): Field {
  const max = 2 ** (8 * octets) - 1;
  return one(
    `${what} from 0 to ${max}`,
    ({ text }) => (/^\d{1,10}$/.test(text) && Number(text) <= max ? big(octets, Number(text)) : null),
    (bytes, at) => {
      const value = numberAt(bytes, at, octets);
      return value === null ? null : { text: String(value), next: at + octets };
    },
  );
}

/** Seconds, also as `1h30m`. */
export function time(what: string): Field {
  return one(
    `${what} in seconds, or such as 1h30m`,
    ({ text }) => {
      const seconds = readTtl(text);
      return seconds === null ? null : big(4, seconds);
    },
    number(4, what).show,
  );
}

export function big(octets: number, value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: octets }, (_, at) => Math.floor(value / 256 ** (octets - 1 - at)) % 256);
}

export function numberAt(bytes: Uint8Array, at: number, octets: number): number | null {
  if (at + octets > bytes.length) return null;
  let value = 0;
  for (let step = 0; step < octets; step++) value = value * 256 + (bytes[at + step] ?? 0);
  return value;
}

export function domain(what: string): Field {
  return one(
    `${what}, a name`,
    ({ text, quoted: isQuoted }, origin) => {
      if (isQuoted) return null;
      const name = nameIn(text, origin);
      return name.ok ? nameBytes(name.value) : name;
    },
    (bytes, at) => {
      const name = nameAt(bytes, at);
      return name === null ? null : { text: showName(name), next: at + name.length };
    },
  );
}

export function address(octets: 4 | 16): Field {
  return one(
    octets === 4 ? "an IPv4 address such as 192.0.2.1" : "an IPv6 address such as 2001:db8::1",
    ({ text }) => {
      const bytes = addressBytes(text);
      return bytes?.length === octets ? bytes : null;
    },
    (bytes, at) =>
      at + octets > bytes.length
        ? null
        : { text: showAddress(bytes.subarray(at, at + octets)), next: at + octets },
  );
}

const stringOctetsMax = 255;

/** One string of at most 255 octets, with its length before it. */
export function string(what: string): Field {
  return one(
    `${what}, of at most ${stringOctetsMax} octets`,
    ({ text }) => {
      const octets = octetsOf(text);
      return octets === null || octets.length > stringOctetsMax ? null : counted(octets);
    },
    (bytes, at) => {
      const length = bytes[at];
      if (length === undefined || at + 1 + length > bytes.length) return null;
      return { text: showOctets(bytes.subarray(at + 1, at + 1 + length)), next: at + 1 + length };
    },
  );
}

/** One string or several. */
export function strings(what: string): Field {
  const each = string(what);
  return {
    wants: `${each.wants} each`,
    many: true,
    read(words, origin) {
      if (words.length === 0) return refuse({ at: 0, says: `${what} is missing` });
      const parts: Uint8Array[] = [];
      for (const [at, word] of words.entries()) {
        const part = each.read([word], origin);
        if (!part.ok) return refuse({ at, says: part.reason.says });
        parts.push(part.value);
      }
      return ok(joined(parts));
    },
    show(bytes, at) {
      const texts: string[] = [];
      let next = at;
      do {
        const part = each.show(bytes, next);
        if (part === null) return null;
        texts.push(part.text);
        next = part.next;
      } while (next < bytes.length);
      return { text: texts.join(" "), next };
    },
  };
}

/** Octets to the end of the rdata, as one string of any length. */
export function rest(what: string): Field {
  return one(
    what,
    ({ text }) => octetsOf(text),
    (bytes, at) => ({ text: showOctets(bytes.subarray(at)), next: bytes.length }),
  );
}

/** A word of ASCII letters and digits with its length before it (RFC 8659, 4.1). */
export function tag(what: string): Field {
  return one(
    `${what}, letters and digits`,
    ({ text }) =>
      /^[0-9A-Za-z]{1,255}$/.test(text) ? counted(new TextEncoder().encode(text.toLowerCase())) : null,
    (bytes, at) => {
      const length = bytes[at] ?? 0;
      const text = String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length));
      return /^[0-9A-Za-z]+$/.test(text) && text.length === length ? { text, next: at + 1 + length } : null;
    },
  );
}

/** Hexadecimal octets to the end of the rdata; blanks between are allowed. */
export function hex(what: string): Field {
  return {
    wants: `${what} in hexadecimal`,
    many: true,
    read(words) {
      const bytes = hexBytes(words.map(({ text }) => text).join(""));
      return bytes === null || bytes.length === 0
        ? refuse({ at: 0, says: `${what} is not an even number of hexadecimal digits` })
        : ok(bytes);
    },
    show: (bytes, at) =>
      at < bytes.length ? { text: hexText(bytes.subarray(at)), next: bytes.length } : null,
  };
}

export function hexBytes(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

export function counted(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(octets.length + 1);
  bytes[0] = octets.length;
  bytes.set(octets, 1);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What a text with `\DDD` and `\X` stands for; other characters are UTF-8. Null where an escape is none. */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> | null {
  const utf8 = new TextEncoder().encode(text);
  if (!text.includes("\\")) return utf8;
  const octets: number[] = [];
  for (let at = 0; at < utf8.length; at++) {
    const octet = utf8[at] ?? 0;
    if (octet !== 0x5c) {
      octets.push(octet);
      continue;
    }
    const digits = String.fromCharCode(...utf8.subarray(at + 1, at + 4));
    const decimal = /^\d{3}$/.test(digits) ? Number(digits) : null;
    const next = utf8[at + 1];
    if (next === undefined || (decimal ?? 0) > 255) return null;
    octets.push(decimal ?? next);
    at += decimal === null ? 1 : 3;
  }
  return Uint8Array.from(octets);
}

/** In quotes, as a zone file may hold it. */
export function showOctets(octets: Uint8Array): string {
  const text = Array.from(octets, (octet) => {
    if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
    return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, "0")}`;
  });
  return `"${text.join("")}"`;
}
