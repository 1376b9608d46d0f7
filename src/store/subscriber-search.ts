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
  /** Valid until the next change. */
  find(text: string): Found;
}

export interface Found {
  /** One of `fits` for each place. */
  readonly marks: Uint8Array;
  /** How many places have each of `fits`. */
  readonly counts: Uint32Array;
}

/** So many changed places are looked at one by one; then the string is made anew (some 30 ms for 100,000). */
const changedMax = 2_000;
const between = "\n";
/** Texts of which it is known where they are: 100 kB each for 100,000 places. */
const rememberedMax = 8;

export function createSubscriberSearch(
  entryAt: (place: number) => Entry | null,
  places: () => number,
): SubscriberSearch {
  let starts = new Uint32Array();
  let joined = "";
  const changed = new Set<number>();
  /** Pages of one search are asked for one after the other, by several who search. */
  const remembered = new Map<string, Found>();
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
    remembered.clear();
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
      remembered.clear();
    },
    find(text) {
      if (changed.size > changedMax) fill();
      const known = remembered.get(text);
      if (known !== undefined) return known;
      const marks = mark(text);
      const counts = new Uint32Array(fits.whole + 1);
      for (const fit of marks) counts[fit] = (counts[fit] as number) + 1;
      const [oldest] = remembered.size >= rememberedMax ? remembered.keys() : [];
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(text, { marks, counts });
      return { marks, counts };
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
