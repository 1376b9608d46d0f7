// What the op-log folds to, in memory. In: planned appends. Out: working views to decide against, and views that are on the device.
// The working state runs ahead by one group of commands; `show` makes it visible after the flush, `reload` takes it back.

import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import {
  applyOp,
  type EntityRecord,
  emptyPageState,
  type PageState,
  recordKey,
  takeOver,
} from "../model/fold.ts";
import type { EntityKind, Op } from "../model/op.ts";
import { rehearse } from "../model/preview.ts";
import type { Lies } from "../model/shelf.ts";
import type { PageView } from "../model/view.ts";
import { openPageState } from "../model/view-load.ts";
import { viewOf } from "../model/view-of.ts";
import type { Append } from "./ledger-plan.ts";
import { type LogEnd, readEnd, readRecordsOf, readRowsOf, recordedPages } from "./op-log.ts";
import { forgetShelf, readShelf, writeShelf } from "./shelf-file.ts";
import { type StoredRecords, storedRecords } from "./stored-records.ts";
import type { Tables } from "./tables.ts";

export interface LedgerState {
  /** Views by page, as of the last flush. */
  readonly shown: ReadonlyMap<string, PageView>;
  shownPosition(): number;
  /** The page with all that was added, flushed or not. */
  working(page: string): PageView | null;
  /** The page, other than `page`, that holds one of `hosts`, flushed or not. */
  holderOf(hosts: readonly string[], page: string): { readonly host: string; readonly page: string } | null;
  /** Runs `play`, which changes the working page by the function it is given; afterwards nothing of it is there. */
  rehearse<Value>(page: string, play: (apply: (ops: readonly Op[]) => PageView | null) => Value): Value;
  /** Whether the page ever had this entity, deleted ones too, flushed or not. */
  knows(page: string, kind: EntityKind, id: string): boolean;
  /** Where the log ends with all that was added. */
  end(): LogEnd;
  add(append: Append): void;
  /** The same for what another process has added and written. */
  addWritten(op: Op): void;
  /** Records that changed since the last `show`, each once. */
  changedRecords(): Iterable<EntityRecord>;
  /** What was added is on the device. Gives the pages that changed. */
  show(): ReadonlySet<string>;
  /** What was added is not on the device: back to what is. */
  reload(): void;
  /** Writes what the next start needs of pages that have grown large, where what there is has fallen behind. */
  shelve(incidentsMin: number): Promise<void>;
}

/** `refresh`: what is read afterwards is what the last commit left. */
export function createLedgerState(tables: Tables, path: string, refresh: () => void): LedgerState {
  const states = new Map<string, Held>();
  const shown = new Map<string, PageView>();
  const changed = new Map<string, EntityRecord>();
  const changedPages = new Set<string>();
  let end: LogEnd = { position: 0, stamp: "" };
  let shownPosition = 0;

  const showPage = (page: string): void => {
    const view = working(page);
    if (view === null) shown.delete(page);
    else shown.set(page, view);
  };
  const working = (page: string): PageView | null => {
    const state = states.get(page);
    return state === undefined ? null : viewOf(state);
  };
  const reload = (): void => {
    for (const kept of [states, shown, changed, changedPages]) kept.clear();
    end = readEnd(tables, path);
    shownPosition = end.position;
    for (const page of recordedPages(tables)) states.set(page, openedState(tables, path, page, end));
    for (const page of states.keys()) showPage(page);
  };
  reload();
  return {
    shown,
    shownPosition: () => shownPosition,
    working,
    holderOf(hosts, page) {
      for (const other of states.keys()) {
        if (other === page) continue;
        const host = working(other)?.page.hosts.find((held) => hosts.includes(held));
        if (host !== undefined) return { host, page: other };
      }
      return null;
    },
    rehearse(page, play) {
      const known = states.get(page);
      const state = known ?? freshState(tables, page);
      states.set(page, state);
      try {
        return rehearse(state, (apply) =>
          play((ops) => {
            apply(ops);
            return viewOf(state);
          }),
        );
      } finally {
        if (known === undefined) states.delete(page);
      }
    },
    knows: (page, kind, id) => states.get(page)?.records.has(recordKey(kind, id)) ?? false,
    end: () => end,
    add({ page, ops }) {
      if (ops.length === 0) return;
      const state = states.get(page) ?? freshState(tables, page);
      states.set(page, state);
      changedPages.add(page);
      let { position, stamp } = end;
      for (const op of ops) {
        const record = applyOp(state, op);
        changed.set(`${page}/${recordKey(record.kind, record.id)}`, record);
        position++;
        if (op.hlc > stamp) stamp = op.hlc;
      }
      end = { position, stamp };
    },
    addWritten(op) {
      const { page, kind, id, hlc: stamp } = op;
      const state = states.get(page);
      const record = (state ?? freshState(tables, page)).records.peek(recordKey(kind, id));
      assert(record !== undefined, `The op-log speaks of ${kind} ${id}, of which there is no record.`);
      if (state === undefined || !takeOver(state, record, op))
        states.set(page, openedState(tables, path, page, readEnd(tables, path)));
      changedPages.add(page);
      end = { position: end.position + 1, stamp };
    },
    changedRecords: () => changed.values(),
    show() {
      const pages = new Set(changedPages);
      refresh();
      for (const page of pages) {
        showPage(page);
        states.get(page)?.records.kept();
      }
      shownPosition = end.position;
      changed.clear();
      changedPages.clear();
      return pages;
    },
    reload,
    async shelve(incidentsMin) {
      for (const [page, state] of states) {
        const [view, position] = [shown.get(page), shownPosition];
        const { lies, shelvedAt } = state;
        if (view === undefined) forgetShelf(path, page);
        if (view === undefined || lies === undefined || view.incidentById.size < incidentsMin) continue;
        if (shelvedAt !== null && position - shelvedAt < limits.shelfOpsBehind) continue;
        state.shelvedAt = position;
        await writeShelf(tables, path, { view, lies, position });
      }
    },
  };
}

interface Held extends PageState {
  readonly records: StoredRecords;
  /** Of a page that was there at the start. */
  readonly lies?: Lies;
  /** Position of its shelf; null where there is none that holds. */
  shelvedAt: number | null;
}

function openedState(tables: Tables, path: string, page: string, end: LogEnd): Held {
  const shelf = readShelf(tables, path, page, end);
  const records = storedRecords(tables, page);
  const read = (kind: EntityKind) => readRecordsOf(tables, page, kind);
  const rows = (kind: EntityKind) => readRowsOf(tables, page, kind);
  const opened = openPageState(page, records, read, { rows, peek: records.peek, shelf });
  return { ...opened, records, shelvedAt: shelf?.position ?? null };
}

/** Of a page that has none. */
function freshState(tables: Tables, page: string): Held {
  const records = storedRecords(tables, page);
  return { ...emptyPageState(page, records), records, shelvedAt: null };
}
