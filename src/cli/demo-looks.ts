// How the demo's invented organisation looks. In: nothing. Out: its colour, logo, favicon and links. Drawn for the demo: a quill that is a leaf, over the
// water of a fjord, and the name in strokes of one pen, so that no font is asked for.
import { Buffer } from "node:buffer";
import type { Emblem } from "../model/emblem.ts";
import type { Looks } from "../model/looks.ts";

const space = 'xmlns="http://www.w3.org/2000/svg"';
const stroke = 'fill="none" stroke-linecap="round"';
const leaf = "#8fe3d2";
const night = "#0d2b33";

const mark =
  `<path fill="${leaf}" d="M35 3C19 5 9 13 8 27c13 0 24-8 27-24Z"/>` +
  `<path ${stroke} stroke="${night}" stroke-width="1.8" d="M4 32 25 12M14 22.5l8-.5M18.5 18l-.5-6"/>` +
  `<path ${stroke} stroke="#fff" stroke-width="2.2" d="M3 35q4-4 8.5 0t8.5 0 8.5 0 8.5 0"/>`;

/** q, u, i, l, l, f, j, o, r, d on a line at 25, small letters 10 high. */
const name = [
  "M44 20a5 5 0 1 0 10 0a5 5 0 1 0-10 0M54 15v15",
  "M59.6 15v5a5 5 0 0 0 10 0v-5v10",
  "M75.2 15v10M75.2 9.5v.1",
  "M80.8 8v17",
  "M86.4 8v17",
  "M98 8.2a3.6 3.6 0 0 0-4 3.6V25M92 15h6",
  "M105.6 15v12a3 3 0 0 1-3.4 3M105.6 9.5v.1",
  "M111.2 20a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
  "M126.8 15v10v-5a5 5 0 0 1 5-5h.6",
  "M137.4 20a5 5 0 1 0 10 0a5 5 0 1 0-10 0M147.4 8v17",
].join("");

const logo = `<svg ${space} viewBox="0 0 150 38">${mark}<path ${stroke} stroke="#fff" stroke-width="2.7" stroke-linejoin="round" d="${name}"/></svg>`;

const favicon =
  `<svg ${space} viewBox="0 0 40 40"><rect width="40" height="40" rx="9" fill="${night}"/>` +
  `<path fill="${leaf}" d="M34 5C20 7 11 14 10 26c11 0 21-7 24-21Z"/><path ${stroke} stroke="${night}" stroke-width="2" d="M8 29 25 13"/>` +
  `<path ${stroke} stroke="#fff" stroke-width="2.8" d="M6 33q4.7-4 9.3 0t9.3 0 9.3 0"/></svg>`;

const emblem = (svg: string): Emblem => ({
  type: "image/svg+xml",
  base64: Buffer.from(svg, "utf8").toString("base64"),
});

export const demoLooks: Partial<Looks> = {
  brand: "#0b6a70",
  logo: emblem(logo),
  favicon: emblem(favicon),
  headerLinks: [{ name: "quillfjord.example", url: "https://quillfjord.example" }],
  supportUrl: "https://help.quillfjord.example",
  footerText: "Quillfjord is invented, and so is all that this page tells of it.",
};
