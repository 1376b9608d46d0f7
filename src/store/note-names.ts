// Names of visitors' notes that were taken in. In: names, in the transaction of what their notes changed. Out: whether one is there. They go after a while.
import { limits } from "../base/limits.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

/** [place, name] -> when (ms) */
const place = "visitor-note";

/** From what is on the device; the store is to be refreshed before. */
export function hasNote({ tables }: Store, name: string): boolean {
  return tables.meta.doesExist([place, name]);
}

export function noting({ tables, clock }: Store, names: Iterable<string>): readonly Change[] {
  const value = packValue(clock.wallMs());
  return Array.from(names, (name) => ({ table: tables.meta, key: [place, name], value }));
}

/** The rows of names that are old, among the next `limit`; and where to go on, null where that was all. */
export function oldNames(
  { tables, clock }: Store,
  after: string,
  limit: number,
): { readonly changes: readonly Change[]; readonly next: string | null } {
  const past = clock.wallMs() - limits.noteNamesMs;
  const rows = Array.from(tables.meta.getRange({ start: [place, after], end: [place, "\uffff"], limit }));
  const old = rows.filter(({ value }) => unpackValue<number>(value) <= past);
  const last = rows.at(-1)?.key as [string, string] | undefined;
  return {
    changes: old.map(({ key }) => ({ table: tables.meta, key, value: null })),
    next: rows.length < limit || last === undefined ? null : `${last[1]}\0`,
  };
}
