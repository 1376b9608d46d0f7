// New subscribers into the store, and those of another installation. In: a group of them, what is held. Out: rows on the device, indexes that know them.
import { newId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Consent, Contact, NewSubscriber, Subscriber } from "../model/subscriber.ts";
import { isPerson } from "../model/subscriber.ts";
import { type Course, heard, noCourse } from "../model/subscription.ts";
import { askFor, type Counting, countingFor } from "./asking.ts";
import { asksOf, type NewAsk } from "./asks.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { entryOf, type Held, indexOf, lookUpPlace, place, subscriberOf } from "./subscriber-held.ts";
import type { Entry } from "./subscriber-index.ts";
import { openSubscriberKeys } from "./subscriber-keys.ts";
import { lookUpOf, type OpenRow, packRow, seal } from "./subscriber-rows.ts";
import { subscriberEntry } from "./subscriber-told.ts";
import { contactHash, isSuppressed } from "./suppressions.ts";
import type { By } from "./tokens.ts";
import { packValue, unpackValue } from "./values.ts";

/** A new one, and who vouches for it where it is to be told at once. */
export interface Vouched extends NewSubscriber {
  readonly by?: string;
  /** Where the operator has its consent from. */
  readonly source?: string;
  /** When it was given, by that source (ms); now where nobody says. */
  readonly consentMs?: number;
  /** What waits for its reader's word is asked for it. */
  readonly ask?: boolean;
}

export type NotAdded = "taken" | "suppressed";

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
): Promise<readonly Result<Subscriber, NotAdded>[]> {
  const { tables, commit, clock, folder } = store;
  state.keys ??= await openSubscriberKeys(folder, random);
  const { keys } = state;
  const index = indexOf(state, page);
  const names = new Map<string, string>();
  const taken = await keys.take(wanted.length);
  const results: Result<Subscriber, NotAdded>[] = [];
  const [asks, counting]: [NewAsk[], Counting] = [[], countingFor(store, page)];
  const [changes, rows, unused]: [Change[], [OpenRow, Contact][], number[]] = [[], [], []];
  const ids = new Set<string>();
  for (const [at, { was, by, source, consentMs, ask, ...one }] of wanted.entries()) {
    const { slot, key } = taken[at] ?? { slot: -1, key: new Uint8Array() };
    const lookUp = lookUpOf(page, one, keys.lookUp);
    const bytes = tables.meta.getBinary([lookUpPlace, page, lookUp]);
    const before = names.get(lookUp) ?? (bytes === undefined ? null : unpackValue<string>(bytes));
    const known = before === null ? null : index.get(before);
    const hash = contactHash(page, one, keys.lookUp);
    if (isSuppressed(store, page, hash) && (was === undefined || was.state !== "unsubscribed")) {
      unused.push(slot);
      results.push(refuse("suppressed"));
      continue;
    }
    if (names.has(lookUp) || ids.has(was?.id ?? "") || isTaken(known, was)) {
      unused.push(slot);
      results.push(refuse("taken"));
      continue;
    }
    if (known !== null) unused.push(known.slot);
    const id = known?.id ?? was?.id ?? newId(random);
    const sealed = seal({ page, id }, one.contact, key, random);
    const given = { atMs: consentMs ?? clock.wallMs(), by, source };
    const history = was ?? historyOf(one, stateOf(one, known), clock.wallMs(), given);
    let row: OpenRow = { ...one, ...pick(history), language: one.language ?? null, id, slot, sealed };
    if (ask === true && row.state === "unconfirmed" && counting.take(row.kind, hash, askFor(row.kind))) {
      asks.push({ page, subscriber: id, kind: askFor(row.kind) });
      row = heard(row, { kind: "asked", atMs: clock.wallMs() });
    }
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
    await commit([
      ...changes,
      ...subscriberEntry(store, page, "add", added, adder),
      ...counting.rows(),
      ...asksOf(store).rows(asks),
    ]);
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
  return before !== null && isPerson(kind) && state === "active" ? "unconfirmed" : state;
}

type History = Pick<Subscriber, "state" | "createdMs" | "quarantinedMs" | "consent" | "course">;

function historyOf(
  { components, language = null }: NewSubscriber,
  state: Subscriber["state"],
  atMs: number,
  given: { readonly atMs: number; readonly by: string | undefined; readonly source: string | undefined },
): History {
  const { by, source } = given;
  const isVouched = state === "active" && by !== undefined;
  const consent: Consent | null = isVouched
    ? { way: "operator", atMs: given.atMs, by, ...(source === undefined ? {} : { source }) }
    : null;
  const course: Course | null =
    state === "unconfirmed" ? { ...noCourse, wish: { atMs, components, language }, chosenMs: atMs } : null;
  return { state, createdMs: atMs, quarantinedMs: null, consent, course };
}

const pick = ({ state, createdMs, quarantinedMs, consent, course = null }: History): History => ({
  ...{ state, createdMs, quarantinedMs, consent, course },
});

/** One that unsubscribed comes back by a new wish; what another installation knew of it is none. */
function isTaken(known: Entry | null, was: Subscriber | undefined): boolean {
  return known !== null && (known.state !== "unsubscribed" || was !== undefined);
}
