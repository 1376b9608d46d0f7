// One LMDB environment: a folder with `data.mdb`, its readers' table and the mark of its commits. In: a place, names of tables. Out: the tables, one
// queue of commits, or a Fault where it cannot be opened.
// Sync stays within the commit (`overlappingSync: false`): what a reader sees is on the device, and after a power failure LMDB finds
// the last root by its own two meta pages, not by comparing boot ids.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Key, open, type RootDatabase } from "lmdb";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import { freeBytes } from "../host/files.ts";
import { type Commit, createCommit, reserve } from "./commit.ts";
import { openCommitMark } from "./commit-mark.ts";
import { asDamage, checkFile, corrupt } from "./file-check.ts";
import { openTable, openTables, type TableName, type Tables, tablesMax } from "./tables.ts";
import { packValue, unpackValue } from "./values.ts";

/** The newest that is read and written. Raised when a release writes what an older one would misread. */
export const storeFormat = 2;
/** What a file that is opened is: all of a store, or all but the snapshots, which an older release would take for a store without any. */
export const formats = { whole: 1, withoutSnapshots: 2 } as const;
export type Format = (typeof formats)[keyof typeof formats];

type Root = RootDatabase<Uint8Array, Key>;

/** One process writes, any number read at the same time. */
export type Role = "writer" | "reader";

export interface Environment {
  /** Those that were asked for. */
  readonly tables: Partial<Tables>;
  /** null to a reader. */
  readonly commit: Commit | null;
  refresh(): void;
  /** A copy as of now, without free pages: `data.mdb` in the folder `place`. Not flushed. */
  copyTo(place: string): Promise<void>;
  /** Places taken in the table of readers. */
  readers(): number;
  /** Frees the places of readers that ended without saying so. */
  checkReaders(log: Log): void;
  /** Resolves when what was asked for before is committed and the file is closed. */
  close(): Promise<void>;
}

export const fileIn = (place: string): string => join(place, "data.mdb");

/**
 * Opens, and makes where there is none. Throws Fault `store-corrupt` (damaged file), `store-format` (another release's),
 * `folder-unusable`, `disk-full`.
 */
export function openEnvironment(
  place: string,
  { names, format }: { readonly names: readonly TableName[]; readonly format: Format },
  role: Role,
): Environment {
  const path = fileIn(place);
  if (existsSync(path)) {
    // It is empty for the moment between its making and its first page: to who only reads, that is no damage.
    if (role === "reader" && statSync(path, { throwIfNoEntry: false })?.size === 0) throw notYet(path);
    checkFile(path);
  } else if (role === "writer") prepare(place);
  else throw notYet(path);
  const root = openRoot(place, role);
  const tables = openChecked(root, path, { names, format }, role);
  const mark = role === "writer" ? openCommitMark(place) : null;
  const commit = mark === null ? null : createCommit(root, path, mark);
  let closing: Promise<void> | null = null;
  return {
    tables,
    commit,
    refresh: () => root.resetReadTxn(),
    copyTo: (to) => root.backup(to, true),
    // A header, then a line of process, thread and transaction each.
    readers: () => root.readerList().match(/^ *\d+ /gm)?.length ?? 0,
    checkReaders(log) {
      const cleared = root.readerCheck();
      if (cleared > 0)
        log.info("Readers that ended without saying so were cleared from the store.", { cleared });
    },
    close() {
      closing ??= (commit?.([]) ?? Promise.resolve()).then(() => root.close()).then(() => mark?.close());
      return closing;
    },
  };
}

function prepare(place: string): void {
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

function openRoot(place: string, role: Role): Root {
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
    const fault = asDamage(fileIn(place), thrown);
    throw fault instanceof Fault ? fault : unusable(place, thrown);
  }
}

/** The tables, after the format; what is refused is closed again. */
function openChecked(
  root: Root,
  path: string,
  { names, format }: { readonly names: readonly TableName[]; readonly format: Format },
  role: Role,
): Partial<Tables> {
  try {
    checkFormat(root, path, format, role);
    const tables = openTables(root, names);
    if (tables === null) throw notYet(path);
    return tables;
  } catch (thrown) {
    void root.close();
    const fault = asDamage(path, thrown);
    throw fault instanceof Fault ? fault : unusable(path, thrown);
  }
}

/** Writes the format into a new store, and refuses one of another format before any other table is touched. */
function checkFormat(root: Root, path: string, wanted: Format, role: Role): void {
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
    meta?.putSync("format", packValue(wanted));
    return;
  }
  const format = unpackValue<number>(held);
  if (format === wanted) return;
  if (format === formats.withoutSnapshots) throw corrupt(path, "the file of its snapshots is missing");
  if (format === formats.whole) throw corrupt(path, "it has another store's snapshots beside it");
  throw new Fault(
    "store-format",
    `The store ${path} has format ${format}; this release reads formats up to ${storeFormat}.`,
    "Run the release that wrote it, or restore a backup that this release can read.",
  );
}

/** Only the writer makes a store: its file grows by the writer's hand alone (see commit.ts), so a second maker could overwrite pages. */
export function notYet(path: string): Fault {
  return new Fault(
    "not-found",
    `There is no store at ${path} yet.`,
    "Start the process that writes it, then try again.",
  );
}

function unusable(place: string, thrown: unknown): Fault {
  return new Fault(
    "folder-unusable",
    `The store in ${place} cannot be opened: ${messageOf(thrown)}.`,
    "Name a folder with --data that this user may write, on a disk with room.",
    { cause: thrown },
  );
}
