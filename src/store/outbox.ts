// What is to be told and how far that is: an LMDB environment of its own, `<data>/outbox`. In: a folder. Out: tables, transactions that decide on what
// they find, a reader for who only shows it. The notifier writes it, so that a hundred thousand messages take no turn of the op-log.
// Several notifiers may have it open: what one decides on is read inside its transaction, and the file grows there too.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Key, open, type RootDatabase } from "lmdb";
import { assert, Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Change, diskFault, reasonOf, reserve } from "./commit.ts";
import { asDamage, checkFile } from "./file-check.ts";
import type { Table } from "./tables.ts";
import { packValue, unpackValue } from "./values.ts";

export const outboxFormat = 1;

export interface OutboxTables {
  /** By a word: `outboxWords` */
  readonly meta: Table;
  /** number -> job */
  readonly jobs: Table;
  /** [job, kind] -> lane */
  readonly lanes: Table;
  /** [job, kind, subscriber] -> when it is tried again */
  readonly again: Table;
  /** [job, kind, subscriber] -> why it was given up */
  readonly dead: Table;
  /** [page, subscriber] -> why nobody is reached there */
  readonly gone: Table;
  /** [page, subscriber] -> the last tries of an endpoint */
  readonly tries: Table;
}

/** What `meta` holds: the format, how far op-log and ask rows were read, the number of the last job. */
export const outboxWords = ["format", "position", "asked", "job"] as const;
export type OutboxWord = (typeof outboxWords)[number];

const tableNames = [
  "meta",
  "jobs",
  "lanes",
  "again",
  "dead",
  "gone",
  "tries",
] as const satisfies readonly (keyof OutboxTables)[];
const tablesMax = 2 * tableNames.length;

export interface Decided<Value> {
  readonly changes: readonly Change[];
  readonly value: Value;
}

export interface Outbox {
  readonly tables: OutboxTables;
  word<Value>(word: OutboxWord): Value | null;
  /** Decides inside a transaction, where what is read is what no other writes: all of it is kept, flushed, or none. Throws Fault `disk-full`. */
  transact<Value>(decide: () => Decided<Value>): Promise<Value>;
  /** What is read next is what was committed last. */
  refresh(): void;
  close(): Promise<void>;
}

export const outboxFile = (folder: string): string => join(folder, "outbox", "data.mdb");

const knownWords: ReadonlySet<unknown> = new Set(outboxWords);

export const wordChange = ({ meta }: OutboxTables, word: OutboxWord, value: unknown): Change => ({
  table: meta,
  key: word,
  value: packValue(value),
});

/** Opens the outbox of a data folder, and makes it where there is none. Throws Fault `store-corrupt`, `store-format`, `folder-unusable`, `disk-full`. */
export async function openOutbox(folder: string): Promise<Outbox> {
  const path = outboxFile(folder);
  const place = dirname(path);
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw unusable(place, thrown);
  }
  // Empty for a moment while another one makes it; LMDB's own lock then lets one of the two begin.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) checkFile(path);
  const root = openRoot(path, false);
  const tables = tablesOf(root, path);
  if (tables === null) throw unusable(place, "its tables cannot be made");
  const outbox = outboxOf(root, tables, path);
  await outbox.transact(() => {
    const held = tables.meta.getBinary("format");
    if (held === undefined) return { value: null, changes: [wordChange(tables, "format", outboxFormat)] };
    return { value: null, changes: [] };
  });
  checkFormat(outbox, path);
  return outbox;
}

/** The outbox as who only shows it reads it; null where there is none yet. */
export function readOutbox(folder: string): Outbox | null {
  const path = outboxFile(folder);
  if (!existsSync(path) || statSync(path).size === 0) return null;
  checkFile(path);
  const root = openRoot(path, true);
  const tables = tablesOf(root, path);
  if (tables === null || tables.meta.getBinary("format") === undefined) {
    void root.close();
    return null;
  }
  const outbox = outboxOf(root, tables, path);
  checkFormat(outbox, path);
  return outbox;
}

type Root = RootDatabase<Uint8Array, Key>;

function openRoot(path: string, readOnly: boolean): Root {
  try {
    return open<Uint8Array, Key>({
      path: dirname(path),
      encoding: "binary",
      overlappingSync: false,
      noSubdir: false,
      maxDbs: tablesMax,
      maxReaders: limits.storeReadersMax,
      mapSize: limits.outboxBytesMax,
      readOnly,
    });
  } catch (thrown) {
    const fault = asDamage(path, thrown);
    throw fault instanceof Fault ? fault : unusable(dirname(path), thrown);
  }
}

function tablesOf(root: Root, path: string): OutboxTables | null {
  const tables: Partial<Record<keyof OutboxTables, Table>> = {};
  try {
    for (const name of tableNames) {
      // lmdb-js gives undefined for a missing table of a read-only environment; its types do not say so.
      const table: Table | undefined = root.openDB<Uint8Array, Key>(name, { encoding: "binary" });
      if (table === undefined) return null;
      tables[name] = table;
    }
  } catch (thrown) {
    void root.close();
    throw asDamage(path, thrown);
  }
  return tables as OutboxTables;
}

function outboxOf(root: Root, tables: OutboxTables, path: string): Outbox {
  let closing: Promise<void> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const refresh = (): void => root.resetReadTxn();
  return {
    tables,
    refresh,
    word<Value>(word: OutboxWord): Value | null {
      const bytes = tables.meta.getBinary(word);
      return bytes === undefined ? null : unpackValue<Value>(bytes);
    },
    transact<Value>(decide: () => Decided<Value>): Promise<Value> {
      const done = transacted(root, tables.meta, path, decide);
      last = done.catch(() => undefined);
      return done;
    },
    close() {
      closing ??= last.then(() => root.close());
      return closing;
    },
  };
}

async function transacted<Value>(
  root: Root,
  meta: Table,
  path: string,
  decide: () => Decided<Value>,
): Promise<Value> {
  let failed: { readonly thrown: unknown } | null = null;
  let value: Value | undefined;
  const write = (): void => {
    try {
      // Nothing is put before all is decided and has its room: what lmdb-js has put it commits, whatever is thrown behind.
      const decided = decide();
      for (const { table, key } of decided.changes)
        assert(table !== meta || knownWords.has(key), `No word of outboxWords is the key ${String(key)}.`);
      if (decided.changes.length > 0) reserve(path, decided.changes);
      for (const { table, key, value: bytes } of decided.changes)
        if (bytes === null) void table.remove(key);
        else void table.put(key, bytes);
      value = decided.value;
    } catch (thrown) {
      failed = { thrown };
    }
  };
  try {
    await root.transaction(write);
    await root.flushed;
  } catch (thrown) {
    throw diskFault(path, await reasonOf(thrown), thrown);
  }
  if (failed !== null) throw (failed as { readonly thrown: unknown }).thrown;
  return value as Value;
}

function checkFormat(outbox: Outbox, path: string): void {
  const format = outbox.word<number>("format");
  if (format === outboxFormat) return;
  void outbox.close();
  throw new Fault(
    "store-format",
    `The outbox ${path} has format ${format}; this release reads format ${outboxFormat}.`,
    "Run the release that wrote it; or take the folder away: then what was not told yet stays untold.",
  );
}

function unusable(place: string, thrown: unknown): Fault {
  return new Fault(
    "folder-unusable",
    `The outbox in ${place} cannot be opened: ${messageOf(thrown)}.`,
    "Let this user write the data folder, on a disk with room.",
    { cause: thrown },
  );
}
