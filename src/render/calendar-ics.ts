// /calendar.ics: maintenance for calendars (RFC 5545). In: a scene. Out: one document: what is coming, what goes on, the latest of what is over.
// Every moment in it is the data's own, so the same data gives the same bytes. A calendar knows an event by its UID, and takes a copy with a
// higher SEQUENCE for newer; the seconds between an event's making and its last change never fall, whatever changed.
import ical, { ICalEventStatus } from "ical-generator";
import { limits } from "../base/limits.ts";
import { isClosed } from "../model/order.ts";
import type { Incident, Page, PageView } from "../model/view.ts";
import { baseOf, changedAt, incidentLink, tagHost } from "./feed-entry.ts";
import { incidentPrint, keyOf } from "./key.ts";
import { oneLine } from "./piece.tsx";
import { plainText } from "./prose.tsx";
import type { Document, Scene } from "./types.ts";

export const calendarPath = "/calendar.ics";
/** Characters of the latest update: a calendar shows a few lines, and has the page's address for the rest. */
const saysChars = 1_000;

/** The calendar. */
export function* calendarFile({ view }: Scene): Iterable<Document> {
  const events = eventsOf(view);
  yield {
    path: calendarPath,
    contentType: "text/calendar; charset=utf-8",
    cache: "feed",
    slot: false,
    key: keyOf("ics", [
      view.page.name,
      view.page.url,
      view.page.hosts[0] ?? null,
      ...events.map(incidentPrint),
    ]),
    body: () => calendarText(view.page, events),
  };
}

/** All that are not over, and the latest of the others; by start. */
function eventsOf({ maintenances }: PageView): readonly Incident[] {
  const over = maintenances.filter(isClosed).slice(-limits.calendarPastMax);
  const kept = new Set([
    ...over,
    ...maintenances.filter((it) => !isClosed(it)).slice(0, limits.calendarComingMax),
  ]);
  return maintenances.filter((it) => kept.has(it));
}

function calendarText(page: Page, events: readonly Incident[]): string {
  const calendar = ical({
    // The library escapes texts of events, but not the calendar's own name.
    name: escaped(oneLine(clean(page.name))),
    prodId: { company: "Pharos", product: "status page", language: "EN" },
    url: `${baseOf(page)}/calendar`,
  });
  for (const event of events) {
    if (event.window === null) continue;
    const changed = new Date(changedAt(event));
    calendar.createEvent({
      id: `${event.id}@${tagHost(page)}`,
      sequence: sequenceOf(event),
      stamp: changed,
      created: new Date(event.createdAt),
      lastModified: changed,
      start: new Date(event.window.from),
      end: new Date(Math.max(event.window.until, event.window.from)),
      summary: oneLine(clean(event.name)),
      description: clean(plainText(event.updates[0]?.body ?? ""))
        .slice(0, saysChars)
        .toWellFormed(),
      url: incidentLink(page, event),
      status: isCancelled(event) ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    });
  }
  return `${calendar.toString()}\r\n`;
}

function sequenceOf(event: Incident): number {
  return Math.max(0, Math.floor((changedAt(event) - event.createdAt) / 1_000));
}

/** Closed before it was to begin. */
function isCancelled(event: Incident): boolean {
  return (
    isClosed(event) &&
    event.resolvedAt !== null &&
    event.window !== null &&
    event.resolvedAt < event.window.from
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that a content line may not hold (RFC 5545, 3.1)
const refused = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

function clean(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replace(refused, "");
}

const escaped = (text: string): string => text.replace(/[\\;,]/g, "\\$&");
