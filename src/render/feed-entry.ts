// What Atom and RSS share: which incidents, their numbers, addresses and texts. In: a view. Out: strings for both feeds.
import { limits } from "../base/limits.ts";
import type { Incident, Page, PageView } from "../model/view.ts";
import { incidentPrint, keyOf, pagePrint } from "./key.ts";
import { momentIn } from "./moment.ts";
import { updateWord } from "./piece.tsx";
import { proseLine } from "./prose.tsx";
import { latestTold } from "./selection.ts";
import { english } from "./words-en.ts";

/** Feeds are in English whatever the page speaks: programs take them apart by these words. */
const { monthShort } = english.times;

/** Incidents and maintenances of a feed, the latest told first. */
export function feedIncidents(view: PageView): readonly Incident[] {
  return latestTold(view, limits.feedEntriesMax);
}

/** The key of a feed. */
export function feedKey(kind: string, view: PageView, entries: readonly Incident[]): string {
  return keyOf(kind, [pagePrint(view.page), view.page.hosts[0] ?? null, ...entries.map(incidentPrint)]);
}

/** The page's address without a closing slash: paths are put behind it. */
export function baseOf(page: Page): string {
  return page.url.replace(/\/+$/, "");
}

/** The host of tag URIs: it never changes with the port or the scheme. */
export function tagHost(page: Page): string {
  return URL.parse(page.url)?.hostname ?? page.hosts[0] ?? page.id;
}

/** Where an entry leads. */
export function incidentLink(page: Page, incident: Incident): string {
  return `${baseOf(page)}/incidents/${encodeURIComponent(incident.id)}`;
}

/**
 * The number that names an incident in feeds: the imported one, else the id read as a base 36 number.
 * Ids of 12 characters of [a-z0-9] give different numbers, all below 2^63.
 */
export function feedNumber(incident: Incident): string {
  if (incident.feedNumber !== null) return incident.feedNumber;
  let number = 0n;
  for (const char of incident.id.toLowerCase()) {
    const digit = Number.parseInt(char, 36);
    number = number * 36n + BigInt(Number.isNaN(digit) ? char.charCodeAt(0) % 36 : digit);
  }
  return number.toString();
}

/** When an entry last changed, ms: also an edit of an old update counts. */
export function changedAt(incident: Incident): number {
  return Math.max(incident.updatedAt, ...incident.updates.map((update) => update.updatedAt));
}

/** All updates as HTML, newest first, in the form that Statuspage writes and its readers take apart. */
export function entryHtml(incident: Incident, zone: string): string {
  const updates = incident.updates.map((update, at) => {
    const { month, day, time, zone: zoneName } = momentIn(update.displayAt, zone);
    const when = `${monthShort(month)} <var data-var='date'>${day}</var>, <var data-var='time'>${time}</var> ${zoneName}`;
    const says = proseLine(update);
    return `<p> <small>${when}</small><br> <strong>${updateWord(incident, at, english)}</strong> - ${says} </p>`;
  });
  return `${scheduledHtml(incident, zone)}${updates.join(" ")}`;
}

function scheduledHtml(incident: Incident, zone: string): string {
  if (incident.window === null) return "";
  const from = momentIn(incident.window.from, zone);
  const until = momentIn(incident.window.until, zone);
  const sameDay = from.day === until.day && from.month === until.month;
  const end = sameDay ? until.time : `${monthShort(until.month)} ${until.day}, ${until.time}`;
  const when = `${monthShort(from.month)} ${from.day}, ${from.time} - ${end} ${until.zone}`;
  return `<p><strong>THIS IS A SCHEDULED EVENT ${when}</strong></p> `;
}
