// /history.atom (RFC 4287). In: a scene. Out: one document of the latest told incidents; ids as Statuspage writes them, so that
// a reader who moves with the page sees nothing twice.
import type { Incident, Page } from "../model/view.ts";
import { isoIn } from "../model/zone.ts";
import {
  baseOf,
  changedAt,
  entryHtml,
  feedIncidents,
  feedKey,
  feedNumber,
  incidentLink,
  tagHost,
} from "./feed-entry.ts";
import { latestAt } from "./selection.ts";
import type { Document, Scene } from "./types.ts";
import { xmlText } from "./xml.ts";

/** The Atom feed. */
export function* atomFeed({ view }: Scene): Iterable<Document> {
  const entries = feedIncidents(view);
  yield {
    path: "/history.atom",
    contentType: "application/atom+xml; charset=utf-8",
    cache: "feed",
    slot: false,
    key: feedKey("atom", view, entries),
    body: () => atomBody(view.page, entries),
  };
}

/** To the second: the three fractional digits of the API are cut out. */
const second = (ms: number, zone: string): string => isoIn(ms, zone).replace(/\.\d{3}/, "");

function atomBody(page: Page, entries: readonly Incident[]): string {
  const base = xmlText(baseOf(page));
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:${xmlText(tagHost(page))},2005:/history</id>
  <link rel="alternate" type="text/html" href="${base}"/>
  <link rel="self" type="application/atom+xml" href="${base}/history.atom"/>
  <title>${xmlText(page.name)} Status - Incident History</title>
  <updated>${second(page.updatedAt, page.timeZone)}</updated>
  <author>
    <name>${xmlText(page.name)}</name>
  </author>
${entries.map((incident) => atomEntry(page, incident)).join("")}</feed>
`;
}

function atomEntry(page: Page, incident: Incident): string {
  const zone = page.timeZone;
  return `  <entry>
    <id>tag:${xmlText(tagHost(page))},2005:Incident/${xmlText(feedNumber(incident))}</id>
    <published>${second(latestAt(incident), zone)}</published>
    <updated>${second(changedAt(incident), zone)}</updated>
    <link rel="alternate" type="text/html" href="${xmlText(incidentLink(page, incident))}"/>
    <title>${xmlText(incident.name)}</title>
    <content type="html">${xmlText(entryHtml(incident, zone))}</content>
  </entry>
`;
}
