// What one brand colour becomes on a page. In: the colour. Out: the colours that it gives, or why it cannot be read.
// It is the colour of links, buttons and focus on the light page as it is, on the dark page the nearest lighter one that can be read there,
// and its hue is that of the night sea behind the state. So one colour is asked for, and both schemes pass WCAG 2.2 AA.
import type { Sentences } from "./checks.ts";
import { colourOf, contrastOn, nearestReadable, oklchOf } from "./colour.ts";

/** Contrast of text with its ground (WCAG 2.2, 1.4.3). */
export const readable = 4.5;

/** The grounds on which the brand is read, and the sea whose hue it turns: those of render's palette. A test holds the two together. */
export const brandGrounds = {
  light: ["#ffffff", "#f4f7f9"],
  dark: ["#0b131b", "#121d28"],
  sea: "#0f2031",
} as const;

/** Deep enough that white and every mark are read on it, whatever the hue. */
const seaChromaMax = 0.05;

/** What a page does with its brand. */
export interface BrandColours {
  readonly light: string;
  readonly dark: string;
  readonly sea: string;
}

/** `#rrggbb` in lower case of `#rgb` or `#rrggbb`; null of anything else. */
export function brandOf(text: string): string | null {
  const [, short, long] = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(text.trim()) ?? [];
  if (short !== undefined) return `#${[...short.toLowerCase()].map((it) => it + it).join("")}`;
  return long === undefined ? null : `#${long.toLowerCase()}`;
}

export function checkBrand(text: string | null | undefined): Sentences {
  if (text === undefined || text === null) return [];
  const brand = brandOf(text);
  if (brand === null) return [`The brand colour "${text}" is not written #rrggbb, such as #0b5cad.`];
  const found = contrastOn(brand, brandGrounds.light);
  if (found >= readable) return [];
  const nearest = nearestReadable(brand, brandGrounds.light, readable);
  return [
    `The brand colour ${brand} has a contrast of ${(Math.floor(found * 100) / 100).toFixed(2)} with the page behind it; text needs ${readable} (WCAG 2.2 AA). ` +
      `The nearest that passes is ${nearest ?? "#000000"}.`,
  ];
}

/** The colours of a brand that passes. */
export function brandColours(brand: string): BrandColours {
  const { c, h } = oklchOf(brand);
  const { l } = oklchOf(brandGrounds.sea);
  return {
    light: brand,
    dark: nearestReadable(brand, brandGrounds.dark, readable) ?? "#ffffff",
    sea: colourOf({ l, c: Math.min(c, seaChromaMax), h }),
  };
}
