// Which of many entries have a text in their contact. In: entries as they come and go, a text. Out: those that have it, or that they are too many.
// All contacts stand in one string: to look at 100,000 small ones costs the memory ten times as much as their bytes.
import type { Entry } from "./subscriber-index.ts";

export interface SubscriberSearch {
  fill(entries: readonly Entry[]): void;
  put(entry: Entry): void;
  /** null where more than `most` have it. `isHeld` tells an entry that is still there from an earlier one. */
  find(text: string, most: number, isHeld: (entry: Entry) => boolean): readonly Entry[] | null;
}

/** So many newcomers are looked at one by one; then the string is made anew (some 30 ms for 100,000). */
const recentMax = 2_000;
const between = "\n";

export function createSubscriberSearch(all: () => readonly Entry[]): SubscriberSearch {
  let entries: readonly Entry[] = [];
  let starts = new Uint32Array();
  let joined = "";
  let recent: Entry[] = [];
  const fill = (given: readonly Entry[]): void => {
    entries = [...given];
    joined = entries.map(({ contact }) => contact).join(between);
    starts = new Uint32Array(entries.length);
    let at = 0;
    for (const [place, { contact }] of entries.entries()) {
      starts[place] = at;
      at += contact.length + between.length;
    }
    recent = [];
  };
  return {
    fill,
    put: (entry) => void recent.push(entry),
    find(text, most, isHeld) {
      if (text.includes(between)) return [];
      if (recent.length > recentMax) fill(all());
      const found: Entry[] = [];
      for (let at = joined.indexOf(text); at !== -1; ) {
        const place = lastAtOrBefore(starts, at);
        const entry = entries[place];
        if (entry !== undefined && isHeld(entry)) found.push(entry);
        if (found.length > most) return null;
        const next = starts[place + 1];
        at = next === undefined ? -1 : joined.indexOf(text, next);
      }
      for (const entry of recent) if (isHeld(entry) && entry.contact.includes(text)) found.push(entry);
      return found.length > most ? null : found;
    },
  };
}

function lastAtOrBefore(starts: Uint32Array, at: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
