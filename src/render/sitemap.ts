// The sitemap (sitemaps.org): every page of a page, in each of its languages. In: a scene. Out: /sitemap.xml, which lists /sitemaps/pages.xml,
// /sitemaps/components.xml and one for each month of incidents, so that a new incident makes anew what its month holds, and no more.
// No <lastmod>: it would make a new sitemap of every update, and whoever reads the feeds knows sooner.
import { limits } from "../base/limits.ts";
import type { Page, PageView } from "../model/view.ts";
import { baseOf } from "./feed-entry.ts";
import { keyOf } from "./key.ts";
import { pathIn } from "./languages.ts";
import { measuredOf } from "./metrics.tsx";
import { incidentsByMonth } from "./months.ts";
import { componentPath, incidentPath } from "./piece.tsx";
import type { Document, Scene } from "./types.ts";
import { uptimeMonthNames } from "./uptime-months.ts";
import { xmlText } from "./xml.ts";

export const sitemapPath = "/sitemap.xml";

interface List {
  readonly name: string;
  readonly count: number;
  /** Nothing came to it or went since the last time. */
  readonly isSame: boolean;
  /** In the page's first language. */
  paths(): readonly string[];
}

/** The index, and those lists that may have changed. */
export function* sitemaps(scene: Scene): Iterable<Document> {
  const { page } = scene.view;
  const eachMax = Math.floor(limits.sitemapUrlsMax / page.languages.length);
  const base = baseOf(page);
  const names: string[] = [];
  for (const { name, count, isSame, paths } of listsOf(scene)) {
    const files = Math.ceil(count / eachMax);
    for (let at = 0; at < files; at++) names.push(fileOf(name, at));
    if (isSame) continue;
    const all = paths();
    for (let at = 0; at < files; at++)
      yield listDocument(page, fileOf(name, at), all.slice(at * eachMax, (at + 1) * eachMax));
  }
  yield documentOf(sitemapPath, keyOf("sitemaps", [base, ...names]), () => {
    const entries = names.map((name) => `<sitemap><loc>${xmlText(base + name)}</loc></sitemap>\n`);
    return `${declaration}<sitemapindex xmlns="${namespace}">\n${entries.join("")}</sitemapindex>\n`;
  });
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";

const fileOf = (name: string, at: number): string => `/sitemaps/${name}${at === 0 ? "" : `-${at + 1}`}.xml`;

function listsOf(scene: Scene): readonly List[] {
  const { view, since } = scene;
  const pages = pagePaths(scene);
  const months = [...incidentsByMonth(view)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    { name: "pages", count: pages.length, isSame: false, paths: () => pages },
    {
      name: "components",
      count: view.components.length,
      isSame: since?.components.size === 0,
      paths: () => view.components.map(componentPath).sort(),
    },
    ...months.map(([name, incidents]) => ({
      name,
      count: incidents.length,
      isSame: since !== null && !since.months.has(name),
      paths: () => incidents.map(incidentPath).sort(),
    })),
  ];
}

/** What is there once, and what there is for each month. */
function pagePaths({ view, charts, day }: Scene): readonly string[] {
  return [
    "/",
    "/history",
    "/uptime",
    "/calendar",
    ...(measuredOf(view, charts).length > 0 ? ["/metrics"] : []),
    ...(view.upstreams.length > 0 ? ["/vendors"] : []),
    "/methodology",
    "/subscribe",
    ...historyMonths(view),
    ...calendarMonths(view),
    ...uptimeMonthNames(view, day).map((name) => `/uptime/${name}`),
  ];
}

const historyMonths = (view: PageView): readonly string[] =>
  [...incidentsByMonth(view).keys()].sort().map((name) => `/history/${name}`);

const calendarMonths = (view: PageView): readonly string[] =>
  [...incidentsByMonth(view)]
    .filter(([, incidents]) => incidents.some(({ window }) => window !== null))
    .map(([name]) => `/calendar/${name}`)
    .sort();

function listDocument(page: Page, path: string, paths: readonly string[]): Document {
  const key = keyOf("sitemap", [baseOf(page), page.languages.join(), ...paths]);
  return documentOf(path, key, () => listBody(page, paths));
}

/** Each path in each language names all of its languages, itself too (developers.google.com, "localized versions"). */
function listBody(page: Page, paths: readonly string[]): string {
  const base = baseOf(page);
  const entries = paths.flatMap((path) => {
    const places = page.languages.map((code) => ({ code, at: xmlText(base + pathIn(code, page, path)) }));
    const links = places.map(
      ({ code, at }) => `<xhtml:link rel="alternate" hreflang="${code}" href="${at}"/>`,
    );
    const others = places.length === 1 ? "" : links.join("");
    return places.map(({ at }) => `<url><loc>${at}</loc>${others}</url>\n`);
  });
  return `${declaration}<urlset xmlns="${namespace}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n${entries.join("")}</urlset>\n`;
}

function documentOf(path: string, key: string, body: () => string): Document {
  return { path, contentType: "application/xml; charset=utf-8", slot: false, cache: "feed", key, body };
}
