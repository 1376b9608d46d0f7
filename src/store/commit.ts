// One transaction at a time, on the device before it is over. In: changes. Out: a promise that resolves when they are flushed.
// The file grows before LMDB needs the room: a write that fails inside lmdb-js overruns a buffer and aborts the process.
import type { Key, RootDatabase } from "lmdb";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { fillFile, freeBytes } from "../host/files.ts";
import type { CommitMark } from "./commit-mark.ts";
import { checkFile } from "./file-check.ts";
import type { Table } from "./tables.ts";
import { createTurns } from "./turns.ts";

/** One put, or a removal where `value` is null. */
export interface Change {
  readonly table: Table;
  readonly key: Key;
  readonly value: Uint8Array | null;
}

/** What lmdb-js says of one table; its types say nothing. */
interface TableStats {
  readonly treeDepth: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
}

/** Commits changes, all or none. Throws Fault `disk-full`; then nothing of them is there. */
export type Commit = (changes: readonly Change[]) => Promise<void>;

/** Pages that a transaction of any size may need beside its data: roots and branches of all tables, the list of free pages. */
const basePages = 64;
/** The file grows by so much more than is needed, so that not every transaction has to grow it. */
const growPages = 64;
const pageHeaderBytes = 24;
const nodeBytes = 16;

export function createCommit(root: RootDatabase<Uint8Array, Key>, path: string, mark: CommitMark): Commit {
  const turns = createTurns();
  return (changes) =>
    turns(async () => {
      if (changes.length === 0) return;
      root.resetReadTxn();
      reserve(path, changes);
      try {
        mark.begin();
        // Puts of one event turn are one transaction; lmdb-js gives all of them the same promise.
        let committed: Promise<unknown> = Promise.resolve();
        for (const { table, key, value } of changes)
          committed = value === null ? table.remove(key) : table.put(key, value);
        await committed;
        await root.flushed;
      } catch (thrown) {
        throw diskFault(path, await reasonOf(thrown), thrown);
      } finally {
        mark.end();
      }
    });
}

/** Takes the room that `changes` may need at most. Throws Fault `disk-full`. */
export function reserve(path: string, changes: readonly Change[]): void {
  const { pageSize, lastPage, fileBytes } = checkFile(path);
  const neededBytes = (lastPage + 1 + pagesFor(changes, pageSize, lastPage)) * pageSize;
  if (neededBytes <= fileBytes) return;
  const toBytes = neededBytes + growPages * pageSize;
  const growBytes = toBytes - fileBytes;
  const free = freeBytes(path);
  if (free - growBytes < limits.storeFreeBytesMin)
    throw diskFault(path, `${Math.floor(free / 1024)} KiB are left on its disk`);
  try {
    fillFile(path, fileBytes, toBytes);
  } catch (thrown) {
    throw diskFault(path, messageOf(thrown), thrown);
  }
}

/** An upper bound of the pages that `changes` take, table by table. */
function pagesFor(changes: readonly Change[], pageSize: number, lastPage: number): number {
  let pages = basePages + Math.ceil((2 * lastPage) / (pageSize / 8));
  for (const [table, own] of Map.groupBy(changes, (change) => change.table))
    pages += pagesIn(table, own, pageSize);
  return pages;
}

/** A long value takes pages of its own. Small ones touch each page of the table at most once, and fill new ones at least by half. */
function pagesIn(table: Table, changes: readonly Change[], pageSize: number): number {
  let longPages = 0;
  let smallBytes = 0;
  for (const { key, value } of changes) {
    const length = value?.length ?? 0;
    const long = length > pageSize / 4;
    if (long) longPages += Math.ceil((length + pageHeaderBytes) / pageSize);
    smallBytes += (long ? 0 : length) + nodeBytes + keyBytesMax(key);
  }
  const { treeDepth, treeBranchPageCount, treeLeafPageCount } = table.getStats() as TableStats;
  const touched = Math.min(changes.length * (treeDepth + 1), treeBranchPageCount + treeLeafPageCount);
  return longPages + touched + Math.ceil((2.1 * smallBytes) / pageSize) + 1;
}

function keyBytesMax(key: Key): number {
  if (typeof key === "string") return 3 * key.length + 1;
  if (Array.isArray(key)) return key.reduce<number>((sum, part) => sum + keyBytesMax(part) + 1, 0);
  return key instanceof Uint8Array ? key.length : 9;
}

/** What a write that did not come through is to who asked for it. */
export function diskFault(path: string, why: string, cause?: unknown): Fault {
  return new Fault(
    "disk-full",
    `Nothing was written to ${path}: ${why}.`,
    "Make room on the disk and try again; what was confirmed before is kept.",
    { cause },
  );
}

/** lmdb-js hides the system's reason in a second promise. */
export async function reasonOf(thrown: unknown): Promise<string> {
  const second = (thrown as { commitError?: Promise<never> } | null)?.commitError;
  if (second === undefined) return messageOf(thrown);
  return second.then(() => messageOf(thrown), messageOf);
}
