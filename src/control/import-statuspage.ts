// Statuspage documents into one picture of one page. In: documents by name, the pages that exist. Out: a bundle that `decide` makes
// ops of, or a Fault `import-refused` with file and place. Pure: the same documents give the same bundle.
import { Fault } from "../base/fault.ts";
import type { ImportBundle, ImportedIncident } from "../model/command.ts";
import type { IndicatorRule } from "../model/view.ts";
import { pictureOfAtom } from "./import-atom.ts";
import { pictureOfJson } from "./import-json.ts";
import type { KnownPage } from "./local.ts";
import type { Picture, PicturedComponent, PicturedPage } from "./picture.ts";
import { refusedAt } from "./spot.ts";

/** A document as it came: `name` is a path or an address, for sentences. */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

export interface BundleOptions {
  /** Takes this page's documents and leaves others; needed where the documents are of several pages. */
  readonly page?: string;
  /** Pages that exist: a feed, or an incident of its own, is of one of them when no document describes its page. */
  readonly known: readonly KnownPage[];
  readonly indicatorRule?: IndicatorRule;
}

/** What the documents say together. Throws Fault `import-refused`. */
export function bundleOf(texts: readonly SourceText[], options: BundleOptions): ImportBundle {
  const pictures = texts.map(pictureOf);
  if (pictures.length === 0)
    throw refused(
      "There is no document to import.",
      "Name a folder with summary.json, incidents.json or history.atom.",
    );
  const page = pageOf(pictures, options);
  const mine = pictures.filter((it) => isOf(it, page, options));
  const rule = options.indicatorRule === undefined ? {} : { indicatorRule: options.indicatorRule };
  return {
    page: { ...page, ...rule },
    components: mergedComponents(mine),
    incidents: mergedIncidents(mine),
  };
}

function pictureOf({ name, text }: SourceText): Picture {
  const head = text
    .replace(/^\ufeff/, "")
    .trimStart()
    .slice(0, 500);
  if (!head.startsWith("<")) return pictureOfJson(name, text.replace(/^\ufeff/, ""));
  if (/<feed[\s>]/.test(head)) return pictureOfAtom(name, text.replace(/^\ufeff/, "").trimStart());
  const what = /<rss[\s>]/.test(head)
    ? "RSS; the Atom feed (history.atom) is read instead"
    : "HTML or other markup, not JSON";
  throw refusedAt(name, "line 1", `this is ${what}.`);
}

function refused(sentence: string, remedy: string): Fault {
  return new Fault("import-refused", sentence, remedy);
}

/** The page that the bundle is of: the newest description of the only one, or of the one that was asked for. */
function pageOf(pictures: readonly Picture[], options: BundleOptions): PicturedPage {
  const described = pictures.flatMap(({ page }) => page ?? []);
  const ids = [
    ...new Set([...described.map(({ id }) => id), ...pictures.flatMap(({ pageId }) => pageId ?? [])]),
  ];
  const wanted = options.page ?? ids[0];
  if (options.page === undefined && ids.length > 1)
    throw refused(
      `The documents are of several pages: ${ids.join(", ")}.`,
      "Say which one to take with --page.",
    );
  const newest = described
    .filter(({ id }) => id === wanted)
    .reduce<PicturedPage | null>(
      (a, b) => (a === null || (b.updatedAt ?? 0) > (a.updatedAt ?? 0) ? b : a),
      null,
    );
  return newest ?? undescribedPage(pictures, wanted, options);
}

/** A page that no document describes: one that exists, or the one that a feed speaks of. */
function undescribedPage(
  pictures: readonly Picture[],
  wanted: string | undefined,
  { known }: BundleOptions,
): PicturedPage {
  const feed = pictures.find((it) => it.feed !== null)?.feed;
  const held = known.find((it) =>
    wanted === undefined ? it.hosts.includes(feed?.host ?? "") : it.id === wanted,
  );
  if (held !== undefined) return { id: held.id };
  if (feed !== undefined && feed !== null) {
    const { host, name, url, updatedAt } = feed;
    return { id: wanted ?? pageIdOf(host), name, url, updatedAt };
  }
  throw refused(
    `No document describes the page ${wanted ?? ""}, and it does not exist here.`,
    "Add its summary.json, or name a page that exists with --page.",
  );
}

/** A page known by its feed alone has no id: one made of its host, so that a second run finds the same page. */
function pageIdOf(host: string): string {
  return host
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 64);
}

function isOf(picture: Picture, page: PicturedPage, options: BundleOptions): boolean {
  if (picture.pageId !== null) return picture.pageId === page.id;
  if (picture.feed === null) return true;
  const hosts = options.known.find(({ id }) => id === page.id)?.hosts ?? [];
  if (page.url === undefined || URL.parse(page.url)?.hostname === picture.feed.host) return true;
  if (hosts.includes(picture.feed.host) || picture.feed.url === page.url) return true;
  if (options.page !== undefined) return false;
  throw refusedAt(picture.file, "feed.id", `this feed is of ${picture.feed.host}, not of ${page.url}.`);
}

/** Each component once: the latest change wins, a list before a copy inside an incident; in the order of the lists. */
function mergedComponents(pictures: readonly Picture[]): readonly PicturedComponent[] {
  const merged = new Map<string, PicturedComponent>();
  const listed = pictures.flatMap(({ components }) => components);
  for (const component of [...listed, ...pictures.flatMap(({ copies }) => copies)]) {
    const held = merged.get(component.id);
    if (held === undefined) merged.set(component.id, component);
    else if ((component.updatedAt ?? 0) > (held.updatedAt ?? 0))
      merged.set(component.id, { ...held, ...component });
  }
  return [...merged.values()];
}

/** Each incident once: the latest picture wins, and a feed only adds its number to one that is known better. */
function mergedIncidents(pictures: readonly Picture[]): readonly ImportedIncident[] {
  const merged = new Map<string, ImportedIncident>();
  for (const { incidents } of pictures.filter(({ feed }) => feed === null).toSorted(longestFirst))
    for (const incident of incidents) {
      const held = merged.get(incident.id);
      if (held === undefined || incident.updatedAt > held.updatedAt) merged.set(incident.id, incident);
    }
  for (const { incidents } of pictures.filter(({ feed }) => feed !== null))
    for (const incident of incidents) {
      const held = merged.get(incident.id);
      const { feedNumber = null } = incident;
      merged.set(incident.id, held === undefined ? incident : { ...held, feedNumber });
    }
  return [...merged.values()];
}

// The longest list first: its order is the source's own, and the other documents add what it lacks.
function longestFirst(a: Picture, b: Picture): number {
  return b.incidents.length - a.incidents.length;
}
