// For machines that look for pages: /robots.txt (RFC 9309) and /sitemap.xml (sitemaps.org). In: a scene. Out: both.
// No <lastmod>: it would make a new sitemap of every update, and whoever reads the feeds knows sooner.
import type { Incident, Page, PageView } from "../model/view.ts";
import { baseOf } from "./feed-entry.ts";
import { keyOf } from "./key.ts";
import { measuredOf } from "./metrics.tsx";
import { incidentPath } from "./piece.tsx";
import { monthIn } from "./selection.ts";
import type { Charts, Document, Scene } from "./types.ts";
import { xmlText } from "./xml.ts";

/** Incidents and maintenances of a sitemap, of each the first in the order of the API; the others are found by way of their month. */
const listedMax = 250;
const robotsPath = "/robots.txt";
const sitemapPath = "/sitemap.xml";

/** Both documents. */
export function* forRobots({ view, charts, since }: Scene): Iterable<Document> {
  const base = baseOf(view.page);
  const rest = { slot: false, cache: "feed" } as const;
  if (since === null)
    yield {
      path: robotsPath,
      contentType: "text/plain; charset=utf-8",
      ...rest,
      key: keyOf("robots", [base]),
      body: () =>
        `User-agent: *\nDisallow: /_event\nDisallow: /widget\nAllow: /\nSitemap: ${base}${sitemapPath}\n`,
    };
  const paths = pathsOf(view, charts);
  yield {
    path: sitemapPath,
    contentType: "application/xml; charset=utf-8",
    ...rest,
    key: keyOf("sitemap", [base, view.page.languages.join(), ...paths]),
    body: () => sitemapBody(view.page, paths),
  };
}

/** Paths in the page's first language, in an order that an update does not change. */
function pathsOf(view: PageView, charts: Charts): readonly string[] {
  const listed = (incidents: readonly Incident[]) => incidents.slice(0, listedMax).map(incidentPath);
  const months = new Set<string>();
  for (const incident of view.incidentById.values()) months.add(monthIn(incident, view.page.timeZone));
  return [
    "/",
    "/history",
    "/uptime",
    "/calendar",
    ...(measuredOf(view, charts).length > 0 ? ["/metrics"] : []),
    "/methodology",
    "/subscribe",
    ...[...months].sort().map((month) => `/history/${month}`),
    ...[...listed(view.incidents), ...listed(view.maintenances.toReversed())].sort(),
  ];
}

/** Each path in each language names all of its languages, itself too (developers.google.com, "localized versions"). */
function sitemapBody(page: Page, paths: readonly string[]): string {
  const base = baseOf(page);
  const places = page.languages.map((code, at) => ({ code, prefix: at === 0 ? "" : `/${code}` }));
  const addressOf = (prefix: string, path: string): string => xmlText(`${base}${prefix}${path}`);
  const entries = paths.flatMap((path) => {
    const others =
      places.length === 1
        ? ""
        : places
            .map(
              ({ code, prefix }) =>
                `<xhtml:link rel="alternate" hreflang="${code}" href="${addressOf(prefix, path)}"/>`,
            )
            .join("");
    return places.map(({ prefix }) => `<url><loc>${addressOf(prefix, path)}</loc>${others}</url>\n`);
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
${entries.join("")}</urlset>
`;
}
