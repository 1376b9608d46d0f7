// Putting contacts on the list of whom a page never tells anything. In: contacts, or subscribers. Out: the list on the device, with it the end of what they
// subscribed to. Taking one off subscribes nobody again.

import type { Random } from "../base/random.ts";
import { type Contact, identityOf, primaryOf } from "../model/subscriber.ts";
import { heard, momentFor } from "../model/subscription.ts";
import { forgettingCounts } from "./asking.ts";
import { asksOf } from "./asks.ts";
import { auditOf } from "./audit.ts";
import type { ChangingOf } from "./subscriber-changing.ts";
import { contactOf, entryOf, type Held, indexOf, place } from "./subscriber-held.ts";
import type { Entry } from "./subscriber-index.ts";
import { openSubscriberKeys } from "./subscriber-keys.ts";
import { type OpenRow, packRow, unpackRow } from "./subscriber-rows.ts";
import {
  contactHash,
  isSuppressed,
  type Reached,
  type Suppression,
  suppressing,
  unsuppressing,
} from "./suppressions.ts";

type Of = ChangingOf & { readonly random: Random };

/** Puts them on the list; of who is there already nothing changes. Gives the hashes. */
export async function suppressThem(
  of: Of,
  reached: readonly Reached[],
  why: Suppression["why"],
): Promise<readonly string[]> {
  const { store, held, page, by, random } = of;
  held.keys ??= await openSubscriberKeys(store.folder, random);
  const { lookUp } = held.keys;
  store.refresh();
  const atMs = store.clock.wallMs();
  const ids: string[] = [];
  for (const one of reached) {
    const id = contactHash(page, one, lookUp);
    ids.push(id);
    if (isSuppressed(store, page, id)) continue;
    const ended = rowsOf(of, one, id).map(({ row, contact }) => ({
      contact,
      row: heard(row, { kind: "unsubscribe", atMs: momentFor(row, "state", atMs) }),
    }));
    const row = { id, kind: one.kind, why, atMs, by: by?.actor ?? "" };
    await store.commit([
      suppressing(store, page, row),
      ...ended.map((it) => ({
        table: store.tables.meta,
        key: [place, page, it.row.id],
        value: packRow(it.row),
      })),
      ...asksOf(store).forgetting(page, new Set(ended.map((it) => it.row.id))),
      ...forgettingCounts(store, page, id),
      ...told(of, "suppression.add", row),
    ]);
    for (const it of ended) indexOf(held, page).put(entryOf(it.row, it.contact));
  }
  return ids;
}

/** Takes one off the list, by its hash. Says whether it was there. */
export async function unsuppress(of: Of, id: string): Promise<boolean> {
  const { store, page } = of;
  store.refresh();
  if (!isSuppressed(store, page, id)) return false;
  await store.commit([unsuppressing(store, page, id), ...told(of, "suppression.remove", { id })]);
  return true;
}

/** The hash of a contact; null where there are no keys yet, and so no list. */
export function hashIn(held: Held, page: string, reached: Reached): string | null {
  return held.keys && contactHash(page, reached, held.keys.lookUp);
}

function told(
  { store, page, by }: Of,
  what: "suppression.add" | "suppression.remove",
  { id }: Pick<Suppression, "id">,
) {
  if (by === undefined) return [];
  const subject = { kind: "suppression", id, name: "" } as const;
  return auditOf(store).entry({ ...by, what, subject, pages: [page], before: null, after: null });
}

/** Of the page and of its incidents. */
function rowsOf(
  { store, held, page }: Of,
  reached: Reached,
  hash: string,
): readonly { readonly row: OpenRow; readonly contact: Contact }[] {
  const { keys } = held;
  if (keys === null) return [];
  return Array.from(indexOf(held, page).entries()).flatMap((entry) => {
    if (!mayBe(entry, reached)) return [];
    const bytes = store.tables.meta.getBinary([place, page, entry.id]);
    const row = bytes === undefined ? null : unpackRow(entry.id, bytes);
    const contact = row && contactOf(keys, page, row);
    if (row === null || contact === null) return [];
    return contactHash(page, { kind: row.kind, contact }, keys.lookUp) === hash ? [{ row, contact }] : [];
  });
}

/** What is not the same contact for sure is left shut. */
function mayBe({ kind, contact }: Entry, reached: Reached): boolean {
  if (kind !== reached.kind) return false;
  if (kind === "sms")
    return contact.replace(/\D/g, "") === identityOf(kind, reached.contact).replace(/\D/g, "");
  return contact.startsWith(primaryOf(kind, reached.contact).toLowerCase());
}
