// Whom a page never tells anything, whoever adds them: who complained, and whom an operator put here. In: contacts. Out: whether one is on the list, its rows.
// A row names nobody: it lies under a keyed hash of the contact, so that it may outlive who is erased.
import type { Contact, SubscriberKind } from "../model/subscriber.ts";
import { subscriberKinds } from "../model/subscriber.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { lookUpOf } from "./subscriber-rows.ts";
import { packValue, unpackValue } from "./values.ts";

export interface Reached {
  readonly kind: SubscriberKind;
  readonly contact: Contact;
}

export interface Suppression {
  /** The keyed hash. */
  readonly id: string;
  readonly kind: SubscriberKind;
  /** `complaint`: its reader said that this is no wanted mail. */
  readonly why: "complaint" | "operator";
  readonly atMs: number;
  readonly by: string;
}

/** [place, page, keyed hash] -> kind, why, ms, by whom */
const place = "suppressed";
type Row = readonly [kind: number, why: Suppression["why"], atMs: number, by: string];

/** The hash of a contact on a page, of all its incidents too. */
export function contactHash(page: string, { kind, contact }: Reached, lookUp: Uint8Array): string {
  return lookUpOf(page, { kind, contact, incident: null }, lookUp);
}

/** From what is on the device; the store is to be refreshed before. */
export function isSuppressed({ tables }: Store, page: string, hash: string): boolean {
  return tables.meta.doesExist([place, page, hash]);
}

export function suppressing(
  { tables }: Store,
  page: string,
  { id, kind, why, atMs, by }: Suppression,
): Change {
  const row: Row = [subscriberKinds.indexOf(kind), why, atMs, by];
  return { table: tables.meta, key: [place, page, id], value: packValue(row) };
}

export function unsuppressing({ tables }: Store, page: string, id: string): Change {
  return { table: tables.meta, key: [place, page, id], value: null };
}

/** By their hashes, from the one after `after` on; with `only` that one alone. */
export function suppressionsOf(
  { tables, refresh }: Store,
  page: string,
  after: string,
  limit: number,
  only?: string,
): readonly Suppression[] {
  refresh();
  if (only !== undefined) {
    const value = tables.meta.getBinary([place, page, only]);
    return value === undefined ? [] : [suppressionIn(only, value)];
  }
  const range = { start: [place, page, after], end: [place, page, "\uffff"], limit: limit + 1 };
  return Array.from(tables.meta.getRange(range), ({ key, value }) =>
    suppressionIn((key as [string, string, string])[2], value),
  )
    .filter(({ id }) => id !== after)
    .slice(0, limit);
}

function suppressionIn(id: string, value: Uint8Array): Suppression {
  const [kind, why, atMs, by] = unpackValue<Row>(value);
  return { id, kind: subscriberKinds[kind] ?? "email", why, atMs, by };
}
