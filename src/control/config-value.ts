// One value of a page's file. In: a node of YAML, the field that it is for. Out: the value as a command takes it, or what would be right there.
// Anchors are not followed: ten lines of them can be a million values.
import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { emblemOf } from "../model/emblem.ts";
import type { Json } from "../model/op.ts";
import type { ConfigField } from "./config-shape.ts";

export interface ConfigPlace {
  readonly line: number;
  readonly column: number;
}

export type ReadValue =
  | { readonly ok: true; readonly value: Json }
  /** `wants` follows "is". `at`: where exactly, if not at the value's start. */
  | { readonly ok: false; readonly wants: string; readonly at?: Node };

const wrong = (wants: string, at?: Node): ReadValue =>
  at === undefined ? { ok: false, wants } : { ok: false, wants, at };

export function readValue(
  node: Node | null,
  field: ConfigField,
  readFile: (path: string) => Uint8Array,
): ReadValue {
  if (isAlias(node)) return wrong("written out: anchors are not followed here");
  if (node === null || (isScalar(node) && node.value === null))
    return field.blank === null ? { ok: true, value: null } : wrong(`${kinds[field.kind]}, not null`);
  switch (field.kind) {
    case "texts":
    case "references":
      return textsOf(node, field);
    case "links":
      return linksOf(node);
    case "headers":
      return headersOf(node);
    case "picture":
      return pictureOf(node, readFile);
    default:
      return scalarOf(node, field);
  }
}

const kinds: Readonly<Record<ConfigField["kind"], string>> = {
  text: "a text",
  flag: "true or false",
  whole: "a whole number",
  number: "a number",
  texts: "a list of texts",
  reference: "an id or a name",
  headers: "a map of headers, each with its value or with nothing",
  references: "a list of ids or names of components",
  links: "a list of links, each with name and url",
  picture: "a picture: {file: <an SVG or PNG beside this file>}, or {type, base64}",
};

function scalarOf(node: Node, { kind, allowed }: ConfigField): ReadValue {
  const value: unknown = isScalar(node) ? node.value : undefined;
  const isRight =
    kind === "flag"
      ? typeof value === "boolean"
      : kind === "text" || kind === "reference"
        ? typeof value === "string"
        : typeof value === "number" &&
          (kind === "number" ? Number.isFinite(value) : Number.isSafeInteger(value));
  if (!isRight) return wrong(`${kinds[kind]}${quoted(node, kind)}`);
  if (allowed !== undefined && !allowed.includes(String(value))) return wrong(`one of ${allowed.join(", ")}`);
  return { ok: true, value: value as Json };
}

const quoted = (node: Node, kind: ConfigField["kind"]): string =>
  (kind === "text" || kind === "reference") && isScalar(node)
    ? `: write "${String(node.source ?? node.value)}" in quotes`
    : "";

function textsOf(node: Node, { kind, allowed }: ConfigField): ReadValue {
  if (!isSeq(node)) return wrong(kinds[kind]);
  const found: string[] = [];
  for (const item of node.items as Node[]) {
    const value: unknown = isScalar(item) ? item.value : null;
    if (typeof value !== "string") return wrong(kinds[kind], item);
    if (allowed !== undefined && !allowed.includes(value))
      return wrong(`a list of some of ${allowed.join(", ")}`, item);
    found.push(value);
  }
  return { ok: true, value: found };
}

function textsIn(node: Node, known: readonly string[]): Readonly<Record<string, string>> | null {
  if (!isMap(node)) return null;
  const pairs = node.items.map(({ key, value }) => [
    isScalar(key) ? key.value : null,
    isScalar(value) ? value.value : null,
  ]);
  const isRight = pairs.every(([key, value]) => known.includes(String(key)) && typeof value === "string");
  return isRight ? (Object.fromEntries(pairs) as Record<string, string>) : null;
}

function linksOf(node: Node): ReadValue {
  if (!isSeq(node)) return wrong(kinds.links);
  const links: Json[] = [];
  for (const item of node.items as Node[]) {
    const { name, url } = textsIn(item, ["name", "url"]) ?? {};
    if (name === undefined || url === undefined) return wrong(kinds.links, item);
    links.push({ name, url });
  }
  return { ok: true, value: links };
}

/** What has no value keeps the one that it has. */
function headersOf(node: Node): ReadValue {
  if (!isMap(node)) return wrong(kinds.headers);
  const headers: Record<string, Json> = {};
  for (const { key, value } of node.items) {
    const name: unknown = isScalar(key) ? key.value : null;
    const said: unknown = isScalar(value) ? value.value : null;
    const isRight =
      typeof name === "string" && (said === null || typeof said === "string") && !isAlias(value);
    if (!isRight || (value !== null && !isScalar(value))) return wrong(kinds.headers);
    headers[name] = said;
  }
  return { ok: true, value: headers };
}

function pictureOf(node: Node, readFile: (path: string) => Uint8Array): ReadValue {
  const { file, type, base64 } = textsIn(node, ["file", "type", "base64"]) ?? {};
  if (file === undefined)
    return type === undefined || base64 === undefined
      ? wrong(kinds.picture)
      : { ok: true, value: { type, base64: base64.replace(/\s/g, "") } };
  const emblem = type === undefined && base64 === undefined ? emblemOf(readFile(file)) : null;
  return emblem === null ? wrong(kinds.picture) : { ok: true, value: emblem };
}
