// Opens the store of a data folder. In: a folder. Out: its tables, snapshots, commits; Faults where it cannot be.
// A POP has one LMDB environment. A control plane has a second one for its snapshots: one environment has one writer, and an editor's answer would
// wait for the flush of whatever a page of 20,000 incidents changes, and for lmdb-js, which looks through all free pages at each commit.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, every } from "../base/clock.ts";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Commit } from "./commit.ts";
import { watchCommits } from "./commit-mark.ts";
import { type Environment, fileIn, formats, notYet, openEnvironment, type Role } from "./environment.ts";
import { corrupt } from "./file-check.ts";
import { createSnapshots } from "./snapshots.ts";
import { isMetaKey, type Table, type Tables, tableNames } from "./tables.ts";
import type { SnapshotStore } from "./types.ts";

export interface OpenOptions {
  /** The data folder; the store is its subfolder `store`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Default `writer`. */
  readonly role?: Role;
  /** Where a new store keeps its snapshots; one that is there stays as it is. Default `within`. */
  readonly snapshots?: "within" | "apart";
}

export interface Store {
  readonly folder: string;
  readonly clock: Clock;
  readonly snapshots: SnapshotStore;
  readonly tables: Tables;
  /** Of tables that lie in one file. */
  readonly commit: Commit;
  /** Ends the current read transaction: what follows sees the latest commit. */
  refresh(): void;
  /** A copy of the whole store, without free pages, in the folder `place`. Not flushed. Each file is as of one moment, the snapshots' the earlier. */
  copyTo(place: string): Promise<void>;
  /** Places taken in the table of readers, of `storeReadersMax`: about one a process. */
  readers(): number;
  /** Resolves when what was asked for before is committed and the files are closed. */
  close(): Promise<void>;
}

/** The store's file: all of it, or all but the snapshots. */
export function storeFile(folder: string): string {
  return fileIn(join(folder, "store"));
}

const apartName = "snapshots";
const apartIn = (folder: string): string => join(folder, "store", apartName);

/** The file in which the snapshots of a data folder lie. */
export function snapshotsFile(folder: string): string {
  const apart = fileIn(apartIn(folder));
  return existsSync(apart) ? apart : storeFile(folder);
}

/** What is named where a page of the store does not read: the file, or the folder where it may be either of two. */
export const storePlace = (folder: string): string =>
  snapshotsFile(folder) === storeFile(folder) ? storeFile(folder) : join(folder, "store");

/** The format of a data folder's store. */
export const formatOf = (folder: string): number =>
  snapshotsFile(folder) === storeFile(folder) ? formats.whole : formats.withoutSnapshots;

/** The files of a data folder's store. */
export const storeFiles = (folder: string): readonly string[] => [
  ...new Set([storeFile(folder), snapshotsFile(folder)]),
];

/**
 * Opens, and makes where there is none. Throws Fault `store-corrupt` (damaged file), `store-format` (another release's),
 * `folder-unusable`, `disk-full`. The caller holds the folder's lock when it writes.
 */
export function openStore(options: OpenOptions): Store {
  const { folder, clock, log, role = "writer" } = options;
  const opened = openFiles(options);
  const { tables, environments } = opened;
  let closing: Promise<unknown> | null = null;
  const commit: Commit = async (changes) => {
    const [first] = changes;
    if (first === undefined) return;
    const own = environments.get(first.table);
    assert(own?.commit, "A reader of the store wrote to it.");
    assert(closing === null, "The store was written to after it was closed.");
    for (const { table, key } of changes) {
      assert(environments.get(table) === own, "One transaction changes one file.");
      if (table === tables.meta)
        assert(isMetaKey(key), `No word of metaWords begins the key ${String(key)}.`);
    }
    await own.commit(changes);
  };
  const all = [...new Set(environments.values())];
  const readerCheck =
    role === "writer"
      ? every(clock, limits.readerCheckMs, () => {
          for (const one of all) one.checkReaders(log);
        })
      : null;
  const refresh = (): void => {
    for (const one of all) one.refresh();
  };
  const close = async (): Promise<void> => {
    readerCheck?.cancel();
    closing ??= Promise.all(all.map((one) => one.close()));
    await closing;
  };
  const commitNumber = watchCommits(dirname(snapshotsFile(folder)));
  return {
    folder,
    clock,
    snapshots: createSnapshots({ tables, commit, commitNumber, refresh, close, clock }),
    tables,
    commit,
    refresh,
    close,
    copyTo: opened.copyTo,
    readers: () => Math.max(...all.map((one) => one.readers())),
  };
}

interface Opened {
  readonly tables: Tables;
  readonly environments: ReadonlyMap<Table, Environment>;
  copyTo(place: string): Promise<void>;
}

function openFiles({ folder, role = "writer", snapshots = "within" }: OpenOptions): Opened {
  const [place, apart] = [join(folder, "store"), apartIn(folder)];
  const makesApart = snapshots === "apart" && role === "writer" && !existsSync(fileIn(place));
  if (!makesApart && !existsSync(fileIn(apart))) {
    const names = [...tableNames.others, ...tableNames.snapshots];
    const one = openEnvironment(place, { names, format: formats.whole }, role);
    return { ...joined([one]), copyTo: one.copyTo };
  }
  // The snapshots' first: whoever finds the other finds both.
  if (role === "reader" && !existsSync(fileIn(place))) throw notYet(fileIn(place));
  const ofSnapshots = openEnvironment(apart, { names: tableNames.snapshots, format: formats.whole }, role);
  try {
    // A start that ended between the two left no head.
    if (role === "writer" && !existsSync(fileIn(place)) && ofSnapshots.tables.refs?.getKeysCount() !== 0)
      throw corrupt(fileIn(place), "it is missing, and its snapshots are there");
    const ofOthers = openEnvironment(
      place,
      { names: tableNames.others, format: formats.withoutSnapshots },
      role,
    );
    return {
      ...joined([ofSnapshots, ofOthers]),
      // What is published follows from the op-log: of a copy the next start publishes what its snapshots lack.
      async copyTo(to) {
        await mkdir(join(to, apartName), { mode: 0o700 });
        await ofSnapshots.copyTo(join(to, apartName));
        await ofOthers.copyTo(to);
      },
    };
  } catch (thrown) {
    void ofSnapshots.close();
    throw thrown;
  }
}

function joined(all: readonly Environment[]): Pick<Opened, "tables" | "environments"> {
  const tables = Object.assign({}, ...all.map((one) => one.tables)) as Tables;
  const environments = new Map(
    all.flatMap((one) => Object.values(one.tables).map((table) => [table, one] as const)),
  );
  return { tables, environments };
}
