// Forgetting subscribers: who is erased, and who never confirmed. In: ids. Out: nothing of them but, of who was erased, a line that says so.
import { limits } from "../base/limits.ts";
import { expiresMs, heard } from "../model/subscription.ts";
import { forgettingCounts } from "./asking.ts";
import { asksOf } from "./asks.ts";
import type { Change } from "./commit.ts";
import { addErasures } from "./erasures.ts";
import type { ChangingOf } from "./subscriber-changing.ts";
import { contactOf, entryOf, indexOf, place, removalOf } from "./subscriber-held.ts";
import type { SubscriberKeys } from "./subscriber-keys.ts";
import { type OpenRow, packRow, unpackRow } from "./subscriber-rows.ts";
import { subscriberEntry } from "./subscriber-told.ts";
import { contactHash } from "./suppressions.ts";

/** First the list of erasures, then the rows, then the keys. Who is on the list of the suppressed stays there, by a hash that names nobody. */
export async function eraseThem(of: ChangingOf, ids: readonly string[]): Promise<number> {
  const { store, page, by, held } = of;
  const { keys } = held;
  store.refresh();
  const found = rowsOf(of, ids);
  if (found.length === 0 || keys === null) return 0;
  const at = store.clock.wallMs();
  await addErasures(
    store.folder,
    found.map(({ id }) => ({ at, page, subscriber: id })),
  );
  const gone = found.map((row) => [row, null] as const);
  await remove(of, keys, found, subscriberEntry(store, page, "erase", gone, by));
  return found.length;
}

/** Those of a page that may be waiting for a confirmation too long. */
export function waitingLong({ store, held, page }: ChangingOf): readonly string[] {
  const past = store.clock.wallMs() - limits.confirmationMs;
  return Array.from(indexOf(held, page).entries()).flatMap(({ id, state, createdMs }) =>
    state === "unconfirmed" && createdMs <= past ? [id] : [],
  );
}

/**
 * Forgets of these what was wished for and never confirmed in time. Who had unsubscribed before has so again; all others go without a line in the list of
 * erasures: what a restore brings back of them goes in the same way. Says how many.
 */
export async function expireThem(of: ChangingOf, ids: readonly string[]): Promise<number> {
  const { store, held, page } = of;
  const { keys } = held;
  if (keys === null) return 0;
  store.refresh();
  const nowMs = store.clock.wallMs();
  const over = rowsOf(of, ids).filter(
    (row) =>
      row.state === "unconfirmed" &&
      (expiresMs(row, limits.confirmationMs) ?? Number.POSITIVE_INFINITY) <= nowMs,
  );
  if (over.length === 0) return 0;
  const back = over.flatMap((row) => {
    const after = heard(row, { kind: "expire" });
    const contact = contactOf(keys, page, row);
    return after.state === "unsubscribed" && contact !== null ? [{ row: after, contact }] : [];
  });
  const isBack = new Set(back.map(({ row }) => row.id));
  const rows = back.map(
    ({ row }): Change => ({ table: store.tables.meta, key: [place, page, row.id], value: packRow(row) }),
  );
  const gone = over.filter(({ id }) => !isBack.has(id));
  await remove(of, keys, gone, rows);
  for (const { row, contact } of back) indexOf(held, page).put(entryOf(row, contact));
  return over.length;
}

function rowsOf({ store, page }: ChangingOf, ids: readonly string[]): readonly OpenRow[] {
  return [...new Set(ids)].flatMap((id) => {
    const bytes = store.tables.meta.getBinary([place, page, id]);
    return bytes === undefined ? [] : [unpackRow(id, bytes)];
  });
}

async function remove(
  { store, held, page }: ChangingOf,
  keys: SubscriberKeys,
  found: readonly OpenRow[],
  also: readonly Change[],
): Promise<void> {
  const counts = found.flatMap((row) => {
    const contact = contactOf(keys, page, row);
    const hash = contact && contactHash(page, { kind: row.kind, contact }, keys.lookUp);
    return hash === null ? [] : forgettingCounts(store, page, hash);
  });
  await store.commit([
    ...found.flatMap((row) => removalOf(store, keys, page, row)),
    ...asksOf(store).forgetting(page, new Set(found.map(({ id }) => id))),
    ...counts,
    ...also,
  ]);
  await keys.erase(found.map(({ slot }) => slot));
  const index = indexOf(held, page);
  for (const { id } of found) index.remove(id);
}
