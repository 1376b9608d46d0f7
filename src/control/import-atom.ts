// Statuspage's history.atom into a picture. In: a feed. Out: incidents with their ids, titles and times, and their updates where
// each paragraph can be read. A feed says nothing of components, and gives the times of older updates to the minute.
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { ImportedIncident } from "../model/command.ts";
import { toldBy } from "./atom-content.ts";
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

/** Text of an element with or without attributes; "" of an empty one. */
function contentOf(spot: Spot): string {
  if (typeof spot.value === "string") return spot.value;
  const text = at(spot, "#text");
  return isSaid(text) ? textOf(text) : "";
}

function incidentFrom(entry: Spot): ImportedIncident {
  const number = /^tag:[^,]+,\d{4}:Incident\/(\w+)$/.exec(textOf(at(entry, "id")))?.[1];
  if (number === undefined)
    throw refusedAt(entry.file, `${entry.path}.id`, "this is not the id of a Statuspage incident.");
  const id = /\/incidents\/([A-Za-z0-9_-]+)/.exec(linkOf(entry) ?? "")?.[1];
  if (id === undefined)
    throw refusedAt(entry.file, `${entry.path}.link`, "this does not lead to an incident.");
  const published = timeOf(at(entry, "published"));
  const content = at(entry, "content");
  const told = isSaid(content) ? toldBy(id, contentOf(content), published) : null;
  const { updates = [], window = null } = told ?? {};
  const closed = updates.find(({ status }) => status === "resolved" || status === "completed");
  return {
    id,
    name: contentOf(at(entry, "title")),
    createdAt: updates.at(-1)?.displayAt ?? published,
    updatedAt: timeOf(at(entry, "updated")),
    feedNumber: number,
    updates,
    ...(window === null ? {} : { window }),
    ...(updates[0] === undefined ? {} : { status: updates[0].status }),
    ...(closed === undefined ? {} : { resolvedAt: closed.displayAt }),
  };
}
