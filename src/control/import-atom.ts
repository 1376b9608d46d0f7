// Statuspage's history.atom into a picture. In: a feed. Out: incidents with their ids, titles and times, and their updates where
// each paragraph can be read. A feed says nothing of components, and gives the times of older updates to the minute.
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { ImportedIncident } from "../model/command.ts";
import type { IncidentStatus, MaintenanceStatus } from "../model/view.ts";
import type { Picture } from "./picture.ts";
import { at, entriesOf, isSaid, refusedAt, type Spot, textOf, timeOf } from "./spot.ts";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  isArray: (_name, path) => path === "feed.entry" || path === "feed.link" || path === "feed.entry.link",
});

/** Reads one Atom document. Throws Fault `import-refused`. */
export function pictureOfAtom(file: string, text: string): Picture {
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, col, msg } = valid.err;
    throw refusedAt(
      file,
      `line ${line} column ${col}`,
      `${msg.replace(/\.$/, "")}; this is not (all of) a feed.`,
    );
  }
  const root: Spot = { file, path: "", value: parser.parse(text) as unknown };
  const feed = at(root, "feed");
  const id = textOf(at(feed, "id"));
  const host = /^tag:([^,:]+),\d{4}:\/history$/.exec(id)?.[1];
  if (host === undefined)
    throw refusedAt(file, "feed.id", `${JSON.stringify(id)} is not the id of a Statuspage history.`);
  return {
    file,
    page: null,
    pageId: null,
    components: [],
    copies: [],
    incidents: entriesOf(at(feed, "entry")).map(incidentFrom),
    feed: {
      host: host.toLowerCase(),
      name: nameOf(feed, host),
      url: linkOf(feed) ?? `https://${host}`,
      updatedAt: timeOf(at(feed, "updated")),
    },
  };
}

function nameOf(feed: Spot, host: string): string {
  const author = at(feed, "author");
  if (isSaid(author) && isSaid(at(author, "name"))) return textOf(at(author, "name"));
  const title = at(feed, "title");
  return isSaid(title) ? contentOf(title).replace(/ Status - Incident History$/, "") : host;
}

function linkOf(spot: Spot): string | null {
  const links = entriesOf(at(spot, "link"));
  const page = links.find((it) => at(it, "@rel").value === "alternate") ?? links[0];
  return page === undefined ? null : textOf(at(page, "@href"));
}

/** Text of an element with or without attributes. */
function contentOf(spot: Spot): string {
  return typeof spot.value === "string" ? spot.value : textOf(at(spot, "#text"));
}

function incidentFrom(entry: Spot): ImportedIncident {
  const number = /^tag:[^,]+,\d{4}:Incident\/(\w+)$/.exec(textOf(at(entry, "id")))?.[1];
  if (number === undefined)
    throw refusedAt(entry.file, `${entry.path}.id`, "this is not the id of a Statuspage incident.");
  const id = /\/incidents\/([A-Za-z0-9_-]+)/.exec(linkOf(entry) ?? "")?.[1];
  if (id === undefined)
    throw refusedAt(entry.file, `${entry.path}.link`, "this does not lead to an incident.");
  const published = timeOf(at(entry, "published"));
  const updates = updatesFrom(
    id,
    isSaid(at(entry, "content")) ? contentOf(at(entry, "content")) : "",
    published,
  );
  const closed = updates.find(({ status }) => status === "resolved" || status === "completed");
  return {
    id,
    name: contentOf(at(entry, "title")),
    createdAt: updates.at(-1)?.displayAt ?? published,
    updatedAt: timeOf(at(entry, "updated")),
    feedNumber: number,
    updates,
    ...(updates[0] === undefined ? {} : { status: updates[0].status }),
    ...(closed === undefined ? {} : { resolvedAt: closed.displayAt }),
  };
}

type Update = ImportedIncident["updates"][number];

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
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const paragraph =
  /^\s*<small>(\w{3})\s+<var[^>]*>\s*(\d{1,2})<\/var>,\s+<var[^>]*>(\d{2}):(\d{2})<\/var>\s+(\S+)<\/small><br\s*\/?>\s*<strong>([^<]+)<\/strong> - ([\s\S]*)$/;

const dayMs = 86_400_000;
/** No zone is further from UTC than this (Kiribati, +14 h). */
const offsetMsMax = 14 * 3_600_000;

interface Told {
  readonly localMs: number;
  readonly zone: string;
  readonly word: string;
  readonly body: string;
}

/** All updates, newest first, or none when one of them cannot be read. `published` is the moment of the newest. */
function updatesFrom(id: string, html: string, published: number): readonly Update[] {
  const told = paragraphsOf(html, published);
  const newest = told?.[0];
  if (told === null || newest === undefined) return [];
  // The feed writes local times; what the newest one lacks to the known moment is the zone's offset.
  const offsetMs = Math.round((Math.floor(published / 60_000) * 60_000 - newest.localMs) / 900_000) * 900_000;
  if (Math.abs(offsetMs) > offsetMsMax || Math.abs(published - newest.localMs - offsetMs) >= 60_000)
    return [];
  if (!told.every(({ zone }) => zone === newest.zone)) return [];
  const updates: Update[] = [];
  for (const [index, { localMs, word, body }] of told.toReversed().entries()) {
    const status = statusOf[word] ?? updates[0]?.status;
    if (status === undefined) return [];
    const time = index === told.length - 1 ? published : localMs + offsetMs;
    updates.unshift({
      id: `${feedUpdatePrefix}${id}-${index + 1}`,
      status,
      body,
      createdAt: time,
      updatedAt: time,
      displayAt: time,
    });
  }
  return updates;
}

/** Ids of updates that a feed told of, which names none itself: this, the incident's id, and their number from the oldest on. */
export const feedUpdatePrefix = "feed-";

function paragraphsOf(html: string, published: number): readonly Told[] | null {
  const told: Told[] = [];
  let [currentYear, before] = [new Date(published).getUTCFullYear() + 1, published];
  for (const part of html.split(/<\/p>/).filter((it) => it.trim() !== "")) {
    const found = paragraph.exec(part.replace(/^\s*<p>/, ""));
    if (found === null) return null;
    const [, month = "", day, hour, minute, zone = "", word = "", body = ""] = found;
    const at = (inYear: number) =>
      Date.UTC(
        inYear,
        months.includes(month) ? months.indexOf(month) : Number.NaN,
        Number(day),
        Number(hour),
        Number(minute),
      );
    if (Number.isNaN(at(currentYear))) return null;
    // Newest first and without a year: a day that would lie ahead belongs to the year before.
    while (at(currentYear) > before + dayMs) currentYear -= 1;
    before = at(currentYear);
    told.push({ localMs: before, zone, word, body: textFrom(body) });
  }
  return told;
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  "#39": "'",
};

/** A paragraph's text: line breaks kept, tags that Statuspage adds taken out, entities read. */
function textFrom(html: string): string {
  return html
    .replace(/<br\s*\/?>/g, "\n")
    .replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (_all, name: string) => named[name] ?? "")
    .trim();
}
