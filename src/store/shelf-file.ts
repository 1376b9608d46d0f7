// Incidents of a page as a start needs them (`model/shelf.ts`), in a file beside the store. In: an opened page. Out: a file; what of it still holds.
// A file and no rows: nothing rests on it. Where it is missing, old, damaged or of another log, a start looks at the records themselves.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { writeFileWhole } from "../host/files.ts";
import {
  goneOf,
  type Lies,
  type Shelf,
  type ShelfRow,
  type Since,
  shelfFormat,
  shelfRows,
  straysOf,
} from "../model/shelf.ts";
import type { PageView } from "../model/view.ts";
import { type Entry, type LogEnd, readEntriesAfter } from "./op-log.ts";
import type { Tables } from "./tables.ts";

interface Head extends Omit<Shelf, "rows"> {
  readonly format: number;
  readonly page: string;
  /** Where the log stood, and the stamp of the op there: a log that a backup brought back has another one. */
  readonly position: number;
  readonly hlc: string;
}

/** Rows of a line; some 2 ms to make. */
const rowsOfALine = 200;

/** `store`: the store's file. */
export function shelfFile(store: string, page: string): string {
  const name = createHash("sha256").update(page).digest("hex").slice(0, 32);
  return join(dirname(store), "shelves", `${name}.json`);
}

export interface Shelved {
  readonly was: Shelf;
  readonly since: Since;
  readonly position: number;
}

/** What lies in the file with what changed since; null where it does not hold. */
export function readShelf(tables: Tables, store: string, page: string, end: LogEnd): Shelved | null {
  const path = shelfFile(store, page);
  if (!existsSync(path)) return null;
  try {
    return shelfIn(tables, path, page, end);
  } catch (thrown) {
    // Cut off, or not ours.
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

function shelfIn(tables: Tables, path: string, page: string, end: LogEnd): Shelved | null {
  const [first = "", ...lines] = readFileSync(path, "utf8").split("\n");
  const head = JSON.parse(first) as Head;
  const { position } = head;
  if (head.format !== shelfFormat || head.page !== page || position > end.position) return null;
  if (end.position - position > limits.shelfOpsMax) return null;
  const [last, ...entries] = readEntriesAfter(tables, () => undefined, position - 1);
  if (last?.op.hlc !== head.hlc || entries.length !== end.position - position) return null;
  const rows = lines.flatMap((line) => JSON.parse(line) as ShelfRow[]);
  return { was: { ...head, rows }, since: sinceOf(page, entries), position };
}

function sinceOf(page: string, entries: readonly Entry[]): Since {
  const ops = entries.map(({ op }) => op).filter((op) => op.page === page);
  const idsOf = (kind: "incident" | "update"): ReadonlySet<string> =>
    new Set(ops.filter((op) => op.kind === kind).map(({ id }) => id));
  return { incidents: idsOf("incident"), updates: idsOf("update") };
}

/** Of a page that is there no longer. */
export const forgetShelf = (store: string, page: string): void =>
  rmSync(shelfFile(store, page), { force: true });

export interface ToShelve {
  readonly view: PageView;
  readonly lies: Lies;
  readonly position: number;
}

/** Writes a page as it stood at `position`, in turns of the event loop. `lies` must not run ahead of the view when this is called. */
export async function writeShelf(
  tables: Tables,
  store: string,
  { view, lies, position }: ToShelve,
): Promise<void> {
  const [last] = readEntriesAfter(tables, () => undefined, position - 1);
  if (last?.position !== position) return;
  const { version } = view;
  const page = view.page.id;
  const head: Head = {
    ...{ format: shelfFormat, page, position, hlc: last.op.hlc, version },
    ...{ gone: goneOf(view), strays: straysOf(view, lies) },
  };
  const path = shelfFile(store, page);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileWhole(path, linesOf(head, shelfRows(view, lies)));
}

async function* linesOf(head: Head, rows: Iterable<ShelfRow>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(head));
  let line: ShelfRow[] = [];
  const said = (): Uint8Array => Buffer.from(`\n${JSON.stringify(line)}`);
  for (const row of rows) {
    line.push(row);
    if (line.length < rowsOfALine) continue;
    yield said();
    line = [];
    await nextTurn();
  }
  if (line.length > 0) yield said();
}
