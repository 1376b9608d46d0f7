// How a page looks, by setting: colour, pictures, links, words around it. In: fields. Out: looks, and sentences about wrong ones.
// Each is a field of the page by itself; one that was never set, or that a later release wrote in another shape, is as if it were not there.
import { limits } from "../base/limits.ts";
import { brandOf, checkBrand } from "./brand.ts";
import type { Sentences } from "./checks.ts";
import { checkEmblem, type Emblem } from "./emblem.ts";
import { jsonOf, listOf, textOf } from "./fields.ts";
import type { EntityRecord } from "./fold.ts";
import type { Json } from "./op.ts";

/** A link that the operator puts beside the page's own. An alias, so that it counts as JSON. */
export type PageLink = {
  readonly name: string;
  /** http, https or mailto. */
  readonly url: string;
};

export interface Looks {
  /** A line about the page, below its components; `description` of the page is the text beneath it. */
  readonly headline: string | null;
  /** Where visitors get help when nothing is wrong here: http, https or mailto. */
  readonly supportUrl: string | null;
  /** `#rrggbb`, readable as text on the light page. */
  readonly brand: string | null;
  readonly logo: Emblem | null;
  readonly favicon: Emblem | null;
  readonly headerLinks: readonly PageLink[];
  readonly footerText: string | null;
  readonly footerLinks: readonly PageLink[];
}

/** Of a page that nobody dressed. */
export const plainLooks: Looks = {
  headline: null,
  supportUrl: null,
  brand: null,
  logo: null,
  favicon: null,
  headerLinks: [],
  footerText: null,
  footerLinks: [],
};

/** Looks as a command gives them, in the form in which they are kept. */
export function looksGiven(fields: Partial<Looks>): Partial<Looks> {
  const { headline, supportUrl, brand, logo, favicon, headerLinks, footerText, footerLinks } = fields;
  const given = { headline, supportUrl, logo, favicon, headerLinks, footerText, footerLinks };
  const kept = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(kept),
    ...(brand === undefined ? {} : { brand: brand === null ? null : brandOf(brand) }),
  };
}

export function checkLooks(fields: Partial<Looks>): Sentences {
  return [
    ...checkLine(fields.headline, "headline"),
    ...checkLine(fields.footerText, "footer text"),
    ...(fields.supportUrl === undefined || fields.supportUrl === null || isAddress(fields.supportUrl)
      ? []
      : [`The support address "${fields.supportUrl.slice(0, 200)}" is no http, https or mailto address.`]),
    ...checkBrand(fields.brand),
    ...checkEmblem(fields.logo, "logo"),
    ...checkEmblem(fields.favicon, "favicon"),
    ...checkLinks(fields.headerLinks, "header"),
    ...checkLinks(fields.footerLinks, "footer"),
  ];
}

function checkLine(text: string | null | undefined, what: string): Sentences {
  if (text === undefined || text === null || text.length <= limits.remarkCharsMax) return [];
  return [`The ${what} has ${text.length} characters; ${limits.remarkCharsMax} are allowed.`];
}

function checkLinks(links: readonly PageLink[] | undefined, where: string): Sentences {
  if (links === undefined) return [];
  if (links.length > limits.pageLinksMax)
    return [`The ${where} has ${links.length} links; ${limits.pageLinksMax} are allowed.`];
  return links.flatMap(({ name, url }) => {
    if (name.trim() === "" || name.length > limits.linkCharsMax)
      return [
        `A ${where} link's name has 1 to ${limits.linkCharsMax} characters; "${name.slice(0, 80)}" has not.`,
      ];
    return isAddress(url)
      ? []
      : [
          `The ${where} link "${name}" leads to "${url.slice(0, 200)}", which is no http, https or mailto address.`,
        ];
  });
}

const addressCharsMax = 2_000;

/** An address that a page may link to: one that shows something, or writes a mail. */
export function isAddress(url: string): boolean {
  return (
    url.length <= addressCharsMax &&
    /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu.test(url) &&
    url.isWellFormed() &&
    URL.canParse(url)
  );
}

/** The looks of a page's record. */
export function looksIn(record: EntityRecord): Looks {
  return {
    headline: textOf(record, "headline"),
    supportUrl: textOf(record, "supportUrl"),
    brand: brandOf(textOf(record, "brand") ?? ""),
    logo: emblemIn(jsonOf(record, "logo")),
    favicon: emblemIn(jsonOf(record, "favicon")),
    headerLinks: linksIn(listOf(record, "headerLinks")),
    footerText: textOf(record, "footerText"),
    footerLinks: linksIn(listOf(record, "footerLinks")),
  };
}

const isEmblem = (value: Json): value is Json & Emblem =>
  typeof value === "object" &&
  value !== null &&
  "base64" in value &&
  typeof value.base64 === "string" &&
  "type" in value &&
  (value.type === "image/png" || value.type === "image/svg+xml");

/** The value itself: as long as nobody writes the field it is the same object, and what is made of it is made once. */
const emblemIn = (value: Json): Emblem | null => (isEmblem(value) ? value : null);

const isLink = (value: Json): value is Json & PageLink =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  typeof value.name === "string" &&
  "url" in value &&
  typeof value.url === "string";

const linksIn = (links: readonly Json[] | null): readonly PageLink[] => (links ?? []).filter(isLink);
