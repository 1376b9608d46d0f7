// What the text of one feed entry tells. In: the entry's HTML, the moment of its newest update. Out: updates and window, or null where
// any of it cannot be read for certain. Statuspage writes one paragraph an update, newest first, in local time without a year.
import type { ImportedIncident } from "../model/command.ts";
import { feedUpdatePrefix } from "../model/import-feed.ts";
import { type IncidentStatus, type MaintenanceStatus, maintenanceStatuses } from "../model/view.ts";

type Update = ImportedIncident["updates"][number];

export interface Told {
  /** Newest first. */
  readonly updates: readonly Update[];
  readonly window: { readonly from: number; readonly until: number } | null;
}

const statusOf: Readonly<Record<string, IncidentStatus | MaintenanceStatus>> = {
  Investigating: "investigating",
  Identified: "identified",
  Monitoring: "monitoring",
  Resolved: "resolved",
  Postmortem: "postmortem",
  Scheduled: "scheduled",
  "In progress": "in_progress",
  Verifying: "verifying",
  Completed: "completed",
};

interface Paragraph {
  /** Read as if it were UTC. */
  readonly localMs: number;
  readonly zone: string;
  readonly word: string;
  readonly body: string;
}

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
/** No zone is further from UTC than this (Kiribati, +14 h). */
const offsetMsMax = 14 * 60 * minuteMs;
const dayMs = 24 * 60 * minuteMs;

/** Reads an entry's content. `published` is the moment of its newest update (ms). */
export function toldBy(id: string, html: string, published: number): Told | null {
  const heading = /^\s*<p>\s*<strong>\s*THIS IS A SCHEDULED EVENT([\s\S]*?)<\/strong>\s*<\/p>/.exec(html);
  const paragraphs = paragraphsOf(html.slice(heading?.[0].length ?? 0), published);
  const newest = paragraphs?.[0];
  if (paragraphs === null || newest === undefined) return null;
  // What the newest local time lacks to the known moment is the zone's offset.
  const minute = published - (published % minuteMs);
  const offsetMs = minute - newest.localMs;
  if (Math.abs(offsetMs) > offsetMsMax || offsetMs % quarterMs !== 0) return null;
  if (!paragraphs.every(({ zone }) => zone === newest.zone)) return null;
  const updates = updatesFrom(id, paragraphs, offsetMs, published);
  const window = heading === null ? null : windowFrom(heading[1] ?? "", published, offsetMs);
  const planned = updates?.some(({ status }) => maintenanceStatuses.some((word) => word === status)) ?? false;
  return updates === null || planned !== (window !== null) ? null : { updates, window };
}

function updatesFrom(
  id: string,
  paragraphs: readonly Paragraph[],
  offsetMs: number,
  published: number,
): readonly Update[] | null {
  const updates: Update[] = [];
  for (const [index, { localMs, word, body }] of paragraphs.toReversed().entries()) {
    // "Update" stands for one that left the status as it was.
    const status = statusOf[word] ?? updates[0]?.status;
    if (status === undefined) return null;
    const at = index === paragraphs.length - 1 ? published : localMs + offsetMs;
    const times = { createdAt: at, updatedAt: at, displayAt: at };
    updates.unshift({ id: `${feedUpdatePrefix}${id}-${index + 1}`, status, body, ...times });
  }
  return updates;
}

const paragraph =
  /^\s*<p>\s*<small>(\w{3})\s+<var[^>]*>\s*(\d{1,2})<\/var>,\s+<var[^>]*>(\d{2}:\d{2})<\/var>\s+(\S+)<\/small><br\s*\/?>\s*<strong>([^<]+)<\/strong> - ([\s\S]*)$/;

function paragraphsOf(html: string, published: number): readonly Paragraph[] | null {
  const found: Paragraph[] = [];
  let before = published;
  for (const part of html.split("</p>").filter((it) => it.trim() !== "")) {
    const [, month = "", day = "", time = "", zone = "", word = "", body = ""] = paragraph.exec(part) ?? [];
    const localMs = latestBefore(before + dayMs, month, day, time);
    if (localMs === null) return null;
    before = localMs;
    found.push({ localMs, zone, word, body: textFrom(body) });
  }
  return found;
}

function windowFrom(heading: string, published: number, offsetMs: number): Told["window"] {
  const text = heading.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
  const found = /^ (\w{3}) (\d{1,2}), (\d{2}:\d{2}) ?[-–] ?(?:(\w{3}) (\d{1,2}), )?(\d{2}:\d{2}) /.exec(text);
  const [, month = "", day = "", start = "", lastMonth = month, lastDay = day, end = ""] = found ?? [];
  // A maintenance is announced at most half a year ahead, and told of at most half a year after it.
  const from = latestBefore(published + 183 * dayMs, month, day, start);
  if (from === null) return null;
  const until = latestBefore(from + 183 * dayMs, lastMonth, lastDay, end);
  return until === null || until <= from ? null : { from: from + offsetMs, until: until + offsetMs };
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The latest moment before `bound` (ms) of that day and time; null where they are none. */
function latestBefore(bound: number, month: string, day: string, time: string): number | null {
  const [hour, minute] = time.split(":").map(Number);
  if (!months.includes(month) || hour === undefined || minute === undefined) return null;
  const at = (year: number): number => Date.UTC(year, months.indexOf(month), Number(day), hour, minute);
  const year = new Date(bound).getUTCFullYear();
  const latest = at(year) < bound ? at(year) : at(year - 1);
  return Number.isNaN(latest) ? null : latest;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  "#39": "'",
};

/** Text as it was written: line breaks kept, entities read, links left as they stand. */
function textFrom(html: string): string {
  return html
    .replace(/<br\s*\/?>/g, "\n")
    .replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_all, name: string) => entities[name] ?? "")
    .trim();
}
