// Who is told of a page. In: subscribers, changes, questions. Out: what is on the device. Sending is another part's work.
// A row in `meta` each, its contact sealed by a key of its own (subscriber-keys.ts), found by a keyed hash; lists are answered from memory.
// The rows are read once, at the first question, a few at a time, so that a start does not wait for them.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { type Random, systemRandom } from "../base/random.ts";
import type { Result } from "../base/result.ts";
import type { Subscriber } from "../model/subscriber.ts";
import type { Change } from "./commit.ts";
import { addErasures, type Erasure, readErasures } from "./erasures.ts";
import type { Store } from "./open.ts";
import { addGroup, type Vouched, type Wanted } from "./subscriber-adding.ts";
import { contactOf, entryOf, type Held, indexOf, place, removalOf, subscriberOf } from "./subscriber-held.ts";
import type { Asked, Histogram, Told } from "./subscriber-index.ts";
import { readSubscribers } from "./subscriber-reading.ts";
import { type OpenRow, packRow, unpackRow } from "./subscriber-rows.ts";
import { subscriberEntry } from "./subscriber-told.ts";
import type { By } from "./tokens.ts";
import { createTurns } from "./turns.ts";

export interface SubscriberChange {
  readonly state?: Subscriber["state"];
  readonly components?: readonly string[] | null;
}

/**
 * With `by`, what is done stands in the audit, in the same transaction: of whom by id alone, since an entry outlives an erasure. Without, it is what follows
 * from something that was told already.
 */
export interface Subscribers {
  /**
   * Adds them in their order; one that is there already is `taken`, one that unsubscribed comes back under its old id. On the device when it
   * resolves. Throws Fault `disk-full`: those of the transaction under way are then not there.
   */
  add(page: string, wanted: readonly Vouched[], by?: By): Promise<readonly Result<Subscriber, "taken">[]>;
  /**
   * Adds those that another installation had, as they were. Whoever is here already, by id or by contact, stays as here; who was erased here stays
   * so. On the device when it resolves; a second time it changes nothing.
   */
  bring(page: string, brought: readonly Subscriber[]): Promise<Brought>;
  /** All of a page, of its incidents too, by id, some in each turn of the event loop. */
  all(page: string): AsyncIterable<readonly Subscriber[]>;
  get(page: string, id: string): Promise<Subscriber | null>;
  list(page: string, asked: Asked): Promise<readonly Subscriber[]>;
  /** Ids of all subscribers of the page, not of incidents, of a kind and in one of the states. */
  ids(page: string, asked: Pick<Asked, "kind" | "states">): Promise<readonly string[]>;
  /** How many of each kind are in each state: of the page, or of one incident. */
  histogram(page: string, incident: string | null): Promise<Histogram>;
  /** Changes those that there are, and gives them. */
  change(
    page: string,
    ids: readonly string[],
    change: SubscriberChange,
    by?: By,
  ): Promise<readonly Subscriber[]>;
  /** Forgets them: first the list of erasures, then the rows, then the keys. Says how many there were. */
  erase(page: string, ids: readonly string[], by?: By): Promise<number>;
  /** How many would be told: active ones that want all components or one of the incident's, and those of the incident itself; a contact once. */
  subscriberCount(page: string, incident?: Told): Promise<number>;
  /** Reads the rows, if that was not begun yet. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** How many were added, were here already, and had been erased here. */
export interface Brought {
  readonly added: number;
  readonly known: number;
  readonly erased: number;
}

export interface SubscribersOptions {
  readonly store: Store;
  readonly log: Log;
  readonly random?: Random;
}

export function createSubscribers({ store, log, random = systemRandom }: SubscribersOptions): Subscribers {
  const { tables, commit, clock, refresh, folder } = store;
  const turns = createTurns();
  let reading: Promise<Held> | null = null;
  const held = (): Promise<Held> => {
    reading ??= readSubscribers(store, random, log).catch((thrown: unknown) => {
      // The next question tries again: someone may have put the keys back.
      reading = null;
      throw thrown;
    });
    return reading;
  };
  const rowOf = (page: string, id: string): OpenRow | null => {
    const bytes = tables.meta.getBinary([place, page, id]);
    return bytes === undefined ? null : unpackRow(id, bytes);
  };
  const openOf = ({ keys }: Held, page: string, id: string): Subscriber | null => {
    const row = rowOf(page, id);
    const contact = row && contactOf(keys, page, row);
    return row && contact && subscriberOf(row, contact);
  };
  const put = (page: string, row: OpenRow): Change => ({
    table: tables.meta,
    key: [place, page, row.id],
    value: packRow(row),
  });

  const addAll = (
    page: string,
    wanted: readonly Wanted[],
    by?: By,
  ): Promise<readonly Result<Subscriber, "taken">[]> =>
    turns(async () => {
      const state = await held();
      const results: Result<Subscriber, "taken">[] = [];
      for (let at = 0; at < wanted.length; at += limits.subscribersPerTxn) {
        refresh();
        const group = wanted.slice(at, at + limits.subscribersPerTxn);
        results.push(...(await addGroup({ store, random, held: state, page, by }, group)));
      }
      return results;
    });

  return {
    add: addAll,
    async bring(page, brought) {
      const index = indexOf(await held(), page);
      const gone = new Set(readErasures(folder).map((it) => `${it.page} ${it.subscriber}`));
      const wanted = brought.filter(({ id }) => !gone.has(`${page} ${id}`) && index.get(id) === null);
      const results = await addAll(
        page,
        wanted.map((subscriber) => ({ ...subscriber, was: subscriber })),
      );
      const erased = brought.filter(({ id }) => gone.has(`${page} ${id}`)).length;
      const added = results.filter(({ ok }) => ok).length;
      return { added, erased, known: brought.length - added - erased };
    },
    async *all(page) {
      const state = await held();
      const ids = Array.from(indexOf(state, page).entries(), ({ id }) => id).sort();
      for (let at = 0; at < ids.length; at += limits.subscribersPerTurn) {
        refresh();
        yield ids.slice(at, at + limits.subscribersPerTurn).flatMap((id) => openOf(state, page, id) ?? []);
        await nextTurn();
      }
    },
    async get(page, id) {
      const state = await held();
      refresh();
      return state.pages.get(page)?.get(id) == null ? null : openOf(state, page, id);
    },
    async list(page, asked) {
      const state = await held();
      refresh();
      const entries = state.pages.get(page)?.list(asked) ?? [];
      return entries.flatMap(({ id }) => openOf(state, page, id) ?? []);
    },
    async ids(page, asked) {
      const every = { incident: null, sort: "primary", descending: false, offset: 0 } as const;
      const index = indexOf(await held(), page);
      return index.list({ ...every, ...asked, limit: Number.MAX_SAFE_INTEGER }).map(({ id }) => id);
    },
    async histogram(page, incident) {
      return indexOf(await held(), page).histogram(incident);
    },
    change: (page, ids, change, by) =>
      turns(async () => {
        const state = await held();
        refresh();
        const index = indexOf(state, page);
        const now = clock.wallMs();
        const changed = [...new Set(ids)].flatMap((id) => {
          const row = index.get(id) === null ? null : rowOf(page, id);
          const contact = row && contactOf(state.keys, page, row);
          return row && contact ? [{ before: row, row: changedRow(row, change, now), contact }] : [];
        });
        for (let at = 0; at < changed.length; at += limits.subscribersPerTxn) {
          const some = changed.slice(at, at + limits.subscribersPerTxn);
          await commit([
            ...some.map(({ row }) => put(page, row)),
            ...subscriberEntry(
              store,
              page,
              "update",
              some.map(({ before, row }) => [before, row]),
              by,
            ),
          ]);
        }
        for (const { row, contact } of changed) index.put(entryOf(row, contact));
        return changed.map(({ row, contact }) => subscriberOf(row, contact));
      }),
    erase: (page, ids, by) => turns(async () => eraseFrom(store, await held(), page, ids, by)),
    async subscriberCount(page, incident) {
      return indexOf(await held(), page).told(incident);
    },
    async ready() {
      await held();
    },
    close: () =>
      turns(async () => {
        // What could not be read was told to who asked for it, and left nothing open.
        (await reading?.catch(() => null))?.keys?.close();
      }),
  };
}

/** Erases again what was erased since the backup that a store was restored from. */
export async function replayErasures(
  subscribers: Subscribers,
  erasures: readonly Erasure[],
): Promise<number> {
  let erased = 0;
  for (const [page, own] of Map.groupBy(erasures, (erasure) => erasure.page))
    erased += await subscribers.erase(
      page,
      own.map(({ subscriber }) => subscriber),
    );
  return erased;
}

/** The row after a change; the time of a quarantine is that of its beginning. */
function changedRow(row: OpenRow, { state = row.state, components }: SubscriberChange, now: number): OpenRow {
  const quarantinedMs = state === "quarantined" ? (row.quarantinedMs ?? now) : null;
  return { ...row, state, quarantinedMs, ...(components === undefined ? {} : { components }) };
}

async function eraseFrom(
  store: Store,
  state: Held,
  page: string,
  ids: readonly string[],
  by: By | undefined,
): Promise<number> {
  const { tables, commit, clock, folder, refresh } = store;
  refresh();
  const index = indexOf(state, page);
  const { keys } = state;
  const found = [...new Set(ids)].flatMap((id) => {
    const bytes = tables.meta.getBinary([place, page, id]);
    return bytes === undefined ? [] : [unpackRow(id, bytes)];
  });
  if (found.length === 0 || keys === null) return 0;
  const at = clock.wallMs();
  await addErasures(
    folder,
    found.map(({ id }) => ({ at, page, subscriber: id })),
  );
  const gone = found.map((row) => [row, null] as const);
  await commit([
    ...found.flatMap((row) => removalOf(store, keys, page, row)),
    ...subscriberEntry(store, page, "erase", gone, by),
  ]);
  await keys.erase(found.map(({ slot }) => slot));
  for (const { id } of found) index.remove(id);
  return found.length;
}
