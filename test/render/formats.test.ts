// What other programs read of a page, read by libraries that are not ours: feeds, badges, the sitemap, pictures; and that all of them say the same.
import { describe, expect, test } from "bun:test";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { parseFeed } from "feedsmith";
import { limits } from "../../src/base/limits.ts";
import { contrast } from "../../src/model/colour.ts";
import { overallStatus } from "../../src/model/status.ts";
import type { ComponentStatus, PageView } from "../../src/model/view.ts";
import { componentStatuses } from "../../src/model/view.ts";
import { sea } from "../../src/render/palette.ts";
import { bytesOf } from "../../src/render/types.ts";
import {
  component,
  dayMs,
  hourMs,
  incident,
  inventedParts,
  now,
  page,
  update,
  viewFrom,
} from "./invented.ts";
import { bodyOf, documentsByPath, tagsOf } from "./pages.ts";

const badged = { ...page, uptimeBadges: true };
const view = viewFrom({ ...inventedParts(), page: badged });
const parser = new XMLParser({
  ignoreAttributes: false,
  isArray: (name) => name === "url" || name === "sitemap" || name === "text",
});

describe("feeds through feedsmith", () => {
  const read = (path: string, of: PageView = view) => parseFeed(bodyOf(of, path));

  test("each is known for what it is, and the three tell the same incidents at the same times", () => {
    const [atom, rss, json] = ["/history.atom", "/history.rss", "/history.json"].map((path) => read(path));
    if (atom?.format !== "atom" || rss?.format !== "rss" || json?.format !== "json")
      throw new Error(`They are ${atom?.format}, ${rss?.format} and ${json?.format}.`);
    const said = json.feed.items?.map(({ url, title, date_published }) => [
      url,
      title,
      Date.parse(date_published ?? ""),
    ]);
    expect(said).toHaveLength(view.incidentById.size);
    expect(
      atom.feed.entries?.map(({ links, title, published }) => [
        links?.[0]?.href,
        typeof title === "string" ? title : title?.value,
        Date.parse(published ?? ""),
      ]),
    ).toEqual(said);
    expect(
      rss.feed.items?.map(({ link, title, pubDate }) => [link, title, Date.parse(pubDate ?? "")]),
    ).toEqual(said);
  });

  test("a JSON feed of version 1.1 with what its readers ask for", () => {
    const feed = JSON.parse(bodyOf(view, "/history.json"));
    expect(feed).toMatchObject({
      version: "https://jsonfeed.org/version/1.1",
      title: "Northwind Cloud Status - Incident History",
      home_page_url: "https://status.northwind.example",
      feed_url: "https://status.northwind.example/history.json",
      authors: [{ name: "Northwind Cloud" }],
    });
    const ids = feed.items.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { content_html, date_modified } of feed.items) {
      expect(content_html).toContain("<strong>");
      expect(date_modified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  test("a page with nothing to tell has feeds without entries", () => {
    expect(JSON.parse(bodyOf(viewFrom({}), "/history.json")).items).toEqual([]);
  });
});

interface Drawn {
  readonly title: string;
  readonly texts: readonly {
    readonly "#text": string;
    readonly "@_x": string;
    readonly "@_textLength": string;
  }[];
  readonly width: number;
}

function drawn(svg: string): Drawn {
  expect(XMLValidator.validate(svg)).toBe(true);
  const { svg: root } = parser.parse(svg);
  const texts = root.g
    .at(-1)
    .text.map((text: Drawn["texts"][number]) => ({ ...text, "#text": String(text["#text"]) }));
  return { title: root.title["#text"], texts, width: Number(root["@_width"]) };
}

describe("badges", () => {
  test("of the page: the words of its front page and of its API", () => {
    const { description } = overallStatus(view);
    const badge = bodyOf(view, "/badge.svg");
    expect(drawn(badge).title).toBe(`Northwind Cloud: ${description}`);
    expect(bodyOf(view, "/")).toContain(`>${description}</h1>`);
    expect(JSON.parse(bodyOf(view, "/api/v2/status.json")).status.description).toBe(description);
  });

  test.each([...componentStatuses])(
    "of a component that is %s: words, a shape of its own, a colour",
    (status) => {
      const shapeOf = (of: ComponentStatus): string => {
        const svg = bodyOf(
          viewFrom({ components: [component("c", "API", { status: of })] }),
          "/badges/c.svg",
        );
        return tagsOf(svg).findLast(({ name }) => name === "path")?.attributes.d ?? "";
      };
      const others = componentStatuses.filter((it) => it !== status);
      expect(others.map(shapeOf)).not.toContain(shapeOf(status));
      expect(shapeOf(status)).not.toBe("");
    },
  );

  test("letters and shapes can be read on the badge's own ground", () => {
    for (const mark of ["ok", "deg", "par", "maj", "mnt", "inf", "tx"] as const)
      expect(contrast(sea[mark], sea.bg)).toBeGreaterThan(4.5);
  });

  test("texts fit, also those of many letters, of other alphabets and of none", () => {
    const names = [
      "API",
      "W".repeat(10_000),
      "سياسة الحالة",
      "状態ページ",
      "🚒🚒",
      "",
      `</svg><script>x</script>"&`,
    ];
    for (const name of names) {
      const { texts, width } = drawn(
        bodyOf(viewFrom({ components: [component("c", name)] }), "/badges/c.svg"),
      );
      expect(texts.length).toBe(name === "" ? 1 : 2);
      let last = 0;
      for (const { "@_x": middle, "@_textLength": long } of texts) {
        expect(Number(middle) - Number(long) / 2).toBeGreaterThanOrEqual(last);
        last = Number(middle) + Number(long) / 2;
      }
      expect(last).toBeLessThan(width);
      expect(width).toBeLessThan(800);
    }
  });

  test("uptime over 90 days is the figure that stands on the front page, for every component", () => {
    const front = bodyOf(view, "/");
    const rows = new Map(
      [
        ...front.matchAll(
          /<li class="row"[\s\S]*?<bdi>([^<]*)<\/bdi>[\s\S]*?<span class="up n"><span>([^<]*)</g,
        ),
      ].map(([, name = "", figure = ""]) => [name, figure]),
    );
    const parts = view.components.filter(({ group }) => !group);
    expect(rows.size).toBe(parts.length);
    for (const { id, name } of parts)
      expect(drawn(bodyOf(view, `/badges/${id}/uptime-90d.svg`)).title).toBe(
        `${name} · 90 d: ${rows.get(name.replaceAll("&", "&amp;"))}`,
      );
  });

  test("uptime over 24 hours, 7 and 30 days counts these alone", () => {
    const transitions = {
      c: [
        { at: now - 20 * dayMs, status: "major_outage" as const },
        { at: now - 20 * dayMs + 3 * hourMs, status: "operational" as const },
        { at: now - 6 * hourMs, status: "major_outage" as const },
        { at: now - 5 * hourMs, status: "operational" as const },
      ],
    };
    const of = viewFrom({ page: badged, components: [component("c", "API")], transitions });
    const figure = (path: string): string => drawn(bodyOf(of, path)).texts[1]?.["#text"] ?? "";
    const hours = (days: number): number => (days - 1) * 24 + 14 + 3 / 60 + 22 / 3600;
    const percent = (down: number, all: number): string =>
      `${(Math.floor((1 - down / all) * 10_000) / 100).toFixed(2)}%`;
    for (const folder of ["/badges/c", "/badge"]) {
      expect(figure(`${folder}/uptime-24h.svg`)).toBe(percent(1, 24));
      expect(figure(`${folder}/uptime-7d.svg`)).toBe(percent(1, hours(7)));
      expect(figure(`${folder}/uptime-30d.svg`)).toBe(percent(4, hours(30)));
      expect(figure(`${folder}/uptime-90d.svg`)).toBe(percent(4, hours(90)));
    }
  });

  test("a page that did not ask for uptime badges has none, and not one route for them", () => {
    const without = viewFrom({ ...inventedParts(), page });
    expect([...documentsByPath(without).keys()].filter((path) => path.includes("uptime-"))).toEqual([]);
  });
});

/** Addresses of a sitemap by the file that lists them, and what stands with each. */
function listed(of: PageView): ReadonlyMap<string, readonly Entry[]> {
  const { sitemapindex } = parser.parse(bodyOf(of, "/sitemap.xml"));
  const names = sitemapindex.sitemap.map(({ loc }: { loc: string }) => loc.slice(base.length));
  return new Map(names.map((name: string) => [name, parser.parse(bodyOf(of, name)).urlset.url]));
}

interface Entry {
  readonly loc: string;
  readonly "xhtml:link"?: readonly Record<string, string>[];
}
const base = "https://status.northwind.example";
const pathsIn = (of: PageView): readonly string[] =>
  [...listed(of).values()].flat().map(({ loc }) => loc.slice(base.length) || "/");

/** Prefixes that robots.txt keeps robots from. */
const keptFrom = (of: PageView): readonly string[] =>
  [...bodyOf(of, "/robots.txt").matchAll(/^Disallow: (.+)$/gm)].map(([, prefix = ""]) => prefix);

describe("for robots", () => {
  const many = viewFrom({ ...inventedParts(), page: { ...page, languages: ["en", "de", "ar"] } });

  test.each([
    ["one language", view],
    ["three languages", many],
  ])("a page of %s: its sitemaps list every page that robots may read, once, and nothing else", (_, of) => {
    expect(bodyOf(of, "/robots.txt")).toContain(`\nSitemap: ${base}/sitemap.xml\n`);
    const kept = keptFrom(of);
    const public_ = [...documentsByPath(of).values()]
      .filter((it) => it.contentType.startsWith("text/html") && !it.body().includes('content="noindex"'))
      .map(({ path }) => path)
      .filter((path) => !kept.some((prefix) => path.startsWith(prefix)));
    expect([...pathsIn(of)].sort()).toEqual(public_.sort());
    expect(public_.length).toBeGreaterThan(of.incidentById.size + of.components.length);
    for (const path of ["/widget/examples", "/widget", "/_event", "/404.html"])
      expect(public_).not.toContain(path);
  });

  test("with languages each address stands in each, and names all of them", () => {
    const entry = [...listed(many).values()].flat().find(({ loc }) => loc.endsWith("/de/history"));
    expect(entry?.["xhtml:link"]?.map((link) => [link["@_hreflang"], link["@_href"]])).toEqual([
      ["en", `${base}/history`],
      ["de", `${base}/de/history`],
      ["ar", `${base}/ar/history`],
    ]);
    expect(keptFrom(many)).toEqual(["/_event", "/widget", "/de/widget", "/ar/widget"]);
  });

  const keys = (of: PageView): ReadonlyMap<string, string> =>
    new Map(
      [...documentsByPath(of)]
        .filter(([path]) => path.startsWith("/sitemap"))
        .map(([path, it]) => [path, it.key]),
    );
  const moved = (of: PageView): readonly string[] =>
    [...keys(of)].filter(([path, key]) => keys(view).get(path) !== key).map(([path]) => path);

  test("an update makes no new sitemap; a new incident that of its month, with the index only where the month is new", () => {
    const parts = inventedParts();
    const [first, ...others] = parts.incidents;
    if (first === undefined) throw new Error("There is none.");
    const told = { ...first, updates: [update(first.id, now, "identified", "More."), ...first.updates] };
    expect(moved(viewFrom({ ...parts, page: badged, incidents: [told, ...others] }))).toEqual([]);
    const more = (startedAt: number): PageView =>
      viewFrom({
        ...parts,
        page: badged,
        incidents: [...parts.incidents, incident("zzzzzzzzzzzz", "Another", { startedAt })],
      });
    expect(moved(more(now))).toEqual(["/sitemaps/2026-11.xml"]);
    expect([...moved(more(now - 900 * dayMs))].sort()).toEqual([
      "/sitemap.xml",
      "/sitemaps/2024-06.xml",
      "/sitemaps/pages.xml",
    ]);
  });

  test("a month of more incidents than a sitemap holds has several, each within the protocol's bounds", () => {
    const incidents = Array.from({ length: 8_000 }, (_none, at) =>
      incident(at.toString(36).padStart(12, "0"), "One of many", { startedAt: now - at * 1_000 }),
    );
    const of = viewFrom({ ...inventedParts(), incidents, page: { ...page, languages: ["en", "de"] } });
    const lists = listed(of);
    expect([...lists.keys()].filter((name) => name.includes("2026-11"))).toEqual([
      "/sitemaps/2026-11.xml",
      "/sitemaps/2026-11-2.xml",
    ]);
    for (const [name, entries] of lists) {
      expect(entries.length).toBeLessThanOrEqual(limits.sitemapUrlsMax);
      expect(bodyOf(of, name).length).toBeLessThan(50_000_000);
    }
    expect(new Set(pathsIn(of)).size).toBe(pathsIn(of).length);
  }, 30_000);
});

test("a link to a page carries its state's picture: PNG of 1200 by 630 under 5 kB, by an address with a host", () => {
  const documents = documentsByPath(view);
  for (const [path, { contentType, framed }] of documents) {
    if (!contentType.startsWith("text/html") || framed) continue;
    const metas = tagsOf(bodyOf(view, path)).filter(({ name }) => name === "meta");
    const said = (property: string): string =>
      metas.find(({ attributes }) => attributes.property === property)?.attributes.content ?? "";
    expect(said("og:title")).not.toBe("");
    expect(said("og:description")).not.toBe("");
    const picture = documents.get(said("og:image").replace("https://status.northwind.example", ""));
    expect(picture).toMatchObject({ contentType: "image/png", cache: "immutable" });
    if (picture === undefined) continue;
    const bytes = Buffer.from(bytesOf(picture));
    expect(bytes.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
    expect(bytes.length).toBeLessThan(5_000);
  }
});
