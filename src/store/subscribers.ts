// Who is told of a page. In: subscribers, changes, questions. Out: what is on the device. Sending is another part's work.
// A row in `meta` each, its contact sealed by a key of its own (subscriber-keys.ts), found by a keyed hash; lists are answered from memory.
// The rows are read once, at the first question, a few at a time, so that a start does not wait for them.
import { nextTurn } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { type Random, systemRandom } from "../base/random.ts";
import type { Result } from "../base/result.ts";
import type { Subscriber } from "../model/subscriber.ts";
import { overCounts } from "./asking.ts";
import { type Erasure, readErasures } from "./erasures.ts";
import { hasNote, oldNames } from "./note-names.ts";
import type { Store } from "./open.ts";
import { readerLinksBy } from "./reader-links.ts";
import { addGroup, type NotAdded, type Vouched, type Wanted } from "./subscriber-adding.ts";
import { askThem, type ChangingOf, changeThem, type SubscriberChange } from "./subscriber-changing.ts";
import { type Addressed, type Footing, footingsOf } from "./subscriber-footing.ts";
import { eraseThem, expireThem, waitingLong } from "./subscriber-forgetting.ts";
import { type Became, hearGroup, type Said } from "./subscriber-hearing.ts";
import { contactOf, type Held, indexOf, place, subscriberOf } from "./subscriber-held.ts";
import type { Asked, Histogram, Told } from "./subscriber-index.ts";
import { readSubscribers } from "./subscriber-reading.ts";
import { type OpenRow, unpackRow } from "./subscriber-rows.ts";
import { hashIn, suppressThem, unsuppress } from "./subscriber-suppressing.ts";
import { isSuppressed, type Reached, type Suppression, suppressionsOf } from "./suppressions.ts";
import type { By } from "./tokens.ts";
import { createTurns } from "./turns.ts";
import { createWebhookSecrets, type WebhookSecrets } from "./webhook-secrets.ts";

/**
 * With `by`, what is done stands in the audit, in the same transaction: of whom by id alone, since an entry outlives an erasure. Without, it is what follows
 * from something that was told already.
 */
export interface Subscribers {
  /**
   * Adds them in their order; one that is there already is `taken`, one that unsubscribed comes back under its old id, one that nothing may be sent is
   * `suppressed`. On the device when it resolves. Throws Fault `disk-full`: those of the transaction under way are then not there.
   */
  add(page: string, wanted: readonly Vouched[], by?: By): Promise<readonly Result<Subscriber, NotAdded>[]>;
  /** What `add` would make of each, without writing anything. */
  footings(page: string, wanted: readonly Addressed[]): Promise<readonly Footing[]>;
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
  /** Asks those that wait for it, or cannot be reached, again for their word; gives how many were asked. */
  ask(page: string, ids: readonly string[], by?: By): Promise<number>;
  /** What readers say, in its order, on the device when it resolves. Throws Fault `disk-full`: those of the transaction under way were then not heard. */
  hear(page: string, said: readonly Said[]): Promise<readonly Became[]>;
  /** Whether a note of this name was heard already. */
  hasNote(name: string): boolean;
  /** Puts contacts on the list of whom the page never tells anything, and ends what they subscribed to. Gives their names there. */
  suppress(
    page: string,
    reached: readonly Reached[],
    why: Suppression["why"],
    by?: By,
  ): Promise<readonly string[]>;
  /** Takes one off that list by its name there; whether it was on it. */
  unsuppress(page: string, name: string, by?: By): Promise<boolean>;
  /** The list by its names, from the one after `after` on; with `only` that one alone. */
  suppressions(page: string, after: string, limit: number, only?: string): readonly Suppression[];
  /** The name of a contact on the list; null where it is not on it. */
  suppressed(page: string, reached: Reached): Promise<string | null>;
  /** Forgets, in turns of the event loop, what was never confirmed in time, counts of yesterday, names of old notes. Says how many subscribers. */
  sweep(): Promise<number>;
  /** Forgets them: first the list of erasures, then the rows, then the keys. Says how many there were. */
  erase(page: string, ids: readonly string[], by?: By): Promise<number>;
  /** How many would be told: active ones that want all components or one of the incident's, and those of the incident itself; a contact once. */
  subscriberCount(page: string, incident?: Told): Promise<number>;
  /** By which messages to a webhook are signed: that of now, and while receivers change to it the one before it. Null where there is no such webhook. */
  secrets(page: string, id: string): Promise<readonly string[] | null>;
  /** There is another one from now on. Null where there is no such webhook. */
  replaceSecret(page: string, id: string, by: By): Promise<readonly string[] | null>;
  /** Reads the rows, if that was not begun yet. Resolves too where `close` ends that. */
  ready(): Promise<void>;
  /** Whoever waits for rows that are not read yet is refused (Fault `busy`). */
  close(): Promise<void>;
}

/** How many were added, were here already, had been erased here, and are never told anything here. */
export interface Brought {
  readonly added: number;
  readonly known: number;
  readonly erased: number;
  readonly suppressed?: number;
}

export interface SubscribersOptions {
  readonly store: Store;
  readonly log: Log;
  readonly random?: Random;
}

export function createSubscribers({ store, log, random = systemRandom }: SubscribersOptions): Subscribers {
  const { tables, refresh, folder } = store;
  const turns = createTurns();
  let reading: Promise<Held> | null = null;
  let isClosing = false;
  const read = async (): Promise<Held> => {
    const found = await readSubscribers(store, random, log, () => isClosing);
    if (found !== null) return found;
    throw new Fault("busy", "The subscribers were not read to the end: this process stops.", "Ask again.");
  };
  const held = (): Promise<Held> => {
    reading ??= read().catch((thrown: unknown) => {
      // The next question tries again: someone may have put the keys back.
      if (!isClosing) reading = null;
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
  const of = async (page: string, by?: By): Promise<ChangingOf> => ({ store, held: await held(), page, by });

  const secretsFor = async (page: string, id: string): Promise<WebhookSecrets | null> => {
    const { keys } = await held();
    refresh();
    return keys === null || rowOf(page, id)?.kind !== "webhook"
      ? null
      : createWebhookSecrets(store, readerLinksBy(keys.lookUp));
  };

  const addAll = (
    page: string,
    wanted: readonly Wanted[],
    by?: By,
  ): Promise<readonly Result<Subscriber, NotAdded>[]> =>
    turns(async () => {
      const state = await held();
      const results: Result<Subscriber, NotAdded>[] = [];
      for (let at = 0; at < wanted.length; at += limits.subscribersPerTxn) {
        refresh();
        const group = wanted.slice(at, at + limits.subscribersPerTxn);
        results.push(...(await addGroup({ store, random, held: state, page, by }, group)));
      }
      return results;
    });

  return {
    add: addAll,
    footings: async (page, wanted) => footingsOf(store, await held(), page, wanted),
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
      const suppressed = results.filter((it) => !it.ok && it.reason === "suppressed").length;
      return { added, erased, suppressed, known: brought.length - added - erased - suppressed };
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
    change: (page, ids, change, by) => turns(async () => changeThem(await of(page, by), ids, change)),
    ask: (page, ids, by) => turns(async () => askThem(await of(page, by), ids)),
    hear: (page, said) =>
      turns(async () => {
        const state = await held();
        const became: Became[] = [];
        for (let at = 0; at < said.length; at += limits.heardPerTxn) {
          const group = said.slice(at, at + limits.heardPerTxn);
          became.push(...(await hearGroup({ store, random, held: state, page }, group)));
        }
        return became;
      }),
    hasNote(name) {
      refresh();
      return hasNote(store, name);
    },
    suppress: (page, reached, why, by) =>
      turns(async () => suppressThem({ ...(await of(page, by)), random }, reached, why)),
    unsuppress: (page, name, by) => turns(async () => unsuppress({ ...(await of(page, by)), random }, name)),
    suppressions: (page, after, limit, only) => suppressionsOf(store, page, after, limit, only),
    async suppressed(page, reached) {
      const name = hashIn(await held(), page, reached);
      refresh();
      return name !== null && isSuppressed(store, page, name) ? name : null;
    },
    async sweep() {
      let gone = 0;
      for (const page of (await held()).pages.keys()) {
        const waiting = waitingLong(await of(page));
        for (let at = 0; at < waiting.length; at += limits.subscribersPerTxn) {
          const some = waiting.slice(at, at + limits.subscribersPerTxn);
          gone += await turns(async () => expireThem(await of(page), some));
        }
      }
      await sweepRows(store);
      return gone;
    },
    erase: (page, ids, by) => turns(async () => eraseThem(await of(page, by), ids)),
    async subscriberCount(page, incident) {
      return indexOf(await held(), page).told(incident);
    },
    async secrets(page, id) {
      const secrets = await secretsFor(page, id);
      return secrets?.of(page, id) ?? null;
    },
    replaceSecret: (page, id, by) =>
      turns(async () => {
        const secrets = await secretsFor(page, id);
        await secrets?.replace(page, id, by);
        refresh();
        return secrets?.of(page, id) ?? null;
      }),
    async ready() {
      await held().catch((thrown: unknown) => {
        if (!isClosing) throw thrown;
      });
    },
    close() {
      isClosing = true;
      return turns(async () => {
        // What could not be read was told to who asked for it, and left nothing open.
        (await reading?.catch(() => null))?.keys?.close();
      });
    },
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

/** Counts that are over and names of old notes go in turns of their own. */
async function sweepRows(store: Store): Promise<void> {
  for (let after: readonly string[] | null = []; after !== null; ) {
    store.refresh();
    const { changes, next } = overCounts(store, limits.subscribersPerTxn, after);
    await store.commit(changes);
    await nextTurn();
    after = next;
  }
  for (let after: string | null = ""; after !== null; ) {
    store.refresh();
    const { changes, next } = oldNames(store, after, limits.subscribersPerTxn);
    await store.commit(changes);
    await nextTurn();
    after = next;
  }
}
