// All documents of a page. In: a view and the moment (ms). Out: each document with its key; bodies are made when asked for.
// A kind is one file and one line of the table.
import type { PageView } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { atomFeed } from "./feed-atom.ts";
import { rssFeed } from "./feed-rss.ts";
import { frontPage } from "./html-front.tsx";
import { historyPages } from "./html-history.tsx";
import { incidentPages } from "./html-incident.tsx";
import { incidentJson } from "./json-incident.ts";
import { pageJson } from "./json-page.ts";
import type { Document, Kind } from "./types.ts";

const kinds: readonly Kind[] = [
  frontPage,
  incidentPages,
  historyPages,
  pageJson,
  incidentJson,
  atomFeed,
  rssFeed,
];

/**
 * Every document of a page at `asOf` (ms since the epoch). Pure: the same view and moment give the same keys and bytes.
 * Naming 5,000 incidents again costs milliseconds; what did not change comes with the key it had.
 */
export function* documentsOf(view: PageView, asOf: number): Iterable<Document> {
  const scene = { view, asOf, day: dayOf(asOf, view.page.timeZone) };
  for (const kind of kinds) yield* kind(scene);
}
