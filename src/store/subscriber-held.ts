// What the subscribers of a store are while it is open: keys, indexes by page, and how rows, entries and subscribers are made of each other.
import type { Contact, Subscriber } from "../model/subscriber.ts";
import { primaryOf } from "../model/subscriber.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { createSubscriberIndex, type Entry, type SubscriberIndex } from "./subscriber-index.ts";
import type { SubscriberKeys } from "./subscriber-keys.ts";
import { lookUpOf, type OpenRow, unseal } from "./subscriber-rows.ts";
import { unpackValue } from "./values.ts";

/** What was read. */
export interface Held {
  keys: SubscriberKeys | null;
  readonly pages: Map<string, SubscriberIndex>;
}

/** [place, page, id] -> row */
export const place = "subscriber";
/** [lookUpPlace, page, keyed hash] -> id */
export const lookUpPlace = "subscriber-by";

export function indexOf({ pages }: Held, page: string): SubscriberIndex {
  const index = pages.get(page) ?? createSubscriberIndex();
  pages.set(page, index);
  return index;
}

export function contactOf(
  keys: Pick<SubscriberKeys, "read"> | null,
  page: string,
  row: OpenRow,
): Contact | null {
  const key = keys?.read(row.slot) ?? null;
  return key && unseal({ page, id: row.id }, row.sealed, key);
}

export function subscriberOf({ slot: _, sealed: __, ...row }: OpenRow, contact: Contact): Subscriber {
  return { ...row, contact };
}

export function entryOf(row: OpenRow, contact: Contact): Entry {
  const { id, kind, state, slot, createdMs, quarantinedMs, components, incident } = row;
  const primary = primaryOf(kind, contact);
  const searched =
    contact.email === null || primary === contact.email ? primary : `${primary} ${contact.email}`;
  return {
    ...{ id, kind, state, slot, createdMs, quarantinedMs, components, incident },
    contact: searched.toLowerCase(),
  };
}

/** The row and what it is found by. Where it cannot be read any more, the latter is looked for by its value. */
export function removalOf(
  { tables }: Store,
  keys: SubscriberKeys,
  page: string,
  row: OpenRow,
): readonly Change[] {
  const contact = contactOf(keys, page, row);
  const lookUps =
    contact === null
      ? Array.from(tables.meta.getRange(under(lookUpPlace, page)))
          .filter(({ value }) => unpackValue<string>(value) === row.id)
          .map(({ key }) => key)
      : [[lookUpPlace, page, lookUpOf(page, { ...row, contact }, keys.lookUp)]];
  return [[place, page, row.id], ["webhook-secret", page, row.id], ["bounce", page, row.id], ...lookUps].map(
    (key) => ({
      table: tables.meta,
      key,
      value: null,
    }),
  );
}

const under = (word: string, page: string) => ({ start: [word, page], end: [word, page, "\uffff"] });
