// Who is told of a page. In: subscribers, changes, questions. Out: what is on the device. Sending is another part's work.
// A row in `meta` each, its contact sealed by a key of its own (subscriber-keys.ts), found by a keyed hash; lists are answered from memory.
// The rows are read once, at the first question, a few at a time, so that a start does not wait for them.
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Contact, NewSubscriber, Subscriber } from "../model/subscriber.ts";
import type { Change } from "./commit.ts";
import { addErasures, type Erasure } from "./erasures.ts";
import type { Store } from "./open.ts";
import {
  contactOf,
  entryOf,
  type Held,
  indexOf,
  lookUpPlace,
  place,
  removalOf,
  subscriberOf,
} from "./subscriber-held.ts";
import { type Asked, type Entry, type Histogram, type Told, toldBy } from "./subscriber-index.ts";
import { openSubscriberKeys } from "./subscriber-keys.ts";
import { readSubscribers } from "./subscriber-reading.ts";
import { lookUpOf, type OpenRow, packRow, seal, unpackRow } from "./subscriber-rows.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

export interface SubscriberChange {
  readonly state?: Subscriber["state"];
  readonly components?: readonly string[] | null;
}

export interface Subscribers {
  /**
   * Adds them in their order; one that is there already is `taken`, one that unsubscribed comes back under its old id. On the device when it
   * resolves. Throws Fault `disk-full`: those of the transaction under way are then not there.
   */
  add(page: string, wanted: readonly NewSubscriber[]): Promise<readonly Result<Subscriber, "taken">[]>;
  get(page: string, id: string): Promise<Subscriber | null>;
  list(page: string, asked: Asked): Promise<readonly Subscriber[]>;
  /** Ids of all subscribers of the page, not of incidents, of a kind and in one of the states. */
  ids(page: string, asked: Pick<Asked, "kind" | "states">): Promise<readonly string[]>;
  /** How many of each kind are in each state: of the page, or of one incident. */
  histogram(page: string, incident: string | null): Promise<Histogram>;
  /** Changes those that there are, and gives them. */
  change(page: string, ids: readonly string[], change: SubscriberChange): Promise<readonly Subscriber[]>;
  /** Forgets them: first the list of erasures, then the rows, then the keys. Says how many there were. */
  erase(page: string, ids: readonly string[]): Promise<number>;
  /** How many would be told: active ones that want all components or one of the incident's, and those of the incident itself; a contact once. */
  subscriberCount(page: string, incident?: Told): Promise<number>;
  /** Reads the rows, if that was not begun yet. */
  ready(): Promise<void>;
  close(): Promise<void>;
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

  /** Rows of a group of new subscribers, decided one after the other. */
  async function addGroup(
    state: Held,
    page: string,
    wanted: readonly NewSubscriber[],
  ): Promise<readonly Result<Subscriber, "taken">[]> {
    state.keys ??= await openSubscriberKeys(folder, random);
    const { keys } = state;
    const index = indexOf(state, page);
    const names = new Map<string, string>();
    const taken = await keys.take(wanted.length);
    const results: Result<Subscriber, "taken">[] = [];
    const [changes, rows, unused]: [Change[], [OpenRow, Contact][], number[]] = [[], [], []];
    for (const [at, one] of wanted.entries()) {
      const { slot, key } = taken[at] ?? { slot: -1, key: new Uint8Array() };
      const lookUp = lookUpOf(page, one, keys.lookUp);
      const bytes = tables.meta.getBinary([lookUpPlace, page, lookUp]);
      const before = names.get(lookUp) ?? (bytes === undefined ? null : unpackValue<string>(bytes));
      const known = before === null ? null : index.get(before);
      if (names.has(lookUp) || (known !== null && known.state !== "unsubscribed")) {
        unused.push(slot);
        results.push(refuse("taken"));
        continue;
      }
      if (known !== null) unused.push(known.slot);
      const id = known?.id ?? newId(random);
      const sealed = seal({ page, id }, one.contact, key, random);
      const times = { createdMs: clock.wallMs(), quarantinedMs: null };
      const row: OpenRow = { ...one, state: stateOf(one, known), id, slot, sealed, ...times };
      names.set(lookUp, id);
      rows.push([row, one.contact]);
      changes.push(put(page, row), {
        table: tables.meta,
        key: [lookUpPlace, page, lookUp],
        value: packValue(id),
      });
      results.push(ok(subscriberOf(row, one.contact)));
    }
    try {
      await commit(changes);
    } catch (thrown) {
      await keys.erase(taken.map(({ slot }) => slot));
      throw thrown;
    }
    for (const [row, contact] of rows) index.put(entryOf(row, contact));
    await keys.erase(unused);
    return results;
  }

  return {
    add: (page, wanted) =>
      turns(async () => {
        const state = await held();
        const results: Result<Subscriber, "taken">[] = [];
        for (let at = 0; at < wanted.length; at += limits.subscribersPerTxn) {
          refresh();
          results.push(...(await addGroup(state, page, wanted.slice(at, at + limits.subscribersPerTxn))));
        }
        return results;
      }),
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
    change: (page, ids, change) =>
      turns(async () => {
        const state = await held();
        refresh();
        const index = indexOf(state, page);
        const now = clock.wallMs();
        const changed = [...new Set(ids)].flatMap((id) => {
          const row = index.get(id) === null ? null : rowOf(page, id);
          const contact = row && contactOf(state.keys, page, row);
          return row && contact ? [{ row: changedRow(row, change, now), contact }] : [];
        });
        for (let at = 0; at < changed.length; at += limits.subscribersPerTxn)
          await commit(changed.slice(at, at + limits.subscribersPerTxn).map(({ row }) => put(page, row)));
        for (const { row, contact } of changed) index.put(entryOf(row, contact));
        return changed.map(({ row, contact }) => subscriberOf(row, contact));
      }),
    erase: (page, ids) => turns(async () => eraseFrom(store, await held(), page, ids)),
    async subscriberCount(page, incident) {
      return toldBy(indexOf(await held(), page), incident);
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

/** People who unsubscribed are asked again, whoever subscribes them. */
function stateOf({ kind, state }: NewSubscriber, before: Entry | null): Subscriber["state"] {
  const person = kind === "email" || kind === "sms";
  return before !== null && person && state === "active" ? "unconfirmed" : state;
}

/** The row after a change; the time of a quarantine is that of its beginning. */
function changedRow(row: OpenRow, { state = row.state, components }: SubscriberChange, now: number): OpenRow {
  const quarantinedMs = state === "quarantined" ? (row.quarantinedMs ?? now) : null;
  return { ...row, state, quarantinedMs, ...(components === undefined ? {} : { components }) };
}

async function eraseFrom(store: Store, state: Held, page: string, ids: readonly string[]): Promise<number> {
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
  await commit(found.flatMap((row) => removalOf(store, keys, page, row)));
  await keys.erase(found.map(({ slot }) => slot));
  for (const { id } of found) index.remove(id);
  return found.length;
}
