// Parameters of HTTPS and SVCB records (RFC 9460): `alpn=h2,h3 ipv4hint=192.0.2.1`. In: words or bytes. Out: the other one, or a sentence.
// On the wire they stand in order of their keys, each once; in a file in any order.
import { ok, type Result, refuse } from "../base/result.ts";
import { addressBytes, showAddress } from "./addresses.ts";
import {
  big,
  counted,
  type Field,
  joined,
  numberAt,
  octetsOf,
  showOctets,
  type Word,
  type WordFault,
} from "./rdata-fields.ts";

/** Keys of RFC 9460 (14.3) and RFC 9461 by their numbers. */
export const svcKeys = {
  mandatory: 0,
  alpn: 1,
  "no-default-alpn": 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
} as const;

interface ParamKind {
  /** The value's bytes from its octets as written; a sentence where they are none. */
  read(octets: Uint8Array): Result<Uint8Array, string>;
  /** As written after `=`, null for no value; undefined where the bytes are none. */
  show(bytes: Uint8Array): string | null | undefined;
}

const kinds: Readonly<Record<keyof typeof svcKeys, ParamKind>> = {
  mandatory: { read: readMandatory, show: showMandatory },
  alpn: { read: readAlpn, show: showAlpn },
  "no-default-alpn": {
    read: (octets) => (octets.length === 0 ? ok(octets) : refuse("no-default-alpn takes no value")),
    show: (bytes) => (bytes.length === 0 ? null : undefined),
  },
  port: {
    read: (octets) => {
      const text = asText(octets);
      return /^\d{1,5}$/.test(text) && Number(text) <= 0xffff
        ? ok(big(2, Number(text)))
        : refuse("port is a number from 0 to 65535");
    },
    show: (bytes) => (bytes.length === 2 ? String(numberAt(bytes, 0, 2)) : undefined),
  },
  ipv4hint: hints("ipv4hint", 4, "192.0.2.1,192.0.2.2"),
  ech: {
    read: readEch,
    show: (bytes) => (bytes.length === 0 ? undefined : Buffer.from(bytes).toString("base64")),
  },
  ipv6hint: hints("ipv6hint", 16, "2001:db8::1,2001:db8::2"),
  dohpath: opaque(),
};

const words: ReadonlyMap<number, string> = new Map(Object.entries(svcKeys).map(([word, key]) => [key, word]));

/** A parameter in wire form. */
export interface SvcParam {
  readonly key: number;
  readonly value: Uint8Array;
}

export const svcParams: Field = {
  wants: "parameters such as alpn=h2,h3",
  many: true,
  read: readParams,
  show(bytes, at) {
    const params = svcParamsAt(bytes, at);
    if (params === null) return null;
    const texts = params.map(({ key, value }) => {
      const shown = kindOf(key).show(value);
      return shown === undefined ? null : shown === null ? keyWord(key) : `${keyWord(key)}=${shown}`;
    });
    return texts.includes(null) ? null : { text: texts.join(" "), next: bytes.length };
  },
};

/** The parameters from `at` to the end of the rdata; null where the bytes are none. */
export function svcParamsAt(bytes: Uint8Array, at: number): readonly SvcParam[] | null {
  const params: SvcParam[] = [];
  for (let next = at; next < bytes.length; ) {
    const key = numberAt(bytes, next, 2);
    const length = numberAt(bytes, next + 2, 2);
    const last = params.at(-1)?.key ?? -1;
    if (key === null || length === null || key <= last || next + 4 + length > bytes.length) return null;
    params.push({ key, value: bytes.subarray(next + 4, next + 4 + length) });
    next += 4 + length;
  }
  return params;
}

/** In wire form, in order of their keys. */
export function svcParamBytes(params: readonly SvcParam[]): Uint8Array {
  const ordered = [...params].sort((left, right) => left.key - right.key);
  return joined(ordered.flatMap(({ key, value }) => [big(2, key), big(2, value.length), value]));
}

function readParams(given: readonly Word[]): Result<Uint8Array, WordFault> {
  const found = new Map<number, { value: Uint8Array; at: number }>();
  for (const [at, { text }] of given.entries()) {
    const equals = text.indexOf("=");
    const word = equals === -1 ? text : text.slice(0, equals);
    const key = keyOf(word);
    if (key === null)
      return refuse({
        at,
        says: `${JSON.stringify(word)} is none of ${Object.keys(svcKeys).join(", ")}, keyNNNNN`,
      });
    if (found.has(key)) return refuse({ at, says: `${keyWord(key)} stands here twice` });
    const octets = octetsOf(equals === -1 ? "" : text.slice(equals + 1));
    if (octets === null)
      return refuse({ at, says: `${JSON.stringify(text)} has a backslash with no octet after it` });
    const value = kindOf(key).read(octets);
    if (!value.ok) return refuse({ at, says: value.reason });
    if (value.value.length > 0xffff) return refuse({ at, says: `${keyWord(key)} has over 65535 octets` });
    found.set(key, { value: value.value, at });
  }
  return together(found);
}

/** What must hold between parameters (RFC 9460, 7.1.1 and 8). */
function together(
  found: ReadonlyMap<number, { readonly value: Uint8Array; readonly at: number }>,
): Result<Uint8Array, WordFault> {
  const mandatory = found.get(svcKeys.mandatory);
  for (let at = 0; mandatory !== undefined && at < mandatory.value.length; at += 2) {
    const key = numberAt(mandatory.value, at, 2) ?? 0;
    if (!found.has(key))
      return refuse({ at: mandatory.at, says: `${keyWord(key)} is mandatory and is not there` });
  }
  const noDefault = found.get(svcKeys["no-default-alpn"]);
  if (noDefault !== undefined && !found.has(svcKeys.alpn))
    return refuse({ at: noDefault.at, says: "no-default-alpn says nothing without alpn" });
  return ok(svcParamBytes([...found].map(([key, { value }]) => ({ key, value }))));
}

function keyOf(word: string): number | null {
  if (Object.hasOwn(svcKeys, word)) return svcKeys[word as keyof typeof svcKeys];
  const number = /^key(0|[1-9]\d{0,4})$/.exec(word)?.[1];
  // 65535 is reserved as invalid.
  return number === undefined || Number(number) > 65_534 ? null : Number(number);
}

function keyWord(key: number): string {
  return words.get(key) ?? `key${key}`;
}

function kindOf(key: number): ParamKind {
  const word = words.get(key);
  return word === undefined ? opaque() : kinds[word as keyof typeof svcKeys];
}

function opaque(): ParamKind {
  return { read: ok, show: (bytes) => (bytes.length === 0 ? null : showOctets(bytes)) };
}

function hints(word: string, octets: 4 | 16, example: string): ParamKind {
  return {
    read(text) {
      const found = asText(text)
        .split(",")
        .map((address) => addressBytes(address));
      const right = found.filter((bytes) => bytes?.length === octets);
      return right.length === found.length
        ? ok(joined(right as Uint8Array[]))
        : refuse(`${word} is a list of addresses such as ${example}`);
    },
    show(bytes) {
      if (bytes.length === 0 || bytes.length % octets !== 0) return undefined;
      const texts: string[] = [];
      for (let at = 0; at < bytes.length; at += octets)
        texts.push(showAddress(bytes.subarray(at, at + octets)));
      return texts.join(",");
    },
  };
}

function readMandatory(octets: Uint8Array): Result<Uint8Array, string> {
  const keys = asText(octets).split(",").map(keyOf);
  const known = keys.filter((key) => key !== null).sort((left, right) => left - right);
  if (known.length !== keys.length) return refuse("mandatory is a list of keys such as alpn,ipv4hint");
  if (known.includes(svcKeys.mandatory)) return refuse("mandatory does not name itself");
  if (new Set(known).size !== known.length) return refuse("mandatory names each key once");
  return ok(joined(known.map((key) => big(2, key))));
}

function showMandatory(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0 || bytes.length % 2 !== 0) return undefined;
  return Array.from({ length: bytes.length / 2 }, (_, at) => keyWord(numberAt(bytes, 2 * at, 2) ?? 0)).join(
    ",",
  );
}

/** A list has escapes of its own, within those of the text (RFC 9460, A.1): `\,` is a comma that is part of a value. */
function readAlpn(octets: Uint8Array): Result<Uint8Array, string> {
  const values: number[][] = [[]];
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    if (octet === 0x2c) values.push([]);
    else if (octet !== 0x5c) values.at(-1)?.push(octet);
    else {
      const next = octets[++at];
      if (next !== 0x2c && next !== 0x5c)
        return refuse("in alpn a backslash stands before a comma or another one");
      values.at(-1)?.push(next);
    }
  }
  return values.every(({ length }) => length > 0 && length < 256)
    ? ok(joined(values.map((value) => counted(Uint8Array.from(value)))))
    : refuse("alpn is a list of protocols such as h2,h3");
}

function showAlpn(bytes: Uint8Array): string | undefined {
  const values: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    if (length === 0 || at + 1 + length > bytes.length) return undefined;
    values.push(asText(bytes.subarray(at + 1, at + 1 + length)).replaceAll(/[\\,]/g, "\\$&"));
    at += 1 + length;
  }
  if (values.length === 0) return undefined;
  const list = values.join(",");
  return /^[0-9A-Za-z,./-]+$/.test(list)
    ? list
    : showOctets(Uint8Array.from(list, (character) => character.charCodeAt(0)));
}

function readEch(octets: Uint8Array): Result<Uint8Array, string> {
  const text = asText(octets);
  return /^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/.test(text) && text !== ""
    ? ok(Uint8Array.from(Buffer.from(text, "base64")))
    : refuse("ech is a configuration list in base64");
}

/** An octet a character. */
function asText(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}
