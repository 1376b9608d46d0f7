// /history.rss (RSS 2.0, rssboard.org). In: a scene. Out: one document of the latest told incidents; guid is the link, as Statuspage has it.
import type { Incident, Page } from "../model/view.ts";
import { baseOf, entryHtml, feedIncidents, feedKey, incidentLink } from "./feed-entry.ts";
import { latestAt } from "./selection.ts";
import type { Document, Scene } from "./types.ts";
import { xmlText } from "./xml.ts";

/** The RSS feed. */
export function* rssFeed({ view }: Scene): Iterable<Document> {
  const entries = feedIncidents(view);
  yield {
    path: "/history.rss",
    contentType: "application/rss+xml; charset=utf-8",
    cache: "feed",
    slot: false,
    key: feedKey("rss", view, entries),
    body: () => rssBody(view.page, entries),
  };
}

/** RFC 822 with a four-digit year, which RSS 2.0 asks for; in UTC. */
const rfc822 = (ms: number): string => new Date(ms).toUTCString().replace("GMT", "+0000");

function rssBody(page: Page, entries: readonly Incident[]): string {
  const base = xmlText(baseOf(page));
  const name = xmlText(page.name);
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
  <channel>
    <title>${name} Status - Incident History</title>
    <link>${base}</link>
    <atom:link href="${base}/history.rss" rel="self" type="application/rss+xml"/>
    <description>Incidents and maintenance of ${name}</description>
    <language>en</language>
    <pubDate>${rfc822(page.updatedAt)}</pubDate>
${entries.map((incident) => rssItem(page, incident)).join("")}  </channel>
</rss>
`;
}

function rssItem(page: Page, incident: Incident): string {
  const link = xmlText(incidentLink(page, incident));
  return `    <item>
      <title>${xmlText(incident.name)}</title>
      <description>${xmlText(entryHtml(incident, page.timeZone))}</description>
      <pubDate>${rfc822(latestAt(incident))}</pubDate>
      <link>${link}</link>
      <guid>${link}</guid>
    </item>
`;
}
