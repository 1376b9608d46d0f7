// What operators and the notifier say of subscribers that there are. In: ids, a change. Out: rows on the device, and what is to be said to whom.
import { limits } from "../base/limits.ts";
import type { Contact, Subscriber } from "../model/subscriber.ts";
import { heard, momentFor, type SubscriptionWord } from "../model/subscription.ts";
import { askFor, countingFor } from "./asking.ts";
import { asksOf, type NewAsk } from "./asks.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { contactOf, entryOf, type Held, indexOf, place, subscriberOf } from "./subscriber-held.ts";
import { type OpenRow, packRow, unpackRow } from "./subscriber-rows.ts";
import { subscriberEntry } from "./subscriber-told.ts";
import { contactHash, isSuppressed } from "./suppressions.ts";
import type { By } from "./tokens.ts";

export interface SubscriberChange {
  /** `active` ends a quarantine, and is nobody's consent. */
  readonly state?: Exclude<Subscriber["state"], "unconfirmed">;
  /** Why nobody is reached there. */
  readonly why?: string;
  readonly components?: readonly string[] | null;
  /** What is said to those that were told so far, unless they want to hear nothing of their subscription. */
  readonly tell?: "changed" | "unsubscribed";
}

export interface ChangingOf {
  readonly store: Store;
  readonly held: Held;
  readonly page: string;
  readonly by?: By | undefined;
}

interface Found {
  readonly before: OpenRow;
  readonly row: OpenRow;
  readonly contact: Contact;
  readonly hash: string;
}

/** Changes those that there are, and gives them. */
export async function changeThem(
  of: ChangingOf,
  ids: readonly string[],
  { tell, ...change }: SubscriberChange,
): Promise<readonly Subscriber[]> {
  const { store, page } = of;
  const changed = foundOf(of, ids).map((one) => {
    const isBarred = change.state === "active" && isSuppressed(store, page, one.hash);
    return isBarred ? one : { ...one, row: changedRow(one.before, change, store.clock.wallMs()) };
  });
  const asked = tell === undefined ? null : tell;
  await writeThem(of, changed, ({ before }) =>
    asked !== null && before.state === "active" && !before.skipConfirmation ? asked : null,
  );
  return changed.map(({ row, contact }) => subscriberOf(row, contact));
}

/** Asks those that wait for it, or cannot be reached, again for their word. Gives how many were asked: so many as their contacts may be in a day. */
export async function askThem(of: ChangingOf, ids: readonly string[]): Promise<number> {
  const waiting = foundOf(of, ids).filter(
    ({ before, hash }) =>
      (before.state === "unconfirmed" || before.state === "quarantined") &&
      !isSuppressed(of.store, of.page, hash),
  );
  return writeThem(of, waiting, ({ before }) => askFor(before.kind), "ask");
}

function foundOf({ store, held, page }: ChangingOf, ids: readonly string[]): readonly Found[] {
  const { tables, refresh } = store;
  refresh();
  const index = indexOf(held, page);
  const { keys } = held;
  if (keys === null) return [];
  return [...new Set(ids)].flatMap((id) => {
    const bytes = index.get(id) === null ? undefined : tables.meta.getBinary([place, page, id]);
    const row = bytes === undefined ? null : unpackRow(id, bytes);
    const contact = row && contactOf(keys, page, row);
    if (row === null || contact === null) return [];
    return [{ before: row, row, contact, hash: contactHash(page, { kind: row.kind, contact }, keys.lookUp) }];
  });
}

/** Writes them, some in each transaction, with what is to be said to them. Gives how many are told something. */
async function writeThem(
  { store, held, page, by }: ChangingOf,
  found: readonly Found[],
  askOf: (one: Found) => NewAsk["kind"] | null,
  deed: "update" | "ask" = "update",
): Promise<number> {
  const { tables, commit, clock } = store;
  const index = indexOf(held, page);
  let told = 0;
  for (let at = 0; at < found.length; at += limits.subscribersPerTxn) {
    const counting = countingFor(store, page);
    const asks: NewAsk[] = [];
    const some = found.slice(at, at + limits.subscribersPerTxn).map((one) => {
      const ask = askOf(one);
      if (ask === null || !counting.take(one.row.kind, one.hash, ask)) return one;
      asks.push({ page, subscriber: one.row.id, kind: ask });
      const isAsked = ask === "confirm" || ask === "challenge";
      return isAsked ? { ...one, row: heard(one.row, { kind: "asked", atMs: clock.wallMs() }) } : one;
    });
    const rows = some.map(
      ({ row }): Change => ({ table: tables.meta, key: [place, page, row.id], value: packRow(row) }),
    );
    await commit([
      ...rows,
      ...subscriberEntry(
        store,
        page,
        deed,
        some.map(({ before, row }) => [before, row]),
        by,
      ),
      ...counting.rows(),
      ...asksOf(store).rows(asks),
    ]);
    for (const { row, contact } of some) index.put(entryOf(row, contact));
    told += asks.length;
  }
  return told;
}

function changedRow(before: OpenRow, { state, why, components }: SubscriberChange, nowMs: number): OpenRow {
  const atMs = momentFor(before, "state", nowMs);
  const words: Readonly<Record<NonNullable<SubscriberChange["state"]>, SubscriptionWord>> = {
    active: { kind: "reactivate" },
    quarantined: { kind: "unreachable", atMs, why: why ?? "An operator said so." },
    unsubscribed: { kind: "unsubscribe", atMs },
  };
  const row = state === undefined ? before : heard(before, words[state]);
  if (components === undefined) return row;
  const chosenMs = momentFor(row, "choose", nowMs);
  return heard(row, { kind: "choose", atMs: chosenMs, components, language: row.language });
}
