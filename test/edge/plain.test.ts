// What a POP says by itself: in the form that is understood, in the language of the path, in the colours of the pages.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type Form, formOf } from "../../src/edge/form.ts";
import { plain } from "../../src/edge/plain.ts";
import { plainColours } from "../../src/edge/plain-html.ts";
import { plainWords, type Trouble } from "../../src/edge/plain-words.ts";
import { fieldOf } from "../../src/host/asked.ts";
import { languageCodes } from "../../src/model/language.ts";
import { languages } from "../../src/render/languages.ts";
import { sea } from "../../src/render/palette.ts";

const chrome =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const forms: readonly (readonly [path: string, accept: string | null, form: Form])[] = [
  ["/x", chrome, "page"],
  ["/x", "application/xhtml+xml", "page"],
  ["/x", "text/plain, TEXT/HTML ; Q=0.5", "page"],
  ["/x", null, "html"],
  ["/x", "", "html"],
  ["/x", "*/*", "html"],
  ["/x", "text/*", "html"],
  ["/x", "image/avif,image/webp,*/*;q=0.8", "html"],
  ["/x", "application/json, text/plain, */*", "json"],
  ["/x", "text/html;q=0.5, application/json", "json"],
  ["/x", "text/html;q=0, */*", "html"],
  ["/x", "text/html;q=0", "text"],
  ["/x", "text/html;q=7", "text"],
  ["/x", "image/png", "text"],
  ["/x", "application/atom+xml", "text"],
  ["/x", ",;,", "text"],
  ["/api/v2/x", chrome, "json"],
  ["/x.json", chrome, "json"],
];
test.each([...forms])("%s for Accept %p is told as %s", (path, accept, form) => {
  expect(formOf(path, accept)).toBe(form);
});

const told = (trouble: Trouble, path: string, accept: string | null) => {
  const answer = plain(trouble, { asked: { field: () => accept }, path });
  return { ...answer, text: Buffer.from((answer.body ?? "") as Uint8Array).toString() };
};
const troubles = Object.keys(plainWords.en?.says ?? {}) as Trouble[];

describe.each(troubles)("%s", (trouble) => {
  test("as HTML: whole, small, with a style that its policy names, nothing from elsewhere", () => {
    for (const [path, language] of [
      ["/", '<html lang="en">'],
      ["/fr/x", '<html lang="en">'],
      ["/de/x", '<html lang="de">'],
      ["/de", '<html lang="de">'],
      ["/ar/x", '<html lang="ar" dir="rtl">'],
    ] as const) {
      const { fields, text } = told(trouble, path, chrome);
      expect(text).toStartWith(`<!doctype html>${language}<head>`);
      expect(text).toEndWith("</body></html>\n");
      expect(text.length).toBeLessThan(1_800);
      const style = /<style>(.*)<\/style>/.exec(text)?.[1] ?? "";
      const hash = createHash("sha256").update(style).digest("base64");
      expect(fieldOf(fields, "content-security-policy")).toContain(`'sha256-${hash}'`);
      expect(text).not.toMatch(/undefined|null|https?:|src=/);
      expect(fieldOf(fields, "vary") ?? "").toEndWith("accept");
    }
  });

  test("to programs: a line of JSON below /api/, a sentence to who takes no HTML, and never a wait without its end", () => {
    const { status, fields, text } = told(trouble, "/api/v2/x", chrome);
    expect(Object.keys(JSON.parse(text))).toEqual(["error", "message"]);
    expect(fieldOf(fields, "vary")).toBe(trouble === "notAcceptable" ? "accept-encoding" : null);
    expect(told(trouble, "/x.png", "image/png").text).toMatch(/^[A-Z][^<>]+\.\n$/);
    // Of the two that spread it, those who give it.
    if (status === 503 && trouble !== "full" && trouble !== "overloaded")
      expect(fieldOf(fields, "retry-after")).toBe("5");
    else expect(fieldOf(fields, "retry-after")).toBeNull();
  });
});

test("a million of them are a few objects", () => {
  const answers = new Set(
    Array.from({ length: 1_000 }, (_none, at) =>
      plain("gone", { asked: { field: () => chrome }, path: `/de/${at}` }),
    ),
  );
  expect(answers.size).toBe(1);
});

test("every language of the interface has its own words, and runs as its pages do; the colours are those of the pages", () => {
  expect(Object.keys(plainWords).sort()).toEqual([...languageCodes].sort());
  const english = plainWords.en?.says;
  for (const code of languageCodes) {
    expect(plainWords[code]?.dir).toBe(languages[code].dir);
    if (code === "en") continue;
    for (const trouble of troubles) {
      const [title, sentence] = plainWords[code]?.says[trouble] ?? [];
      expect([title === english?.[trouble][0], sentence === english?.[trouble][1]]).toEqual([false, false]);
    }
  }
  const { bg, mu, lk, line } = plainColours;
  const drawn: readonly string[] = [bg, mu, lk, line];
  expect(drawn).toEqual([sea.bg, sea.mu, sea.lk, sea.deg]);
});
