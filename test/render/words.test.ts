// The languages of the interface: nothing is left in English by accident, counts bend, and pages of each stand where they should.
import { describe, expect, test } from "bun:test";
import { bannerOf, languageOf } from "../../src/edge/banner.ts";
import { type LanguageCode, languageCodes } from "../../src/model/language.ts";
import { bannerTexts, languages } from "../../src/render/languages.ts";
import { isLanguage } from "../../src/snapshot/names.ts";
import { inventedParts, page, viewFrom } from "./invented.ts";
import { bodyOf, documentsByPath, isHtml, tagsOf } from "./pages.ts";

type Says = (...given: unknown[]) => string;

const day = { year: 2026, month: 3, day: 7 };

/** What to ask those for that take something else than numbers and names; the others are asked for 1 and for 7 at every place. */
const given: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  "times.date": [[day]],
  "times.weekdayDate": [[day, 1]],
  "times.dates": [[day, { ...day, month: 4 }]],
  "times.unit": ["second", "minute", "hour", "day"].map((unit) => [7, unit]),
  "bars.day": [["7", "partial_outage", "7"]],
  "metrics.value": [["34.5", "ms"]],
  "vendors.lastKnown": [["Outage"]],
};

/** Texts by their name, `front.readOn`. */
function textsOf(value: unknown, name: string): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[name, value]];
  if (typeof value === "function") {
    const says = value as Says;
    const asked = given[name] ?? [1, 7].map((number) => Array.from({ length: says.length }, () => number));
    return [[name, asked.map((it) => says(...it)).join(" | ")]];
  }
  return Object.entries(value as object).flatMap(([key, inner]) =>
    textsOf(inner, name === "" ? key : `${name}.${key}`),
  );
}

/** What is the same in both languages: names, and words that German took over. */
const alike: Readonly<Record<Exclude<LanguageCode, "en">, readonly string[]>> = {
  de: [
    "calendar.weekdays.0",
    "calendar.weekdays.4",
    "calendar.weekdays.5",
    "frame.api",
    "frame.status",
    "incident.title",
    "live.live",
    "message.subject",
    "subscribe.ways.api.name",
    "subscribe.ways.json.name",
    "times.comma",
    "times.dateTime",
    "widget.badgesHeading",
    "widget.scriptHeading",
  ],
  ar: ["incident.title", "message.subject", "times.percent"],
};

describe.each(languageCodes.filter((code) => code !== "en"))("%s", (code) => {
  const own = textsOf(languages[code].words, "");

  test("nothing says what English says, but for what is the same in both", () => {
    const english = new Map(textsOf(languages.en.words, ""));
    const same = own.filter(([name, text]) => english.get(name) === text).map(([name]) => name);
    expect(same.sort()).toEqual([...alike[code]].sort());
  });

  test("nothing is empty, undefined or not a number, and its places for times are those of English", () => {
    const places = (text: string): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    const english = new Map(textsOf(languages.en.words, ""));
    for (const [name, text] of own) {
      expect(`${name}: ${text}`).not.toMatch(/^[^:]*: $|undefined|NaN|null/);
      expect([name, places(text)]).toEqual([name, places(english.get(name) ?? "")]);
    }
  });
});

test("codes are language tags, and no name of a page is one of them", () => {
  for (const code of languageCodes) expect(isLanguage(code)).toBe(true);
  const paths = [...documentsByPath(viewFrom(inventedParts())).keys()];
  for (const code of languageCodes) expect(paths.filter((path) => path.split("/")[1] === code)).toEqual([]);
});

test("Arabic counts one, two, a few, many and hundreds", () => {
  const { bars } = languages.ar.words;
  expect([1, 2, 3, 10, 11, 90, 100, 103].map(bars.days)).toEqual([
    "يوم واحد",
    "يومان",
    "3 أيام",
    "10 أيام",
    "11 يومًا",
    "90 يومًا",
    "100 يوم",
    "103 أيام",
  ]);
});

describe("a page of three languages", () => {
  const of = { ...inventedParts(), page: { ...page, languages: ["de", "en", "ar"] as const } };
  const view = viewFrom(of);
  const documents = documentsByPath(view);

  test("what people read is there in each; what programs read is there once, and as it was", () => {
    const english = documentsByPath(viewFrom(inventedParts()));
    const html = [...english.values()].filter(isHtml).map(({ path }) => path);
    const wanted = html.flatMap((path) =>
      [path, `/en${path}`, `/ar${path}`].map((it) => it.replace(/(.)\/$/, "$1")),
    );
    expect(
      [...documents.values()]
        .filter(isHtml)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(wanted.sort());
    const others = [...english.values()].filter((it) => !isHtml(it) && !it.path.startsWith("/_live."));
    // Badges speak the first language; a sitemap, robots.txt and the widget have all of them.
    const same = others.filter(({ path }) => !/^\/(badge|robots|sitemap|widget)/.test(path));
    for (const { path, body } of same) expect([path, documents.get(path)?.body()]).toEqual([path, body()]);
    const scripts = [...documents.keys()].filter((path) => path.startsWith("/_live."));
    expect(documents.size).toBe(3 * html.length + others.length + scripts.length);
    expect(scripts.length).toBe(3);
  });

  test.each([
    ["/", "de", undefined, "Teilausfall · Northwind Cloud", ""],
    ["/en", "en", undefined, "Partial System Outage · Northwind Cloud", "/en"],
    ["/ar", "ar", "rtl", "انقطاع جزئي في النظام · Northwind Cloud", "/ar"],
  ])(
    "%s is in %s; its own links stay in it, and the others are the same page",
    (path, lang, dir, title, prefix) => {
      const body = documents.get(path)?.body() ?? "";
      const tags = tagsOf(body);
      expect(tags[0]?.attributes).toEqual({ lang, ...(dir && { dir }) });
      expect(body).toContain(`<title>${title}</title>`);
      const links = tags.filter(({ name }) => name === "a").map(({ attributes }) => attributes);
      const switches = links.filter(({ hreflang }) => hreflang !== undefined);
      expect(switches.map(({ href, hreflang, lang: of }) => [href, hreflang, of])).toEqual([
        ["/", "de", "de"],
        ["/en", "en", "en"],
        ["/ar", "ar", "ar"],
      ]);
      const own = links
        .filter((it) => it.hreflang === undefined && it.href?.startsWith("/"))
        .map(({ href }) => href ?? "");
      for (const href of own.filter((it) => isHtml(documents.get(it) ?? ({ contentType: "" } as never))))
        expect(href.startsWith(prefix) && (prefix !== "" || !/^\/(en|ar)(\/|$)/.test(href))).toBe(true);
      expect(own.some((href) => href.startsWith(`${prefix}/incidents/`))).toBe(true);
      const alternates = tags.filter(
        ({ name, attributes }) => name === "link" && attributes.hreflang !== undefined,
      );
      expect(alternates.map(({ attributes }) => attributes.href)).toEqual([
        "https://status.northwind.example/",
        "https://status.northwind.example/en",
        "https://status.northwind.example/ar",
      ]);
    },
  );

  test("every link of every page leads somewhere", () => {
    for (const document of documents.values()) {
      if (!isHtml(document)) continue;
      const gone = tagsOf(document.body())
        .flatMap(({ name, attributes }) => (name === "a" ? (attributes.href ?? "") : ""))
        .filter((href) => href.startsWith("/") && !documents.has(href));
      expect([document.path, gone]).toEqual([document.path, []]);
    }
  });

  test("the banner is in the page's language; in English, and marked as that, where there is no such text", () => {
    const manifest = { banners: bannerTexts() };
    const banner = (path: string): string => {
      const language = languageOf(new TextEncoder().encode(documents.get(path)?.body() ?? ""));
      return bannerOf(manifest, 0, language);
    };
    expect(banner("/")).toMatch(
      /^<p class="stale" role="status">Diese Seite .* 1970-01-01 00:00 UTC\.<\/p>$/,
    );
    expect(banner("/ar/history")).toMatch(
      /^<p class="stale" role="status">قد لا تكون .*\u20661970-01-01 00:00 UTC\u2069/,
    );
    expect(bannerOf(manifest, 0, "de-AT")).toContain(">Diese Seite");
    expect(bannerOf(manifest, 0, "fr")).toMatch(/ role="status" lang="en" dir="auto">This page/);
    expect(bannerOf(manifest, 0)).toMatch(/ role="status">This page/);
  });
});

test("a page of one language says nothing of languages", () => {
  expect(bodyOf(viewFrom(inventedParts()), "/")).not.toMatch(/hreflang|Languages/);
});
