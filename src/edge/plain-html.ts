// The page of a trouble that a POP tells by itself: the lamp over the water, alone. In: words. Out: HTML without a link to anything but the front page.
import { createHash } from "node:crypto";
import type { PlainWords } from "./plain-words.ts";

/** The night sea of every page; test/edge/plain.test.ts holds them to render's palette. */
export const plainColours = { bg: "#0f2031", mu: "#b8c6d3", lk: "#b3d6fb", line: "#f6c34c" } as const;

const { bg, mu, lk, line } = plainColours;
const style = [
  ":root{color-scheme:dark}",
  `body{margin:0;min-height:100vh;box-sizing:border-box;display:flex;align-items:center;background:radial-gradient(ellipse 75% 50% at 50% 100%,#33404f,${bg});color:#fff;border-bottom:.3rem solid ${line};font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}`,
  "main{display:flex;gap:1rem;max-width:40rem;margin:auto;padding:1.25rem}",
  `svg{width:2.2rem;height:2.2rem;flex:none;margin-top:.2rem;fill:${line}}`,
  "h1{margin:0;font-size:1.7rem;line-height:1.2}",
  `p{margin:.5rem 0 0;color:${mu}}`,
  `a{color:${lk}}`,
  "@media print{body{background:none;color:#000}p,a{color:#000}}",
].join("");

/** Lets that style through and nothing else. */
export const plainPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The mark that warns without saying how bad. */
const triangle =
  "M8 .6a1 1 0 0 1 .9.5l6.9 12.4a1 1 0 0 1-.9 1.5H1.1a1 1 0 0 1-.9-1.5L7.1 1.1A1 1 0 0 1 8 .6ZM7.1 5.5v5h1.8v-5Zm0 6.2v1.8h1.8v-1.8Z";

/** All texts are ours, never the request's. `hasFront`: there is a front page to go to. */
export function plainHtml(
  [title, sentence]: readonly [title: string, sentence: string],
  code: string,
  { dir, front }: PlainWords,
  hasFront: boolean,
): string {
  const link = hasFront ? `<p><a href="/">${front}</a></p>` : "";
  return `<!doctype html><html lang="${code}"${dir === "rtl" ? ' dir="rtl"' : ""}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main><svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${triangle}"/></svg><div><h1>${title}</h1><p>${sentence}</p>${link}</div></main></body></html>\n`;
}
