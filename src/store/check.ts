// Is a store whole? In: an open store. Out: what it holds, or Fault `store-corrupt` with the first thing that is not as it should be.
// Reads every page of every table: slow on purpose, for backup, restore and doctor; a start checks the roots alone.
import { digestOf, isDigest } from "../snapshot/digest.ts";
import type { Head } from "../snapshot/types.ts";
import { readRef } from "./apply.ts";
import { corrupt } from "./file-check.ts";
import { objectsNamedBy, partsNamedBy } from "./naming.ts";
import { readEnd, readEntriesAfter, readRecords } from "./op-log.ts";
import { type Store, storePlace } from "./open.ts";
import type { Table } from "./tables.ts";
import { digestKey, digestOfKey } from "./values.ts";

export interface Contents {
  /** Ops in the log. */
  readonly position: number;
  readonly records: number;
  readonly heads: readonly Head[];
  readonly objects: number;
  readonly objectBytes: number;
}

/** Counts what is there. Throws Fault `store-corrupt` where a body does not hash to its name, a head is not whole, or the log has a gap. */
export function checkStore(store: Store): Contents {
  const path = storePlace(store.folder);
  store.refresh();
  try {
    const { position } = readEnd(store.tables, path);
    let expected = 1;
    for (const entry of readEntriesAfter(store.tables, () => undefined, 0))
      if (entry.position !== expected++) throw corrupt(path, `its op-log has no position ${expected - 1}`);
    const records = countOf(readRecords(store.tables));
    checkDigests(store.tables.tree, path);
    const { count: objects, bytes: objectBytes } = checkDigests(store.tables.objects, path);
    for (const table of Object.values(store.tables)) countOf(table.getRange());
    const heads = store.snapshots.heads();
    for (const head of heads) checkHead(store, head, path);
    return { position, records, heads, objects, objectBytes };
  } catch (thrown) {
    if (thrown instanceof Error && thrown.message.includes("MDB_"))
      throw corrupt(path, thrown.message, thrown);
    throw thrown;
  }
}

function checkDigests(table: Table, path: string): { count: number; bytes: number } {
  let [count, bytes] = [0, 0];
  for (const { key, value } of table.getRange()) {
    const name = digestOfKey(key as Uint8Array);
    if (!isDigest(name) || digestOf(value) !== name)
      throw corrupt(path, `the body ${name} is not what its name says`);
    count++;
    bytes += value.length;
  }
  return { count, bytes };
}

function checkHead({ tables, snapshots }: Store, head: Head, path: string): void {
  const missing = (what: string): Error => corrupt(path, `page ${head.page} lacks ${what}`);
  const manifest = snapshots.tree(head.manifest);
  if (manifest === null || readRef(tables, head.page) === null) throw missing("its manifest");
  for (const part of partsNamedBy(manifest)) {
    const bytes = snapshots.tree(part);
    if (bytes === null) throw missing(`the part ${part}`);
    for (const object of objectsNamedBy(bytes))
      if (!tables.objects.doesExist(digestKey(object))) throw missing(`the body ${object}`);
  }
}

function countOf(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count++;
  return count;
}
