// /history.json (JSON Feed 1.1, jsonfeed.org). In: a scene. Out: one document of the latest told incidents; an item's id is its address, as in RSS.
import type { Incident, Page } from "../model/view.ts";
import { baseOf, changedAt, entryHtml, feedIncidents, incidentLink } from "./feed-entry.ts";
import { incidentPrint, keyOf } from "./key.ts";
import { secondIso } from "./moment.ts";
import { latestAt } from "./selection.ts";
import type { Document, Scene } from "./types.ts";

/** Where it is. */
export const jsonFeedPath = "/history.json";
export const jsonFeedType = "application/feed+json";

/** The JSON feed. */
export function* jsonFeed({ view }: Scene): Iterable<Document> {
  const entries = feedIncidents(view);
  yield {
    path: jsonFeedPath,
    contentType: `${jsonFeedType}; charset=utf-8`,
    cache: "feed",
    slot: false,
    key: keyOf("json-feed", [
      view.page.name,
      view.page.url,
      view.page.timeZone,
      ...entries.map(incidentPrint),
    ]),
    body: () => feedBody(view.page, entries),
  };
}

function feedBody(page: Page, entries: readonly Incident[]): string {
  const base = baseOf(page);
  const feed = {
    version: "https://jsonfeed.org/version/1.1",
    title: `${page.name} Status - Incident History`,
    home_page_url: base,
    feed_url: `${base}${jsonFeedPath}`,
    description: `Incidents and maintenance of ${page.name}`,
    language: "en",
    authors: [{ name: page.name, url: base }],
    items: entries.map((incident) => itemOf(page, incident)),
  };
  return `${JSON.stringify(feed)}\n`;
}

function itemOf(page: Page, incident: Incident): Readonly<Record<string, unknown>> {
  const url = incidentLink(page, incident);
  return {
    id: url,
    url,
    title: incident.name,
    content_html: entryHtml(incident, page.timeZone),
    date_published: secondIso(latestAt(incident)),
    date_modified: secondIso(changedAt(incident)),
    tags: [incident.status, incident.impact],
  };
}
