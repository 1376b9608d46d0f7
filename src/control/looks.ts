// How a page looks, as the management API speaks of it. In: a body's fields, a page. Out: fields of a command, fields of an answer.
// Statuspage's names where it has one: headline, support_url, favicon_logo, transactional_logo, css_link_color. null or "" takes a value away.
import { Buffer } from "node:buffer";
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { emblemOf } from "../model/emblem.ts";
import { type LanguageCode, languageCodes } from "../model/language.ts";
import type { Looks } from "../model/looks.ts";
import type { Page } from "../model/view.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { oneOf, text } from "./fields.ts";

const orNull = (charsMax: number) => t.Optional(t.Union([text(charsMax), t.Null()]));
/** Longer than any picture that is taken: the sentence about its size comes from the model, in bytes. */
const pictureCharsMax = 4 * limits.emblemBytesMax;
const links = t.Optional(t.Array(t.Object({ name: text(1_000), url: text(4_000) }), { maxItems: 100 }));

export const looksFields = {
  headline: orNull(limits.updateCharsMax),
  support_url: orNull(4_000),
  brand_color: orNull(100),
  css_link_color: orNull(100),
  logo: orNull(pictureCharsMax),
  transactional_logo: orNull(pictureCharsMax),
  favicon: orNull(pictureCharsMax),
  favicon_logo: orNull(pictureCharsMax),
  header_links: links,
  footer_links: links,
  footer_text: orNull(limits.updateCharsMax),
  languages: t.Optional(t.Array(oneOf(languageCodes), { maxItems: languageCodes.length })),
};

const looksBody = t.Object(looksFields);
type Asked = (typeof looksBody)["static"];

/** The fields that a body speaks of. Throws what the API answers where a picture is none. */
export function looksAsked(body: Asked): Partial<Looks> & { readonly languages?: readonly LanguageCode[] } {
  const brand = first(body.brand_color, body.css_link_color);
  const logo = first(body.logo, body.transactional_logo);
  const favicon = first(body.favicon, body.favicon_logo);
  const { languages, header_links: headerLinks, footer_links: footerLinks } = body;
  return {
    ...word("headline", body.headline),
    ...word("supportUrl", body.support_url),
    ...word("footerText", body.footer_text),
    ...word("brand", brand),
    ...(logo === undefined ? {} : { logo: pictureAsked(logo, "Logo") }),
    ...(favicon === undefined ? {} : { favicon: pictureAsked(favicon, "Favicon") }),
    ...(headerLinks === undefined ? {} : { headerLinks: headerLinks.map(plainLink) }),
    ...(footerLinks === undefined ? {} : { footerLinks: footerLinks.map(plainLink) }),
    ...(languages === undefined ? {} : { languages }),
  };
}

const plainLink = ({ name, url }: { readonly name: string; readonly url: string }) => ({ name, url });

/** Of two names for one thing the one that was said; null says something. */
const first = <Value>(own: Value | undefined, theirs: Value | undefined): Value | undefined =>
  own === undefined ? theirs : own;

const word = (name: "headline" | "supportUrl" | "footerText" | "brand", value: string | null | undefined) =>
  value === undefined ? {} : { [name]: value === "" ? null : value };

/** A `data:` address or plain base64. */
function pictureAsked(value: string | null, what: string): Looks["logo"] {
  if (value === null || value === "") return null;
  const base64 = value.replace(/^data:[\w.+/-]*;base64,/, "").replace(/\s+/g, "");
  const made = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? emblemOf(Buffer.from(base64, "base64")) : null;
  if (made === null)
    throw new ApiRefusal(unprocessable(`${what} must be an SVG or a PNG in base64, or as a data: address`));
  return made;
}

/** What an answer says of a page's looks; pictures as `data:` addresses, as they may be sent back. */
export function looksShape({ looks, languages }: Page): Readonly<Record<string, unknown>> {
  const { brand, logo, favicon } = looks;
  const addressOf = (picture: Looks["logo"]): string | null =>
    picture === null ? null : `data:${picture.type};base64,${picture.base64}`;
  return {
    headline: looks.headline,
    support_url: looks.supportUrl,
    brand_color: brand,
    css_link_color: brand,
    logo: addressOf(logo),
    transactional_logo: addressOf(logo),
    favicon: addressOf(favicon),
    favicon_logo: addressOf(favicon),
    header_links: looks.headerLinks,
    footer_links: looks.footerLinks,
    footer_text: looks.footerText,
    languages,
  };
}
