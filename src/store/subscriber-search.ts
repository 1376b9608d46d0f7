// Which of many entries have a text in their contact. In: entries by place as they come and go, a text. Out: a mark for each place.
// All contacts stand in one string: to look at 100,000 small ones costs the memory ten times as much as their bytes.
import type { Entry } from "./subscriber-index.ts";

/** How well a contact fits that has a text in it: it is the text, it begins so, it has it elsewhere. 0: it has it not. */
export const fits = { none: 0, elsewhere: 1, begins: 2, whole: 3 } as const;

export interface SubscriberSearch {
  /** Reads all places anew. */
  fill(): void;
  /** What stands at this place is another entry, or none. */
  changed(place: number): void;
  /** One of `fits` for each place; valid until the next change. */
  find(text: string): Uint8Array;
}

/** So many changed places are looked at one by one; then the string is made anew (some 30 ms for 100,000). */
const changedMax = 2_000;
const between = "\n";

export function createSubscriberSearch(
  entryAt: (place: number) => Entry | null,
  places: () => number,
): SubscriberSearch {
  let starts = new Uint32Array();
  let joined = "";
  const changed = new Set<number>();
  /** Pages of one search are asked for one after the other. */
  let last: { readonly text: string; readonly marks: Uint8Array } | null = null;
  const fill = (): void => {
    const contacts = Array.from({ length: places() }, (_none, place) => entryAt(place)?.contact ?? "");
    joined = contacts.join(between);
    starts = new Uint32Array(contacts.length + 1);
    let at = 0;
    for (const [place, contact] of contacts.entries()) {
      starts[place] = at;
      at += contact.length + between.length;
    }
    starts[contacts.length] = at;
    changed.clear();
    last = null;
  };
  const mark = (text: string): Uint8Array => {
    const marks = new Uint8Array(places());
    if (text.includes(between)) return marks;
    let place = 0;
    for (
      let at = joined.indexOf(text);
      at !== -1;
      at = joined.indexOf(text, starts[place] ?? joined.length)
    ) {
      place = placeAt(starts, place, at);
      const [from, next] = [starts[place] ?? 0, starts[place + 1] ?? 0];
      marks[place] =
        at !== from
          ? fits.elsewhere
          : next - from - between.length === text.length
            ? fits.whole
            : fits.begins;
      place++;
      if (place >= starts.length - 1) break;
    }
    for (const one of changed) marks[one] = fitOf(entryAt(one)?.contact ?? null, text);
    return marks;
  };
  return {
    fill,
    changed(place) {
      changed.add(place);
      last = null;
    },
    find(text) {
      if (changed.size > changedMax) fill();
      if (last?.text !== text) last = { text, marks: mark(text) };
      return last.marks;
    },
  };
}

function fitOf(contact: string | null, text: string): number {
  if (contact === null || !contact.includes(text)) return fits.none;
  if (contact === text) return fits.whole;
  return contact.startsWith(text) ? fits.begins : fits.elsewhere;
}

/** The place in which a character stands, from `from` on. The next few are looked at first: where most fit, it is one of them. */
function placeAt(starts: Uint32Array, from: number, at: number): number {
  for (let place = from; place < from + 4; place++)
    if ((starts[place + 1] ?? Number.MAX_VALUE) > at) return place;
  let [low, high] = [from, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
