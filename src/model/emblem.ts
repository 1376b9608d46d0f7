// Pictures that an operator uploads: a logo, a favicon. In: bytes as base64. Out: sentences, none when a page may show them.
// A page shows one by <img> alone, where no browser runs what an SVG holds; but its address can be opened by itself. So an SVG is not
// cleaned but refused: whatever draws is known, and whatever else there is, is named. What passes is served byte for byte.
import { limits } from "../base/limits.ts";
import type { Sentences } from "./checks.ts";

export type EmblemType = "image/svg+xml" | "image/png";

/** A picture as it is kept and served. An alias, so that it counts as JSON. */
export type Emblem = {
  readonly type: EmblemType;
  readonly base64: string;
};

const pngHead = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The picture that these bytes are; null where they are neither SVG nor PNG. */
export function emblemOf(bytes: Uint8Array): Emblem | null {
  const isPng = pngHead.every((byte, at) => bytes[at] === byte);
  const head = new TextDecoder().decode(bytes.subarray(0, 1_000));
  if (!isPng && !/^\ufeff?\s*</.test(head)) return null;
  return { type: isPng ? "image/png" : "image/svg+xml", base64: base64Of(bytes) };
}

/** `what` is the picture's name in a sentence: `logo`. */
export function checkEmblem(emblem: Emblem | null | undefined, what: string): Sentences {
  if (emblem === undefined || emblem === null) return [];
  const bytes = bytesOfEmblem(emblem);
  if (bytes === null) return [`The ${what} is not written in base64.`];
  if (bytes.length > limits.emblemBytesMax)
    return [`The ${what} has ${bytes.length} bytes; ${limits.emblemBytesMax} are allowed.`];
  switch (emblem.type) {
    case "image/png":
      return checkPng(bytes, what);
    case "image/svg+xml":
      return checkSvg(bytes, what);
    default:
      return [`The ${what} is neither an SVG nor a PNG.`];
  }
}

/** Null where the text is no base64. */
export function bytesOfEmblem({ base64 }: Emblem): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Width and height as the picture says them; null where it does not. */
export function sizeOfEmblem(emblem: Emblem): { readonly width: number; readonly height: number } | null {
  const bytes = bytesOfEmblem(emblem) ?? new Uint8Array();
  if (emblem.type === "image/png") {
    if (bytes.length < 24) return null;
    const view = new DataView(bytes.buffer);
    return sizeFrom(view.getUint32(16), view.getUint32(20));
  }
  const tag = /<svg\b[^>]*>/.exec(new TextDecoder().decode(bytes))?.[0] ?? "";
  const box = /\sviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(tag);
  const side = (name: string): number =>
    Number(new RegExp(`\\s${name}\\s*=\\s*["']([\\d.]+)(?:px)?["']`).exec(tag)?.[1] ?? Number.NaN);
  return box === null ? sizeFrom(side("width"), side("height")) : sizeFrom(Number(box[1]), Number(box[2]));
}

function sizeFrom(width: number, height: number): { readonly width: number; readonly height: number } | null {
  return width > 0 && height > 0 && width < 1e6 && height < 1e6 ? { width, height } : null;
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Chunks to the end, and nothing behind it (PNG, third edition, 5.3). */
function checkPng(bytes: Uint8Array, what: string): Sentences {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = pngHead.length;
  let first = "";
  if (!pngHead.every((byte, place) => bytes[place] === byte)) return [`The ${what} is no PNG.`];
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    first ||= name;
    at += 12 + length;
    if (name !== "IEND") continue;
    if (first !== "IHDR" || at !== bytes.length) break;
    const size = sizeOfEmblem({ type: "image/png", base64: base64Of(bytes.subarray(0, 24)) });
    return size !== null && Math.max(size.width, size.height) <= limits.emblemSideMax
      ? []
      : [`The ${what} is more than ${limits.emblemSideMax} pixels wide or high.`];
  }
  return [`The ${what} is a PNG that is cut short, or that something follows.`];
}

const drawing = new Set(
  (
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc style " +
    "linearGradient radialGradient stop clipPath mask pattern marker filter feGaussianBlur feOffset feBlend feFlood " +
    "feComposite feMerge feMergeNode feColorMatrix feDropShadow"
  ).split(" "),
);

const tagShape = /^<(\/?)([A-Za-z][\w:.-]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const attributeShape = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

/** Text, tags that draw, comments; no doctype, no entity but the five of XML, nothing that acts or comes from elsewhere. */
function checkSvg(bytes: Uint8Array, what: string): Sentences {
  const refuse = (why: string): Sentences => [
    `The ${what} holds ${why}, which a picture of a page may not; save it as plain SVG, or as PNG.`,
  ];
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return [`The ${what} is an SVG that is not written in UTF-8.`];
  }
  let rest = text.replace(/^\s*<\?xml\s[^?<>]*\?>/, "");
  if (!/^\s*(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(rest))
    return [`The ${what} is not an SVG: it does not begin with <svg>.`];
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(rest)) return refuse("an entity");
  for (let at = rest.indexOf("<"); at !== -1; at = rest.indexOf("<")) {
    const comment = /^<!--[\s\S]*?-->/.exec(rest.slice(at))?.[0];
    if (comment !== undefined) {
      rest = rest.slice(at + comment.length);
      continue;
    }
    const [whole, , name = "", attributes = ""] = tagShape.exec(rest.slice(at)) ?? [];
    if (whole === undefined) return refuse(`"${rest.slice(at, at + 20).replace(/\s+/g, " ")}"`);
    if (!drawing.has(name)) return refuse(`<${name.slice(0, 40)}>`);
    for (const [, key = "", double, single] of attributes.matchAll(attributeShape)) {
      if (!isHarmless(key, double ?? single ?? ""))
        return refuse(`the attribute ${key.slice(0, 40)} of <${name}>`);
    }
    rest = rest.slice(at + whole.length);
    if (name === "style" && !isHarmlessStyle(rest.slice(0, Math.max(0, rest.indexOf("<")))))
      return refuse("a style that fetches something");
  }
  return [];
}

function isHarmless(key: string, value: string): boolean {
  if (/^on/i.test(key) || /^(?:xml:base|src|style:|begin|from|to|values)$/i.test(key)) return false;
  if (/^(?:xlink:)?href$/i.test(key)) return /^#[\w.-]+$/.test(value);
  if (/^xmlns(?::|$)/i.test(key)) return /^https?:\/\/[\w./#-]*$/.test(value);
  return isHarmlessStyle(value) && !/(?:java|vb)script\s*:/i.test(value);
}

function isHarmlessStyle(css: string): boolean {
  return !/[\\@]|expression|image-set|url\s*\((?!\s*["']?#[\w.-]+["']?\s*\))/i.test(css);
}
