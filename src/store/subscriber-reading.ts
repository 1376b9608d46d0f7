// Reads the subscribers of a store once. In: a store and its key file. Out: indexes in memory. Some rows in each turn of the event loop: a control
// plane that starts with 100,000 of them answers meanwhile.
import { existsSync } from "node:fs";
import { nextTurn } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { readErasures } from "./erasures.ts";
import type { Store } from "./open.ts";
import { contactOf, entryOf, type Held, place, removalOf } from "./subscriber-held.ts";
import { createSubscriberIndex, type Entry, type SubscriberIndex } from "./subscriber-index.ts";
import { openSubscriberKeys, type SubscriberKeys, subscriberKeysFile } from "./subscriber-keys.ts";
import { type OpenRow, unpackRow } from "./subscriber-rows.ts";

/**
 * Reads all rows, some in each turn of the event loop. What the list of erasures names goes, in case a restore brought it back. Null, and nothing is left
 * open, where it is over before the last row is read: whoever stops waits for no 100,000 of them.
 */
export async function readSubscribers(
  store: Store,
  random: Random,
  log: Log,
  isOver: () => boolean,
): Promise<Held | null> {
  const keys = await keysFor(store, random);
  if (keys === null) return { keys, pages: new Map() };
  const pages = await readRows(store, keys, log, isOver);
  if (pages === null) keys.close();
  return pages && { keys, pages };
}

async function readRows(
  store: Store,
  keys: SubscriberKeys,
  log: Log,
  isOver: () => boolean,
): Promise<Map<string, SubscriberIndex> | null> {
  const { tables, commit, refresh, folder } = store;
  const erased = new Set(readErasures(folder).map(({ page, subscriber }) => `${page} ${subscriber}`));
  const pages = new Map<string, Entry[]>();
  const used = new Uint8Array(keys.slots());
  const keysNow = keys.all();
  const [gone, unreadable]: [[string, OpenRow][], string[]] = [[], []];
  let after: [string, string, string] = [place, "", ""];
  for (let more = true; more; ) {
    refresh();
    const range = { start: after, end: [place, "\uffff"], limit: limits.subscribersPerTurn };
    const rows = Array.from(tables.meta.getRange(range));
    more = rows.length === limits.subscribersPerTurn;
    for (const { key, value } of rows) {
      const [, page, id] = key as [string, string, string];
      // The range begins with the last one of the turn before.
      if (page === after[1] && id === after[2]) continue;
      after = [place, page, id];
      const row = unpackRow(id, value);
      if (erased.has(`${page} ${id}`)) {
        gone.push([page, row]);
        continue;
      }
      used[row.slot] = 1;
      const contact = contactOf(keysNow, page, row);
      if (contact === null) unreadable.push(id);
      else gather(pages, page, entryOf(row, contact));
    }
    await nextTurn();
    if (isOver()) return null;
  }
  if (unreadable.length > 0)
    log.error(
      `${unreadable.length} subscribers cannot be read: their keys in ${subscriberKeysFile(folder)} are gone, or are those of another store.`,
      { first: unreadable[0] ?? "" },
    );
  await commit(gone.flatMap(([page, row]) => removalOf(store, keys, page, row)));
  await keys.keepOnly((slot) => used[slot] === 1);
  const indexes = new Map<string, SubscriberIndex>();
  for (const [page, entries] of pages) {
    const index = createSubscriberIndex();
    await index.fill(entries, nextTurn);
    indexes.set(page, index);
  }
  return indexes;
}

function gather(pages: Map<string, Entry[]>, page: string, entry: Entry): void {
  const known = pages.get(page);
  if (known === undefined) pages.set(page, [entry]);
  else known.push(entry);
}

/** null where there is no subscriber yet: the file is made with the first. */
async function keysFor(store: Store, random: Random): Promise<SubscriberKeys | null> {
  return refuseMissingKeys(store) ? openSubscriberKeys(store.folder, random) : null;
}

/** Whether there are subscribers. Throws Fault `store-corrupt` where there are and their keys are not: a new file would not fit them. */
export function refuseMissingKeys({ tables, folder, refresh }: Store): boolean {
  refresh();
  const rows = tables.meta.getKeysCount({ start: [place], end: [place, "\uffff"], limit: 1 });
  if (rows === 0) return false;
  const path = subscriberKeysFile(folder);
  if (!existsSync(path))
    throw new Fault(
      "store-corrupt",
      `The keys of the subscribers are not there: ${path} is missing.`,
      "Put the file back from a backup: without it the subscribers of this store cannot be read.",
    );
  return true;
}
