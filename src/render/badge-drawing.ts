// A badge as a picture: a name, the lamp and its words over the line of the sea. In: label, words, mark. Out: SVG that stands alone: no font, style or
// file of elsewhere, and its own ground under every letter, so that it reads on white and on black.
import { shapes } from "./icon.tsx";
import { sea } from "./palette.ts";
import { oneLine } from "./piece.tsx";
import type { Mark } from "./severity.ts";
import { xmlText } from "./xml.ts";

export const badgeType = "image/svg+xml; charset=utf-8";

export interface Badge {
  readonly label: string;
  readonly words: string;
  readonly mark: Mark;
  /** What the picture tells, for those who hear it. */
  readonly description: string;
}

const fontPx = 11;
const labelCharsMax = 48;
/** Hundredths of an em from U+0020 to U+007E in DejaVu Sans, which is as wide as Verdana; other fonts of the list are narrower. */
const advances = (
  "32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 " +
  "63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84"
)
  .split(" ")
  .map(Number);
/** Letters with marks, other alphabets; what is written in squares, and pictures. */
const [otherAdvance, wideAdvance] = [64, 126];

/** How wide a text is, px. Rounded up: the drawing is told to keep to it. */
function widthOf(text: string): number {
  let hundredths = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    hundredths += advances[code - 0x20] ?? (code >= 0x1100 ? wideAdvance : otherAdvance);
  }
  return Math.ceil((hundredths * fontPx) / 100);
}

/** A label of one line: a name has 10,000 characters if its editor likes. */
function clipped(text: string): string {
  const chars = [...oneLine(text)];
  return chars.length <= labelCharsMax ? chars.join("") : `${chars.slice(0, labelCharsMax - 1).join("")}…`;
}

/** The SVG. Texts are held to their measured width, so that they fit in whichever font there is. */
export function badgeSvg({ label: name, words, mark, description }: Badge): string {
  const label = clipped(name);
  const [labelPx, wordsPx] = [widthOf(label), widthOf(words)];
  const split = labelPx + 17;
  const width = split + wordsPx + 25;
  const text = (of: string, x: number, px: number): string =>
    of === ""
      ? ""
      : `<text x="${x + px / 2}" y="13.5" textLength="${px}" lengthAdjust="spacingAndGlyphs">${xmlText(of)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-labelledby="t d">` +
    `<title id="t">${xmlText(label)}: ${xmlText(words)}</title><desc id="d">${xmlText(oneLine(description))}</desc>` +
    `<clipPath id="c"><rect width="${width}" height="20" rx="4"/></clipPath>` +
    `<g clip-path="url(#c)"><path fill="${sea.bg}" d="M0 0h${width}v20H0z"/><path fill="${sea[mark]}" d="M0 18h${width}v2H0z"/></g>` +
    `<rect x=".5" y=".5" width="${width - 1}" height="19" rx="3.5" fill="none" stroke="${sea.mu}" stroke-opacity=".4"/>` +
    `<path fill="${sea[mark]}" fill-rule="evenodd" transform="translate(${split} 3) scale(.75)" d="${shapes[mark]}"/>` +
    `<g fill="${sea.tx}" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="${fontPx}" text-anchor="middle">` +
    `${text(label, 8, labelPx)}${text(words, split + 17, wordsPx)}</g></svg>\n`
  );
}
