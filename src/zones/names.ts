// Domain names inside the program: wire form in lower case, as a string of latin1 characters, length octets and the root's included.
// In: text as people write it, bytes as packets carry it. Out: a key of maps that needs no escapes and is cut at labels by slicing.
// A label may hold any octet, so a name is never compared by `endsWith`: `isWithin` walks the labels.
import { ok, type Result, refuse } from "../base/result.ts";

/** `www.example.` is `"\x03www\x07example\x00"`. */
export type Name = string;

/** The root, `.`. */
export const root: Name = "\0";

/** RFC 1035, 2.3.4: octets of a label, and of a whole name with its length octets. */
export const labelOctetsMax = 63;
export const nameOctetsMax = 255;

/**
 * Reads a name as people write it (RFC 1035, 5.1): labels with dots between, a last dot or none (the name is absolute either way), `\.` for a
 * dot that is part of a label, `\065` for an octet. The reason of a refusal is a sentence without its full stop.
 */
export function parseName(text: string): Result<Name, string> {
  if (text === ".") return ok(root);
  if (text === "") return refuse("a name is missing");
  let name = "";
  let label = "";
  for (let at = 0; at < text.length; ) {
    const read = octetAt(text, at);
    if (!read.ok) return read;
    const { octet, length } = read.value;
    at += length;
    if (octet !== null) label += octet;
    if (octet === null || at === text.length) {
      if (label === "") return refuse(`${JSON.stringify(text)} has an empty label`);
      if (label.length > labelOctetsMax)
        return refuse(`a label of ${JSON.stringify(text)} is longer than ${labelOctetsMax} octets`);
      name += String.fromCharCode(label.length) + label;
      label = "";
    }
  }
  name += root;
  if (name.length > nameOctetsMax)
    return refuse(`${JSON.stringify(text)} is longer than ${nameOctetsMax} octets`);
  return ok(lowered(name));
}

/** One octet of a label; null for the dot between two. */
function octetAt(
  text: string,
  at: number,
): Result<{ readonly octet: string | null; readonly length: number }, string> {
  const character = text.charAt(at);
  if (character === ".") return ok({ octet: null, length: 1 });
  if (character !== "\\") {
    const code = character.charCodeAt(0);
    if (code > 0x20 && code < 0x7f) return ok({ octet: character, length: 1 });
    return refuse(
      `${JSON.stringify(text)} holds ${JSON.stringify(character)}; write such a name in ASCII (xn--…), or the octet as \\DDD`,
    );
  }
  const decimal = /^\\(\d{3})/.exec(text.slice(at, at + 4))?.[1];
  if (decimal !== undefined && Number(decimal) < 256)
    return ok({ octet: String.fromCharCode(Number(decimal)), length: 4 });
  const escaped = text.charAt(at + 1);
  if (/^[\x21-\x2f\x3a-\x7e]$/.test(escaped)) return ok({ octet: escaped, length: 2 });
  return refuse(`${JSON.stringify(text)} has a backslash with no octet after it`);
}

/** As people write it, with the last dot; `parseName` gives the same name again. */
export function showName(name: Name): string {
  if (name === root) return ".";
  return labels(name)
    .map((label) => `${label.replace(/[^!#%-'*-:<-[\]-~]|[.]/g, escaped)}.`)
    .join("");
}

function escaped(octet: string): string {
  const code = octet.charCodeAt(0);
  if (code > 0x20 && code < 0x7f) return `\\${octet}`;
  return `\\${String(code).padStart(3, "0")}`;
}

/** Its labels without their length octets, the leftmost first; none of the root. */
export function labels(name: Name): readonly string[] {
  const found: string[] = [];
  for (let at = 0; name.charCodeAt(at) !== 0; ) {
    const length = name.charCodeAt(at);
    found.push(name.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return found;
}

/** How many labels it has, the root's not counted. */
export function labelCount(name: Name): number {
  let count = 0;
  for (let at = 0; name.charCodeAt(at) !== 0; at += 1 + name.charCodeAt(at)) count++;
  return count;
}

/** Without its leftmost label; the root has no parent. */
export function parent(name: Name): Name | null {
  return name === root ? null : name.slice(1 + name.charCodeAt(0));
}

/** `label` (octets, not escaped) before `name`: `under("*", zone)` is the zone's wildcard. */
export function under(label: string, name: Name): Name {
  return String.fromCharCode(label.length) + lowered(label) + name;
}

/** Whether `name` is `zone` or lies below it. */
export function isWithin(name: Name, zone: Name): boolean {
  let at = 0;
  while (name.length - at > zone.length) at += 1 + name.charCodeAt(at);
  return name.length - at === zone.length && (at === 0 ? name === zone : name.endsWith(zone));
}

/** Its bytes in a packet, uncompressed; rdata holds names so. */
export function nameBytes(name: Name): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(name.length);
  for (let at = 0; at < name.length; at++) bytes[at] = name.charCodeAt(at);
  return bytes;
}

/** The uncompressed name that begins at `at`, as rdata holds it; null where the bytes are none. */
export function nameAt(bytes: Uint8Array, at: number): Name | null {
  let end = at;
  for (;;) {
    const length = bytes[end];
    if (length === undefined || length > labelOctetsMax) return null;
    end += 1 + length;
    if (end - at > nameOctetsMax || end > bytes.length) return null;
    if (length === 0) break;
  }
  return lowered(String.fromCharCode(...bytes.subarray(at, end)));
}

/**
 * ASCII alone: other octets have no case (RFC 4343). A length octet is no letter, for it is 63 at most. Not by an expression: the engine keeps what
 * one found for the next time, and in a process that reads names all day that is what its memory grows by between two whole collections.
 */
export function lowered(octets: string): string {
  let at = 0;
  while (at < octets.length && !isUpper(octets.charCodeAt(at))) at++;
  if (at === octets.length) return octets;
  let lower = octets.slice(0, at);
  for (; at < octets.length; at++) {
    const code = octets.charCodeAt(at);
    lower += isUpper(code) ? String.fromCharCode(code + 0x20) : octets.charAt(at);
  }
  return lower;
}

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
