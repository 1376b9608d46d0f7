// RSS 2.0 and Atom as one shape. In: text. Out: entries, newest first, with plain words, or why it is no feed.
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { type Dict, dictOf, dictsOf, timeOf } from "./upstream-json.ts";

export interface Entry {
  readonly id: string;
  readonly title: string;
  /** As it stands in the feed: HTML, mostly. */
  readonly content: string;
  readonly categories: readonly string[];
  readonly at: number | null;
}

export type Feed =
  | { readonly ok: true; readonly updatedAt: number | null; readonly entries: readonly Entry[] }
  | { readonly ok: false; readonly why: string };

const lists = new Set(["rss.channel.item", "feed.entry", "rss.channel.item.category", "feed.entry.category"]);
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  isArray: (_name, path) => lists.has(path as string),
});

export function readFeed(text: string): Feed {
  // A feed needs neither, and entities of its own are how a small document becomes a large one.
  if (/<!(DOCTYPE|ENTITY)/i.test(text))
    return {
      ok: false,
      why: /<html/i.test(text) ? "HTML came in place of a feed" : "a feed with a DOCTYPE is not read",
    };
  const valid = XMLValidator.validate(text);
  if (valid !== true) return { ok: false, why: `what came is not (all of) a feed, line ${valid.err.line}` };
  const root = dictOf(parser.parse(text)) ?? {};
  const channel = dictOf(dictOf(root.rss)?.channel);
  const feed = dictOf(root.feed);
  if (channel === null && feed === null) return { ok: false, why: "what came is neither RSS nor Atom" };
  const entries = channel === null ? dictsOf(feed?.entry).map(fromAtom) : dictsOf(channel.item).map(fromRss);
  return {
    ok: true,
    updatedAt: timeOf(wordsOf(channel?.lastBuildDate ?? channel?.pubDate ?? feed?.updated)),
    entries: entries.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0)),
  };
}

const fromRss = (item: Dict): Entry => ({
  id: wordsOf(item.guid) || wordsOf(item.link),
  title: wordsOf(item.title),
  content: wordsOf(item.description),
  categories: categoriesOf(item),
  at: timeOf(wordsOf(item.pubDate)),
});

const fromAtom = (entry: Dict): Entry => ({
  id: wordsOf(entry.id),
  title: wordsOf(entry.title),
  content: wordsOf(entry.content) || wordsOf(entry.summary),
  categories: categoriesOf(entry),
  at: timeOf(wordsOf(entry.updated)) ?? timeOf(wordsOf(entry.published)),
});

const categoriesOf = ({ category }: Dict): readonly string[] =>
  (Array.isArray(category) ? category : [])
    .map((one) => wordsOf(dictOf(one)?.["@term"] ?? one))
    .filter(Boolean);

/** Text of an element with or without attributes. */
function wordsOf(value: unknown): string {
  if (typeof value === "string") return value;
  const text = dictOf(value)?.["#text"];
  return typeof text === "string" ? text : "";
}

/** The first of these patterns that a text holds says what it is about. */
export const isAbout = (wanted: string, { id, title, content, categories }: Entry): boolean =>
  [id, title, content, ...categories].some((text) => text.toLowerCase().includes(wanted.toLowerCase()));
