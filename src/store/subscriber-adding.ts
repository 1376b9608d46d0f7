// New subscribers into the store, and those of another installation. In: a group of them, what is held. Out: rows on the device, indexes that know them.
import { newId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Consent, Contact, NewSubscriber, Subscriber } from "../model/subscriber.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { entryOf, type Held, indexOf, lookUpPlace, place, subscriberOf } from "./subscriber-held.ts";
import type { Entry } from "./subscriber-index.ts";
import { openSubscriberKeys } from "./subscriber-keys.ts";
import { lookUpOf, type OpenRow, packRow, seal } from "./subscriber-rows.ts";
import { subscriberEntry } from "./subscriber-told.ts";
import type { By } from "./tokens.ts";
import { packValue, unpackValue } from "./values.ts";

/** A new one, and who vouches for it where it is to be told at once. */
export interface Vouched extends NewSubscriber {
  readonly by?: string;
}

export interface Wanted extends Vouched {
  /** What it was in another installation. */
  readonly was?: Subscriber;
}

export interface AddingTo {
  readonly store: Store;
  readonly random: Random;
  readonly held: Held;
  readonly page: string;
  /** Who is told of in the audit as having added them; undefined: nobody. */
  readonly by?: By | undefined;
}

/** Decided one after the other, written in one transaction. */
export async function addGroup(
  { store, random, held: state, page, by: adder }: AddingTo,
  wanted: readonly Wanted[],
): Promise<readonly Result<Subscriber, "taken">[]> {
  const { tables, commit, clock, folder } = store;
  state.keys ??= await openSubscriberKeys(folder, random);
  const { keys } = state;
  const index = indexOf(state, page);
  const names = new Map<string, string>();
  const taken = await keys.take(wanted.length);
  const results: Result<Subscriber, "taken">[] = [];
  const [changes, rows, unused]: [Change[], [OpenRow, Contact][], number[]] = [[], [], []];
  const ids = new Set<string>();
  for (const [at, { was, by, ...one }] of wanted.entries()) {
    const { slot, key } = taken[at] ?? { slot: -1, key: new Uint8Array() };
    const lookUp = lookUpOf(page, one, keys.lookUp);
    const bytes = tables.meta.getBinary([lookUpPlace, page, lookUp]);
    const before = names.get(lookUp) ?? (bytes === undefined ? null : unpackValue<string>(bytes));
    const known = before === null ? null : index.get(before);
    if (names.has(lookUp) || ids.has(was?.id ?? "") || isTaken(known, was)) {
      unused.push(slot);
      results.push(refuse("taken"));
      continue;
    }
    if (known !== null) unused.push(known.slot);
    const id = known?.id ?? was?.id ?? newId(random);
    const sealed = seal({ page, id }, one.contact, key, random);
    const history = was ?? historyOf(stateOf(one, known), clock.wallMs(), by);
    const row: OpenRow = { ...one, ...pick(history), language: one.language ?? null, id, slot, sealed };
    names.set(lookUp, id);
    ids.add(id);
    rows.push([row, one.contact]);
    changes.push(
      { table: tables.meta, key: [place, page, id], value: packRow(row) },
      { table: tables.meta, key: [lookUpPlace, page, lookUp], value: packValue(id) },
    );
    results.push(ok(subscriberOf(row, one.contact)));
  }
  try {
    const added = rows.map(([row]) => [null, row] as const);
    await commit([...changes, ...subscriberEntry(store, page, "add", added, adder)]);
  } catch (thrown) {
    await keys.erase(taken.map(({ slot }) => slot));
    throw thrown;
  }
  for (const [row, contact] of rows) index.put(entryOf(row, contact));
  await keys.erase(unused);
  return results;
}

/** People who unsubscribed are asked again, whoever subscribes them. */
function stateOf({ kind, state }: NewSubscriber, before: Entry | null): Subscriber["state"] {
  const person = kind === "email" || kind === "sms";
  return before !== null && person && state === "active" ? "unconfirmed" : state;
}

type History = Pick<Subscriber, "state" | "createdMs" | "quarantinedMs" | "consent">;

function historyOf(state: Subscriber["state"], atMs: number, by: string | undefined): History {
  const consent: Consent | null =
    state === "active" && by !== undefined ? { way: "operator", atMs, by } : null;
  return { state, createdMs: atMs, quarantinedMs: null, consent };
}

const pick = ({ state, createdMs, quarantinedMs, consent }: History): History => ({
  ...{ state, createdMs, quarantinedMs, consent },
});

/** One that unsubscribed comes back by a new wish; what another installation knew of it is none. */
function isTaken(known: Entry | null, was: Subscriber | undefined): boolean {
  return known !== null && (known.state !== "unsubscribed" || was !== undefined);
}
