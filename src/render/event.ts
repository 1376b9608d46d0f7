// What an open page is told of a new generation. In: the front page before and now, as HTML. Out: /_event, a JSON object on one line.
// Fragments change one front page into the next, byte for byte, so they say which one: a page that shows another asks for it instead.
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { overallStatus } from "../model/status.ts";
import type { PageView } from "../model/view.ts";

/** Where the newest one is. */
export const eventPath = "/_event";
export const eventType = "application/json; charset=utf-8";

export interface Moved {
  readonly generation: number;
  readonly epoch: number;
  readonly view: PageView;
  /** The front page that is published; null where none is, or where it is not to be had. */
  readonly before: string | null;
  readonly now: string;
}

/** The event of a page of the op-log: at most `limits.eventBytesMax` bytes, without fragments where they would make it longer. */
export function eventOf({ generation, epoch, view, before, now }: Moved): string {
  const { indicator } = overallStatus(view);
  const fresh = cut(now);
  assert(fresh !== null, "A front page that was just rendered cannot be taken apart.");
  const old = before === null ? null : cut(before);
  const says = {
    generation,
    epoch,
    state: indicator,
    language: view.page.languages[0],
    title: fresh.title,
    since: old?.version ?? "",
    front: fresh.version,
  };
  const fragments = old === null || old.rest !== fresh.rest ? {} : changed(old.elements, fresh.elements);
  const whole = JSON.stringify({ ...says, fragments });
  return new TextEncoder().encode(whole).length <= limits.eventBytesMax
    ? whole
    : JSON.stringify({ ...says, fragments: {} });
}

/** The event of a page whose content Pharos did not make: there is a new generation, and nothing is known of what it changed. */
export function plainEventOf(generation: number): string {
  return JSON.stringify({ generation });
}

/** A front page: its elements that change, by id, and all that stands around them. */
export interface Cut {
  /** The version that the page says of itself. */
  readonly version: string;
  /** As a browser's tab shows it. */
  readonly title: string;
  readonly elements: ReadonlyMap<string, string>;
  /** Where two pages have this in common, changing the elements that differ, and the title, makes the one into the other. */
  readonly rest: string;
}

/** Texts hold no quote of their own either, so this stands nowhere but in a tag. */
const mark = ' id="p-';

/**
 * Takes apart what `html-front.tsx` put together: text and attributes hold no `<` of their own there. Null where it cannot: what is published may be of
 * another release, older or newer, and must not keep the next generation from being published.
 */
export function cut(html: string): Cut | null {
  const elements = new Map<string, string>();
  let rest = "";
  let at = 0;
  for (let found = html.indexOf(mark); found !== -1; found = html.indexOf(mark, at)) {
    const start = html.lastIndexOf("<", found);
    const id = html.slice(found + mark.length - 2, html.indexOf('"', found + mark.length));
    const name = html.slice(start + 1, html.indexOf(" ", start));
    const inside = html.indexOf(">", found) + 1;
    const end = name === "link" || name === "meta" ? inside : endOf(html, name, inside);
    if (end === null) return null;
    elements.set(id, html.slice(start, end));
    rest += `${html.slice(at, start)}<${id}>`;
    at = end;
  }
  rest += html.slice(at);
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? "";
  return {
    version: /\sdata-v="([^"]*)"/.exec(elements.get("p-now") ?? "")?.[1] ?? "",
    title: unescaped(title),
    elements,
    // A group stands open while something in it is wrong: the page's script sees that at the group's own row.
    rest: rest
      .replace(/<title>[^<]*<\/title>/, "<title>")
      .replaceAll('<details class="g" open>', '<details class="g">'),
  };
}

/** Where the element ends whose start tag ends at `from`, elements of its own name within it; null where it does not. */
function endOf(html: string, name: string, from: number): number | null {
  const tags = tagsNamed(name);
  tags.lastIndex = from;
  for (let depth = 1, tag = tags.exec(html); tag !== null; tag = tags.exec(html)) {
    depth += tag[1] === "/" ? -1 : 1;
    if (depth === 0) return html.indexOf(">", tag.index) + 1;
  }
  return null;
}

const patterns = new Map<string, RegExp>();

function tagsNamed(name: string): RegExp {
  const pattern = patterns.get(name) ?? new RegExp(`<(/?)${name}(?=[\\s/>])`, "g");
  patterns.set(name, pattern);
  return pattern;
}

function changed(old: Cut["elements"], fresh: Cut["elements"]): Readonly<Record<string, string>> {
  return Object.fromEntries([...fresh].filter(([id, html]) => old.get(id) !== html));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => entities[name] ?? "");
}
