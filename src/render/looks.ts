// What an operator's looks become. In: looks of a page. Out: a print of them, their colours as CSS, the pictures' addresses and documents.
// A picture's name is that of its bytes, so that it never changes under its name; a page shows it by <img> and as an icon, and nowhere else.
import { createHash } from "node:crypto";
import { brandColours } from "../model/brand.ts";
import type { Emblem } from "../model/emblem.ts";
import type { Looks } from "../model/looks.ts";
import type { Document, Scene } from "./types.ts";

const paths = new WeakMap<Emblem, string>();

/** Where a picture is: `/_logo.<16 hex digits>.svg`. */
export function emblemPath(emblem: Emblem): string {
  const known = paths.get(emblem);
  if (known !== undefined) return known;
  const name = createHash("sha256").update(emblem.type).update(emblem.base64).digest("hex").slice(0, 16);
  const path = `/_logo.${name}.${emblem.type === "image/png" ? "png" : "svg"}`;
  paths.set(emblem, path);
  return path;
}

const prints = new WeakMap<Looks, string>();

/** Everything of the looks that some page shows, in a text that differs where they do. */
export function looksPrint(looks: Looks): string {
  const known = prints.get(looks);
  if (known !== undefined) return known;
  const { logo, favicon, ...words } = looks;
  const pictures = [logo, favicon].map((it) => (it === null ? null : emblemPath(it)));
  const print = JSON.stringify([words, pictures]);
  prints.set(looks, print);
  return print;
}

/** One brand after the other is worked out once: it takes hundreds of colours to find one. */
const brandsMax = 1_000;
const brands = new Map<string, string>();

/** What a brand changes in the stylesheet; nothing without one. */
export function brandStyle(brand: string | null): string {
  if (brand === null) return "";
  const known = brands.get(brand);
  if (known !== undefined) return known;
  const { light, dark, sea } = brandColours(brand);
  const css = `:root{--lk:${light};--sea:${sea}}@media(prefers-color-scheme:dark){:root{--lk:${dark}}}`;
  if (brands.size >= brandsMax) brands.clear();
  brands.set(brand, css);
  return css;
}

/** Logo and favicon. */
export function* emblems({ view }: Scene): Iterable<Document> {
  const { logo, favicon } = view.page.looks;
  const shown = new Map(
    [logo, favicon].flatMap((it) => (it === null ? [] : [[emblemPath(it), it] as const])),
  );
  for (const [path, { type, base64 }] of shown)
    yield {
      path,
      contentType: type,
      cache: "immutable",
      slot: false,
      encoding: "base64",
      key: path,
      body: () => base64,
    };
}
