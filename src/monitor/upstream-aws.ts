// AWS Health, public. In: its RSS (one service and region, or all), or currentevents.json. Out: how all of it, or what one word names, is.
// | RSS title            | status code | all of it            | one service or region |  RSS tells history: what each event's newest item says counts, until it
// | operating normally   | 0           | operational          | operational           |  says RESOLVED or nothing more for `upstreamOpenMsMax`. Something is
// | informational        | 1           | operational, and said | degraded_performance |  amiss in one of thirty regions on many days: for all of it that weighs
// | degradation, impact  | 2           | degraded_performance | partial_outage        |  a step less.
// | disruption           | 3           | partial_outage       | major_outage          |
import { limits } from "../base/limits.ts";
import { severityOf } from "../model/group.ts";
import type { ComponentStatus } from "../model/view.ts";
import { type Dict, dictsOf, latestOf, listOf, readJson, textOf } from "./upstream-json.ts";
import { asNamed, type FormatReader, type Read, unread } from "./upstream-types.ts";
import { type Entry, isAbout, readFeed } from "./upstream-xml.ts";

type Level = 0 | 1 | 2 | 3;
const weights: readonly (readonly [all: ComponentStatus, one: ComponentStatus])[] = [
  ["operational", "operational"],
  ["operational", "degraded_performance"],
  ["degraded_performance", "partial_outage"],
  ["partial_outage", "major_outage"],
];

interface Event {
  readonly level: Level;
  readonly said: string;
  readonly at: number | null;
}

export const aws: FormatReader = {
  asks: asNamed,
  read(text, { component }, nowMs) {
    if (!text.trimStart().startsWith("<")) return readJson(text, (events) => ofEvents(events, component));
    const feed = readFeed(text);
    if (!feed.ok) return unread(feed.why);
    return together(eventsIn(feed.entries, nowMs), component, feed.updatedAt);
  },
};

/** The newest item of each event; its guid is the event and the moment of the item. */
function* eventsIn(entries: readonly Entry[], nowMs: number): Iterable<Event & { readonly entry: Entry }> {
  const known = new Set<string>();
  for (const entry of entries) {
    const event = entry.id.replace(/_\d+$/, "");
    if (known.has(event)) continue;
    known.add(event);
    if (entry.at !== null && nowMs - entry.at > limits.upstreamOpenMsMax) continue;
    yield { level: levelOf(entry.title), said: entry.title, at: entry.at, entry };
  }
}

function levelOf(title: string): Level {
  if (/resolved|operating normally/i.test(title)) return 0;
  if (/disruption/i.test(title)) return 3;
  if (/informational/i.test(title)) return 1;
  return 2;
}

function together(
  events: Iterable<Event & { readonly entry: Entry }>,
  component: string | undefined,
  updatedAt: number | null,
): Read {
  return worst(
    [...events].filter(({ entry }) => component === undefined || isAbout(component, entry)),
    component,
    updatedAt,
  );
}

function ofEvents(document: unknown, component: string | undefined): Read {
  if (listOf(document) === null) return unread("what came is no list of events");
  const events: Event[] = [];
  for (const event of dictsOf(document)) {
    const level = Number(event.status);
    if (!(level === 0 || level === 1 || level === 2 || level === 3))
      return unread(`the status ${JSON.stringify(event.status ?? null)} is unknown`);
    if (component !== undefined && !names(event, component)) continue;
    const said = textOf(event.summary) ?? "";
    events.push({
      level: /\[RESOLVED\]/i.test(said) ? 0 : level,
      said,
      at: Number(event.date) * 1_000 || null,
    });
  }
  return worst(events, component, latestOf(events.map(({ at }) => at)));
}

const names = ({ service, service_name, region_name, arn }: Dict, wanted: string): boolean =>
  [service, service_name, region_name, arn].some((name) =>
    (textOf(name) ?? "").toLowerCase().includes(wanted.toLowerCase()),
  );

function worst(events: readonly Event[], component: string | undefined, updatedAt: number | null): Read {
  let status: ComponentStatus = "operational";
  let said: string | null = null;
  for (const event of events) {
    if (event.level === 0) continue;
    const next = weights[event.level]?.[component === undefined ? 0 : 1] ?? "operational";
    said ??= event.said;
    if (severityOf[next] > severityOf[status]) [status, said] = [next, event.said];
  }
  return { ok: true, status, said, updatedAt };
}
