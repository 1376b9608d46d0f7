// An LMDB environment of its own, beside the store: made with the first write, put aside where it is damaged, written by one process. In: a folder, names of
// tables. Out: tables and transactions. For what is kept apart from pages: its commits wake no reader of them, and its loss takes nothing else along.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Key, open, type RootDatabase } from "lmdb";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { type Commit, createCommit } from "./commit.ts";
import { checkFile } from "./file-check.ts";
import type { Table } from "./tables.ts";

export interface Side<Name extends string> {
  readonly root: RootDatabase<Uint8Array, Key>;
  readonly tables: Readonly<Record<Name, Table>>;
  readonly commit: Commit;
}

export interface SideFileOptions<Name extends string> {
  /** `<folder>/<what>/data.mdb` */
  readonly path: string;
  readonly tables: readonly Name[];
  /** Virtual memory alone. */
  readonly mapBytes: number;
  /** What it holds, as a sentence begins: "Results of checks". */
  readonly what: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Only looks at what another process writes. */
  readonly readsOnly?: boolean;
}

export interface SideFile<Name extends string> {
  /** Null while there is none. */
  held(): Side<Name> | null;
  /** Makes it where there is none. Throws what LMDB says. */
  open(): Side<Name>;
  /** Resolves when what was asked for before is on the device. */
  close(): Promise<void>;
}

/** Opens what is there and has `read` look at it; where that cannot be, it is put aside and said. */
export function openSideFile<Name extends string>(
  options: SideFileOptions<Name>,
  read: (side: Side<Name>) => void = () => undefined,
): SideFile<Name> {
  const { path, readsOnly = false } = options;
  let side: Side<Name> | null = null;
  const openIt = (): Side<Name> => {
    side ??= openSide(options);
    return side;
  };
  if (existsSync(path)) {
    try {
      checkFile(path);
      const opened = openIt();
      // lmdb-js gives undefined for a missing table of a read-only environment: its writer is just making it.
      if (readsOnly && Object.values(opened.tables).includes(undefined)) {
        void opened.root.close();
        side = null;
      } else read(opened);
    } catch (thrown) {
      if (readsOnly) throw thrown;
      void (side as Side<Name> | null)?.root.close();
      side = null;
      putAside(options, thrown);
    }
  }
  return {
    held: () => side,
    open: openIt,
    async close() {
      const last = side;
      side = null;
      if (last === null) return;
      if (!readsOnly) await last.commit([]);
      await last.root.close();
    },
  };
}

/** Room for tables of later releases. */
const tablesMax = 16;

function openSide<Name extends string>({
  path,
  tables: names,
  mapBytes,
  readsOnly = false,
}: SideFileOptions<Name>): Side<Name> {
  if (!readsOnly) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const root = open<Uint8Array, Key>({
    path: dirname(path),
    encoding: "binary",
    overlappingSync: false,
    noSubdir: false,
    maxDbs: tablesMax,
    mapSize: mapBytes,
    readOnly: readsOnly,
  });
  const tables = Object.fromEntries(
    names.map((name) => [name, root.openDB<Uint8Array, Key>(name, { encoding: "binary" })]),
  ) as Record<Name, Table>;
  return { root, tables, commit: createCommit(root, path, noMark) };
}

function putAside({ path, what, clock, log }: SideFileOptions<string>, thrown: unknown): void {
  const place = dirname(path);
  const aside = `${place}.corrupt-${clock.wallMs()}`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(place, aside);
  log.error(`${what} cannot be read: ${messageOf(thrown)} They lie in ${aside} now, and new ones are kept.`);
}

/** Nobody reads here but who writes. */
const noMark = { begin() {}, end() {}, close() {} };
