// Words of readers into the store. In: a group of them, each with the name of its note. Out: rows, asks and names in one transaction; what became of them.
// A word is the same work whether its contact is known or not: a row is looked up, written and asked for. Whoever is suppressed is asked nothing.
import { assert } from "../base/fault.ts";
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import type { Contact, NewSubscriber } from "../model/subscriber.ts";
import { heard, isWishOpen, noCourse, type SubscriptionWord } from "../model/subscription.ts";
import { askFor, type Counting, countingFor } from "./asking.ts";
import { asksOf, type NewAsk } from "./asks.ts";
import type { Change } from "./commit.ts";
import { hasNote, noting } from "./note-names.ts";
import type { AddingTo } from "./subscriber-adding.ts";
import { contactOf, entryOf, type Held, indexOf, lookUpPlace, place } from "./subscriber-held.ts";
import { openSubscriberKeys, type SubscriberKeys } from "./subscriber-keys.ts";
import { lookUpOf, type OpenRow, packRow, seal, unpackRow } from "./subscriber-rows.ts";
import { contactHash, isSuppressed } from "./suppressions.ts";
import { packValue, unpackValue } from "./values.ts";

/** Who wishes to be told: of a page, or of one incident. */
export type Wisher = Pick<NewSubscriber, "kind" | "contact" | "incident">;

export interface Said {
  /** By which a note is taken in once; null where it is none. */
  readonly note: string | null;
  /** A wish is its contact's, all other words are a subscriber's. */
  readonly of: Wisher | { readonly id: string };
  readonly word: SubscriptionWord;
}

/** `again`: its note was taken in before. `nobody`: there is no such subscriber. `suppressed`, `full`: it was not let in. */
export type Became = "taken" | "again" | "nobody" | "suppressed" | "full";

interface Draft {
  row: OpenRow;
  readonly contact: Contact;
  isChanged: boolean;
}

interface Hearing extends AddingTo {
  readonly keys: SubscriberKeys;
  readonly drafts: Map<string, Draft>;
  /** Look-ups of new ones to their ids. */
  readonly names: Map<string, string>;
  readonly notes: Set<string>;
  readonly counting: Counting;
  readonly changes: Change[];
  readonly asks: NewAsk[];
  readonly slots: { readonly slot: number; readonly key: Uint8Array }[];
  /** How many may still come unconfirmed. */
  room: number;
}

/** Heard one after the other, written in one transaction. Throws Fault `disk-full`: then nothing of the group was heard. */
export async function hearGroup(to: AddingTo, said: readonly Said[]): Promise<readonly Became[]> {
  const { store, random, held, page } = to;
  held.keys ??= await openSubscriberKeys(store.folder, random);
  const { keys } = held;
  const taken = await keys.take(said.filter(({ word }) => word.kind === "wish").length);
  const hearing: Hearing = {
    ...to,
    ...{ keys, drafts: new Map(), names: new Map(), notes: new Set(), changes: [], asks: [] },
    counting: countingFor(store, page),
    slots: [...taken],
    room: limits.unconfirmedPerPageMax - unconfirmedOf(held, page),
  };
  store.refresh();
  const became = said.map((one) => hearOne(hearing, one));
  const changed = [...hearing.drafts.values()].filter(({ isChanged }) => isChanged);
  try {
    await store.commit([
      ...changed.map(({ row }) => rowChange(hearing, row)),
      ...hearing.changes,
      ...hearing.counting.rows(),
      ...noting(store, hearing.notes),
      ...asksOf(store).rows(hearing.asks),
    ]);
  } catch (thrown) {
    await keys.erase(taken.map(({ slot }) => slot));
    throw thrown;
  }
  const index = indexOf(held, page);
  for (const { row, contact } of changed) index.put(entryOf(row, contact));
  await keys.erase(hearing.slots.map(({ slot }) => slot));
  return became;
}

function hearOne(hearing: Hearing, { note, of, word }: Said): Became {
  const { store } = hearing;
  if (note !== null) {
    if (hearing.notes.has(note) || hasNote(store, note)) return "again";
    hearing.notes.add(note);
  }
  const draft = "id" in of ? draftOf(hearing, of.id) : (knownDraft(hearing, of) ?? null);
  if (word.kind === "wish" && !("id" in of)) return wished(hearing, draft, of, word);
  if (draft === null) return "nobody";
  // A confirmation by who was put on the list since: its link is as void as an old one.
  if (word.kind === "confirm" && isSuppressedDraft(hearing, draft)) return "suppressed";
  const before = draft.row;
  put(draft, heard(draft.row, word));
  if (word.kind === "choose" && draft.row !== before && draft.row.state === "active")
    ask(hearing, draft, "changed");
  return "taken";
}

function wished(
  hearing: Hearing,
  known: Draft | null,
  of: Wisher,
  word: Extract<SubscriptionWord, { kind: "wish" }>,
): Became {
  if (known === null && hearing.room <= 0) return "full";
  const draft = known ?? newDraft(hearing, of, word);
  const before = draft.row;
  put(draft, heard(draft.row, word));
  const isNew = known === null || draft.row !== before;
  if (isSuppressedDraft(hearing, draft)) return "suppressed";
  if (isNew && isWishOpen(draft.row)) ask(hearing, draft, askFor(of.kind));
  return "taken";
}

function ask(hearing: Hearing, draft: Draft, kind: NewAsk["kind"]): void {
  const { page, store, keys, counting } = hearing;
  const { id, skipConfirmation } = draft.row;
  if (kind === "changed" && skipConfirmation) return;
  const hash = contactHash(page, { kind: draft.row.kind, contact: draft.contact }, keys.lookUp);
  if (!counting.take(draft.row.kind, hash, kind)) return;
  hearing.asks.push({ page, subscriber: id, kind });
  if (kind !== "changed") put(draft, heard(draft.row, { kind: "asked", atMs: store.clock.wallMs() }));
}

function put(draft: Draft, row: OpenRow): void {
  draft.isChanged ||= row !== draft.row;
  draft.row = row;
}

function isSuppressedDraft({ store, page, keys }: Hearing, { row, contact }: Draft): boolean {
  return isSuppressed(store, page, contactHash(page, { kind: row.kind, contact }, keys.lookUp));
}

function draftOf(hearing: Hearing, id: string): Draft | null {
  const { store, held, page, drafts } = hearing;
  const known = drafts.get(id);
  if (known !== undefined) return known;
  const bytes =
    indexOf(held, page).get(id) === null ? undefined : store.tables.meta.getBinary([place, page, id]);
  const row = bytes === undefined ? null : unpackRow(id, bytes);
  const contact = row && contactOf(hearing.keys, page, row);
  if (row === null || contact === null) return null;
  const draft: Draft = { row, contact, isChanged: false };
  drafts.set(id, draft);
  return draft;
}

function knownDraft(hearing: Hearing, of: Wisher): Draft | null {
  const { store, page, keys, names } = hearing;
  const lookUp = lookUpOf(page, of, keys.lookUp);
  const bytes = store.tables.meta.getBinary([lookUpPlace, page, lookUp]);
  const id = names.get(lookUp) ?? (bytes === undefined ? null : unpackValue<string>(bytes));
  return id === null ? null : draftOf(hearing, id);
}

function newDraft(
  hearing: Hearing,
  { kind, contact, incident }: Wisher,
  { atMs, components, language }: Extract<SubscriptionWord, { kind: "wish" }>,
): Draft {
  const { store, random, page, keys } = hearing;
  const taken = hearing.slots.pop();
  assert(taken !== undefined, "A wish has no slot for its key.");
  const id = newId(random);
  const lookUp = lookUpOf(page, { kind, contact, incident }, keys.lookUp);
  const row: OpenRow = {
    ...{ id, kind, incident, components, language, slot: taken.slot, state: "unconfirmed" },
    ...{ createdMs: store.clock.wallMs(), quarantinedMs: null, consent: null, accessUser: null },
    ...{ skipConfirmation: false, sealed: seal({ page, id }, contact, taken.key, random) },
    course: { ...noCourse, chosenMs: atMs },
  };
  const draft: Draft = { row, contact, isChanged: true };
  hearing.drafts.set(id, draft);
  hearing.names.set(lookUp, id);
  hearing.changes.push({
    table: store.tables.meta,
    key: [lookUpPlace, page, lookUp],
    value: packValue(id),
  });
  hearing.room--;
  return draft;
}

function rowChange({ store, page }: Hearing, row: OpenRow): Change {
  return { table: store.tables.meta, key: [place, page, row.id], value: packRow(row) };
}

function unconfirmedOf(held: Held, page: string): number {
  const histogram = indexOf(held, page).histogram(null);
  return Object.values(histogram).reduce((sum, { unconfirmed }) => sum + unconfirmed, 0);
}
