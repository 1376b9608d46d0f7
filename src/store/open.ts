// Opens the store of a data folder. In: a folder. Out: one LMDB environment with its tables, snapshots, commits; Faults where it cannot be.
// Sync stays within the commit (`overlappingSync: false`): what a reader sees is on the device, and after a power failure LMDB finds
// the last root by its own two meta pages, not by comparing boot ids.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Key, open, type RootDatabase } from "lmdb";
import { type Clock, every } from "../base/clock.ts";
import { assert, Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { freeBytes } from "../host/files.ts";
import { type Commit, createCommit, reserve } from "./commit.ts";
import { openCommitMark, watchCommits } from "./commit-mark.ts";
import { asDamage, checkFile, corrupt } from "./file-check.ts";
import { createSnapshots } from "./snapshots.ts";
import { isMetaKey, openTable, openTables, type Tables, tablesMax } from "./tables.ts";
import type { SnapshotStore } from "./types.ts";
import { packValue, unpackValue } from "./values.ts";

/** Raised when a release writes what an older one would misread. */
export const storeFormat = 1;

type Root = RootDatabase<Uint8Array, Key>;

export interface OpenOptions {
  /** The data folder; the store is its subfolder `store`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** One process writes, any number read at the same time. Default `writer`. */
  readonly role?: "writer" | "reader";
}

export interface Store {
  readonly folder: string;
  readonly clock: Clock;
  readonly snapshots: SnapshotStore;
  readonly tables: Tables;
  readonly commit: Commit;
  /** Ends the current read transaction: what follows sees the latest commit. */
  refresh(): void;
  /** A copy of the whole store as of now, without free pages: `data.mdb` in the folder `place`. Not flushed. */
  copyTo(place: string): Promise<void>;
  /** Places taken in the table of readers, of `storeReadersMax`: about one a process. */
  readers(): number;
  /** Resolves when what was asked for before is committed and the file is closed. */
  close(): Promise<void>;
}

/** The store's one file. */
export function storeFile(folder: string): string {
  return join(folder, "store", "data.mdb");
}

/**
 * Opens, and makes where there is none. Throws Fault `store-corrupt` (damaged file), `store-format` (another release's),
 * `folder-unusable`, `disk-full`. The caller holds the folder's lock when it writes.
 */
export function openStore(options: OpenOptions): Store {
  const { folder, clock, log, role = "writer" } = options;
  const path = storeFile(folder);
  if (existsSync(path)) {
    // It is empty for the moment between its making and its first page: to who only reads, that is no damage.
    if (role === "reader" && statSync(path, { throwIfNoEntry: false })?.size === 0) throw notYet(path);
    checkFile(path);
  } else if (role === "writer") prepareFolder(folder);
  else throw notYet(path);
  const root = openRoot(folder, role);
  const tables = openChecked(root, path, role);
  const mark = role === "writer" ? openCommitMark(dirname(path)) : null;
  const write = mark === null ? null : createCommit(root, path, mark);
  let closing: Promise<void> | null = null;
  const commit: Commit = async (changes) => {
    assert(write !== null, "A reader of the store wrote to it.");
    assert(closing === null, "The store was written to after it was closed.");
    for (const { table, key } of changes)
      if (table === tables.meta)
        assert(isMetaKey(key), `No word of metaWords begins the key ${String(key)}.`);
    await write(changes);
  };
  const readerCheck =
    role === "writer" ? every(clock, limits.readerCheckMs, () => checkReaders(root, log)) : null;
  const refresh = (): void => root.resetReadTxn();
  const close = (): Promise<void> => {
    readerCheck?.cancel();
    closing ??= (write?.([]) ?? Promise.resolve()).then(() => root.close()).then(() => mark?.close());
    return closing;
  };
  const snapshots = createSnapshots({
    tables,
    commit,
    commitNumber: watchCommits(dirname(path)),
    refresh,
    close,
    clock,
  });
  return {
    folder,
    clock,
    snapshots,
    tables,
    commit,
    refresh,
    close,
    copyTo: (place) => root.backup(place, true),
    // A header, then a line of process, thread and transaction each.
    readers: () => root.readerList().match(/^ *\d+ /gm)?.length ?? 0,
  };
}

function prepareFolder(folder: string): void {
  const place = join(folder, "store");
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw unusable(place, thrown);
  }
  if (freeBytes(place) < 2 * limits.storeFreeBytesMin)
    throw new Fault(
      "disk-full",
      `There is no room for a store in ${place}: ${Math.floor(freeBytes(place) / 1024)} KiB are left on its disk.`,
      "Make room on the disk, or name another folder with --data.",
    );
}

function openRoot(folder: string, role: "writer" | "reader"): Root {
  const place = join(folder, "store");
  try {
    return open<Uint8Array, Key>({
      path: place,
      encoding: "binary",
      overlappingSync: false,
      noSubdir: false,
      maxDbs: tablesMax,
      maxReaders: limits.storeReadersMax,
      mapSize: limits.storeBytesMax,
      readOnly: role === "reader",
    });
  } catch (thrown) {
    const fault = asDamage(storeFile(folder), thrown);
    throw fault instanceof Fault ? fault : unusable(place, thrown);
  }
}

/** The tables, after the format; what is refused is closed again. */
function openChecked(root: Root, path: string, role: "writer" | "reader"): Tables {
  try {
    checkFormat(root, path, role);
    const tables = openTables(root);
    if (tables === null) throw notYet(path);
    return tables;
  } catch (thrown) {
    void root.close();
    const fault = asDamage(path, thrown);
    throw fault instanceof Fault ? fault : unusable(path, thrown);
  }
}

/** Writes the format into a new store, and refuses one of another format before any other table is touched. */
function checkFormat(root: Root, path: string, role: "writer" | "reader"): void {
  const created = root.getKeysCount() === 0;
  if (created && role === "reader") throw notYet(path);
  // A store that was there before is opened without a write: it must be served from a full disk, too.
  if (created) reserve(path, []);
  const meta = openTable(root, "meta");
  const held = meta?.getBinary("format");
  if (held === undefined) {
    // The writer is making it at this very moment.
    if (role === "reader" && (meta?.getKeysCount() ?? 0) === 0) throw notYet(path);
    if (root.getKeysCount() > 1) throw corrupt(path, "it does not say which format it has");
    meta?.putSync("format", packValue(storeFormat));
    return;
  }
  const format = unpackValue<number>(held);
  if (format === storeFormat) return;
  throw new Fault(
    "store-format",
    `The store ${path} has format ${format}; this release reads format ${storeFormat}.`,
    "Run the release that wrote it, or restore a backup that this release can read.",
  );
}

/** Only the writer makes a store: its file grows by the writer's hand alone (see commit.ts), so a second maker could overwrite pages. */
function notYet(path: string): Fault {
  return new Fault(
    "not-found",
    `There is no store at ${path} yet.`,
    "Start the process that writes it, then try again.",
  );
}

function checkReaders(root: RootDatabase<Uint8Array, Key>, log: Log): void {
  const cleared = root.readerCheck();
  if (cleared > 0) log.info("Readers that ended without saying so were cleared from the store.", { cleared });
}

function unusable(place: string, thrown: unknown): Fault {
  return new Fault(
    "folder-unusable",
    `The store in ${place} cannot be opened: ${messageOf(thrown)}.`,
    "Name a folder with --data that this user may write, on a disk with room.",
    { cause: thrown },
  );
}
