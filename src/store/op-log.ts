// The op-log and the records folded from it, as rows. In: ops and changed records. Out: changes of one transaction, and what a start reads.
// Position, greatest stamp, ops and records change in one transaction, so that a start never folds the log again.
import type { AnyRecord } from "../model/fields.ts";
import type { EntityRecord } from "../model/fold.ts";
import type { EntityKind, Op } from "../model/op.ts";
import type { Change } from "./commit.ts";
import { corrupt } from "./file-check.ts";
import { createRecordReader, createRowReader } from "./record-bytes.ts";
import type { Tables } from "./tables.ts";
import { packValue, unpackValue } from "./values.ts";

/** One entry of the log. Positions count from 1 without a gap. */
export interface Entry {
  readonly position: number;
  readonly op: Op;
}

/** Where the log ends: 0 and "" when it is empty. */
export interface LogEnd {
  readonly position: number;
  /** Greatest stamp in the log. */
  readonly stamp: string;
}

/** Entries read from the table at once; between two pieces the reader may take its time without holding old pages. */
const pieceEntries = 500;

/** Throws Fault `store-corrupt` where log and position disagree. */
export function readEnd(tables: Tables, path: string): LogEnd {
  const position = readMeta<number>(tables, "position") ?? 0;
  const [last = 0] = tables.ops.getKeys({ reverse: true, limit: 1 });
  if (last !== position)
    throw corrupt(path, `its op-log ends at ${String(last)}, its records at ${position}`);
  return { position, stamp: readMeta<string>(tables, "stamp") ?? "" };
}

/** All folded records, page by page. */
export function* readRecords(tables: Tables): Iterable<EntityRecord> {
  for (const { value } of tables.records.getRange()) yield unpackValue<EntityRecord>(value);
}

/** The folded records of one kind of a page. */
export const readRecordsOf = (tables: Tables, page: string, kind: EntityKind): Iterable<EntityRecord> =>
  readOf(tables, page, kind, createRecordReader());

/** The same to look at: each is there until the next is asked for. */
export const readRowsOf = (tables: Tables, page: string, kind: EntityKind): Iterable<AnyRecord> =>
  readOf(tables, page, kind, createRowReader());

function* readOf<One>(
  tables: Tables,
  page: string,
  kind: EntityKind,
  read: (bytes: Uint8Array) => One,
): Iterable<One> {
  const range = { start: [page, kind], end: [page, kind, "\uffff"] };
  for (const { value } of tables.records.getRange(range)) yield read(value);
}

/** Pages that have records. */
export function recordedPages(tables: Tables): readonly string[] {
  const pages: string[] = [];
  for (;;) {
    const last = pages.at(-1);
    const start = last === undefined ? {} : { start: [last, "\uffff"] };
    const [key] = tables.records.getKeys({ ...start, limit: 1 });
    if (key === undefined) return pages;
    pages.push((key as [string])[0]);
  }
}

/** Entries after `position`, oldest first, up to those that are on the device when the last piece is read. */
export function* readEntriesAfter(tables: Tables, refresh: () => void, position: number): Iterable<Entry> {
  for (let after = position; ; ) {
    refresh();
    const piece = [...tables.ops.getRange({ start: after + 1, limit: pieceEntries })];
    for (const { key, value } of piece) yield { position: key as number, op: unpackValue<Op>(value) };
    if (piece.length < pieceEntries) return;
    after += piece.length;
  }
}

/** What an append changes. `opBytes` belong to the positions up to `end.position`. */
export function appendChanges(
  tables: Tables,
  opBytes: readonly Uint8Array[],
  records: Iterable<EntityRecord>,
  end: LogEnd,
): Change[] {
  const first = end.position - opBytes.length + 1;
  const changes: Change[] = opBytes.map((value, at) => ({ table: tables.ops, key: first + at, value }));
  for (const record of records)
    changes.push({
      table: tables.records,
      key: [record.page, record.kind, record.id],
      value: packValue(record),
    });
  changes.push(metaChange(tables, "position", end.position), metaChange(tables, "stamp", end.stamp));
  return changes;
}

export function readMeta<Value>(tables: Tables, key: string | [string, string]): Value | null {
  const bytes = tables.meta.getBinary(key);
  return bytes === undefined ? null : unpackValue<Value>(bytes);
}

export function metaChange(tables: Tables, key: string | [string, string], value: unknown): Change {
  return { table: tables.meta, key, value: packValue(value) };
}
