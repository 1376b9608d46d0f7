// All documents of a page. In: a view and the moment (ms). Out: each document with its key; bodies are made when asked for.
// A kind is one file and one line of the table.
import type { UpstreamResults } from "../model/upstream-shown.ts";
import type { PageView } from "../model/view.ts";
import { dayOf } from "../model/zone.ts";
import { statusBadges } from "./badge.ts";
import { uptimeBadges } from "./badge-uptime.ts";
import { calendarFile } from "./calendar-ics.ts";
import { choiceScript } from "./choice-script.ts";
import { atomFeed } from "./feed-atom.ts";
import { jsonFeed } from "./feed-json.ts";
import { rssFeed } from "./feed-rss.ts";
import { calendarPages } from "./html-calendar.tsx";
import { componentPages } from "./html-component.tsx";
import { frontPage } from "./html-front.tsx";
import { historyPages } from "./html-history.tsx";
import { incidentPages } from "./html-incident.tsx";
import { methodPage } from "./html-method.tsx";
import { missingPage } from "./html-missing.tsx";
import { subscribePage } from "./html-subscribe.tsx";
import { subscribeSteps } from "./html-subscribe-steps.tsx";
import { uptimePages } from "./html-uptime.tsx";
import { widgetPages } from "./html-widget.tsx";
import { inboxFile } from "./inbox.ts";
import { incidentJson } from "./json-incident.ts";
import { pageJson } from "./json-page.ts";
import { voicesOf } from "./languages.ts";
import { emblems } from "./looks.ts";
import { metricPage } from "./metrics.tsx";
import { pageScript } from "./page-script.ts";
import { statePictures } from "./picture.ts";
import { robotsFile } from "./robots.ts";
import { sinceOf } from "./since.ts";
import { sitemaps } from "./sitemap.ts";
import type { Charts, Document, Kind, Offer, Shown, Since } from "./types.ts";
import { vendorJson } from "./vendor-json.ts";
import { vendorPage } from "./vendors.tsx";
import { widget } from "./widget.ts";

/** What is there in each of the page's languages: what people read in a browser. */
const spokenKinds: readonly Kind[] = [
  frontPage,
  componentPages,
  incidentPages,
  historyPages,
  metricPage,
  vendorPage,
  uptimePages,
  calendarPages,
  methodPage,
  subscribePage,
  subscribeSteps,
  widgetPages,
  missingPage,
  pageScript,
];

/** What is there once, in the first language: what programs read, and what stands on other sites. */
const kinds: readonly Kind[] = [
  pageJson,
  incidentJson,
  vendorJson,
  atomFeed,
  rssFeed,
  jsonFeed,
  statusBadges,
  uptimeBadges,
  calendarFile,
  robotsFile,
  sitemaps,
  statePictures,
  widget,
  emblems,
  inboxFile,
  choiceScript,
];

/** Every document of a page at `asOf` (ms since the epoch). Pure: the same view and moment give the same keys and bytes. */
export function documentsOf(
  view: PageView,
  asOf: number,
  charts: Charts = noCharts,
  offer: Offer | null = null,
  upstreams: UpstreamResults = noUpstreams,
): Iterable<Document> {
  return documentsSince(null, view, asOf, charts, offer, upstreams).documents;
}

const noCharts: Charts = new Map();
const noUpstreams: UpstreamResults = new Map();

/** What there is to look at after `before`. */
export interface DocumentsSince {
  /** True: these are all documents of the page. False: what is not among them is there, with the key it had. */
  readonly whole: boolean;
  readonly documents: Iterable<Document>;
  /** For the next call. */
  readonly shown: Shown;
}

/** The documents of a page at `asOf` (ms since the epoch) as far as they may differ from those of `before`. */
export function documentsSince(
  before: Shown | null,
  view: PageView,
  asOf: number,
  charts: Charts = noCharts,
  offer: Offer | null = null,
  upstreams: UpstreamResults = noUpstreams,
): DocumentsSince {
  const shown = { view, charts, offer, upstreams, asOf, day: dayOf(asOf, view.page.timeZone) };
  const since = sinceOf(before, shown);
  return { whole: since === null, documents: documentsIn(shown, since), shown };
}

function* documentsIn(shown: Shown, since: Since | null): Iterable<Document> {
  for (const [at, voice] of voicesOf(shown.view.page).entries()) {
    const scene = { ...shown, since, ...voice };
    for (const kind of spokenKinds) yield* kind(scene);
    if (at === 0) for (const kind of kinds) yield* kind(scene);
  }
}
