// The named tables of a store and the shape of their keys. In: an LMDB environment. Out: typed tables. Values are bytes.
import type { Database, Key, RootDatabase } from "lmdb";

export type Table = Database<Uint8Array, Key>;

export interface Tables {
  /** By a word, or a list that begins with one: `metaWords` */
  readonly meta: Table;
  /** position -> op */
  readonly ops: Table;
  /** [page, kind, id] -> folded record */
  readonly records: Table;
  /** page -> head and hosts */
  readonly refs: Table;
  /** [page, epoch, generation] -> manifest digest, time of applying, parts that it stopped naming */
  readonly history: Table;
  /** digest -> signed manifest or part */
  readonly tree: Table;
  /** digest -> body */
  readonly objects: Table;
  /** part or object -> how often it is named */
  readonly uses: Table;
  /** number -> part that lost one of its names */
  readonly doomed: Table;
  /** [time, digest] -> nothing: a body that came ahead of its generation, and when it goes if none named it */
  readonly orphans: Table;
  /** host -> page */
  readonly hosts: Table;
  /** host of a removed page -> page */
  readonly gone: Table;
  /** [page, name] -> publisher's notes */
  readonly notes: Table;
  /** [kind, subject] -> signed document */
  readonly documents: Table;
  /** sha256 of the token -> its name and page */
  readonly tokens: Table;
}

/**
 * What `meta` holds, by the first word of its keys. Nothing is committed under another one: whoever adds a word decides with it whether an export
 * of a page takes it along (`test/control/export.test.ts`).
 */
export const metaWords = [
  "format",
  "position",
  "stamp",
  "node",
  "freshness",
  "cursor",
  "pop",
  "pop-token",
  "audit",
  "audit-failed",
  "user",
  "user-email",
  "user-sign-on",
  "session",
  "link",
  "series",
  "page-row",
  "replay",
  "subscriber",
  "subscriber-by",
  "ask",
  "webhook-secret",
  "asked",
  "suppressed",
  "visitor-note",
  "bounce",
  "monitor",
  "upstream",
  "ping-key",
] as const;
export type MetaWord = (typeof metaWords)[number];

const knownWords: ReadonlySet<unknown> = new Set(metaWords);

export const isMetaKey = (key: Key): boolean => knownWords.has(Array.isArray(key) ? key[0] : key);

/** Tables whose keys are 32 or 33 raw bytes. */
const digestKeys: ReadonlySet<string> = new Set(["tree", "objects", "uses"]);

export type TableName = keyof Tables;

/** What `snapshots.ts` writes may lie in a file of its own: no transaction changes some of it and some of the others. */
export const tableNames = {
  others: ["meta", "ops", "records", "tokens"],
  snapshots: [
    ...["refs", "history", "tree", "objects", "uses", "doomed"],
    ...["orphans", "hosts", "gone", "notes", "documents"],
  ] as TableName[],
} as const satisfies Readonly<Record<string, readonly TableName[]>>;

/** Room for tables of later releases: an older one must still open what a newer one made, to say that it cannot. */
export const tablesMax = 2 * (tableNames.others.length + tableNames.snapshots.length);

/** The table, made where there is none and the environment may write; null where there is none and it may not. */
export function openTable(root: RootDatabase<Uint8Array, Key>, name: TableName): Table | null {
  // lmdb-js gives undefined for a missing table of a read-only environment; its types do not say so.
  const table: Table | undefined = root.openDB<Uint8Array, Key>(name, {
    encoding: "binary",
    ...(digestKeys.has(name) ? { keyEncoding: "binary" } : {}),
  });
  return table ?? null;
}

/** The tables of these names, or null where one is missing and may not be made. */
export function openTables(
  root: RootDatabase<Uint8Array, Key>,
  names: readonly TableName[],
): Partial<Tables> | null {
  const tables: { -readonly [Name in TableName]?: Table } = {};
  for (const name of names) {
    const table = openTable(root, name);
    if (table === null) return null;
    tables[name] = table;
  }
  return tables;
}
