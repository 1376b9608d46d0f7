// What the management API keeps for a page and no page shows: access users and groups, providers of metrics, settings of an embed.
// In: rows by page, kind and id. Out: the same. They are no ops: nothing is published for them. They lie in `meta`, as pops.ts says why.
import { newId } from "../base/ids.ts";
import { limits } from "../base/limits.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { type AuditFields, auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import type { By } from "./tokens.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

export type RowKind =
  | "access-user"
  | "access-group"
  | "metrics-provider"
  | "embed"
  | "page-settings"
  | "alert-source";

export interface HeldRow {
  readonly kind: RowKind;
  readonly id: string;
  readonly row: object;
}

/** One put, or a removal where `row` is null. */
export interface RowChange {
  readonly kind: RowKind;
  readonly id: string;
  readonly row: object | null;
}

export interface PageRows {
  /** By id, which is the order in which they are written down, not the order of their making. */
  list<Row>(page: string, kind: RowKind): readonly Row[];
  get<Row>(page: string, kind: RowKind, id: string): Row | null;
  /** Of all kinds, by kind and id. */
  all(page: string): readonly HeldRow[];
  /** A name for a new row. */
  newId(): string;
  /**
   * Asks `decide` for changes when all writes before it are on the device, and keeps them in one transaction with their entries in the audit; `keep` may add its own
   * to that transaction. Refused where a kind would have more than `pageRowsMax` rows; throws Fault `disk-full`.
   */
  write(
    page: string,
    decide: () => readonly RowChange[],
    by: By,
    keep?: (changes: readonly Change[]) => Promise<void>,
  ): Promise<Result<void, "too-many">>;
}

export function createPageRows(store: Store, random: Random = systemRandom): PageRows {
  const { tables, commit, refresh } = store;
  const turns = createTurns();
  const audit = auditOf(store);
  const under = (page: string, kind: RowKind) => ({
    start: ["page-row", page, kind],
    end: ["page-row", page, kind, "\uffff"],
  });
  const toChange = (page: string, { kind, id, row }: RowChange): Change => ({
    table: tables.meta,
    key: ["page-row", page, kind, id],
    value: row === null ? null : packValue(row),
  });
  function get<Row>(page: string, kind: RowKind, id: string): Row | null {
    refresh();
    const held = tables.meta.getBinary(["page-row", page, kind, id]);
    return held === undefined ? null : unpackValue<Row>(held);
  }
  const told = (page: string, { kind, id, row }: RowChange, by: By): readonly Change[] => {
    const before = get<object>(page, kind, id);
    if (before === null && row === null) return [];
    const deed = before === null ? "create" : row === null ? "delete" : "update";
    return audit.entry({
      ...by,
      what: `${kind}.${deed}`,
      subject: { kind, id, name: nameIn(row ?? before) },
      pages: [page],
      before: before && toldOf(before),
      after: row && toldOf(row),
    });
  };
  return {
    list(page, kind) {
      refresh();
      return Array.from(tables.meta.getRange(under(page, kind)), ({ value }) => unpackValue(value));
    },
    get,
    all(page) {
      refresh();
      const range = { start: ["page-row", page], end: ["page-row", page, "\uffff"] };
      return Array.from(tables.meta.getRange(range), ({ key, value }) => {
        const [, , kind, id] = key as [string, string, RowKind, string];
        return { kind, id, row: unpackValue<object>(value) };
      });
    },
    newId: () => newId(random),
    write: (page, decide, by, keep = commit) =>
      turns(async () => {
        const changes = decide();
        for (const [kind, own] of Map.groupBy(changes, (change) => change.kind)) {
          const made = own.filter(({ row }) => row !== null).length;
          if (made > 0 && tables.meta.getKeysCount(under(page, kind)) + made > limits.pageRowsMax)
            return refuse("too-many");
        }
        await keep(changes.flatMap((change) => [toChange(page, change), ...told(page, change, by)]));
        return ok(undefined);
      }),
  };
}

/** What is told of a row: not the times, which each change renews, and nothing by which a person is reached. */
const untold: ReadonlySet<string> = new Set(["createdAt", "updatedAt", "email", "externalLogin"]);

function toldOf(row: object): AuditFields {
  const fields = Object.entries(row as Readonly<Record<string, unknown>>).filter(
    ([name]) => !untold.has(name),
  );
  return Object.fromEntries(
    fields.map(([name, value]) => [name, isPlain(value) ? value : JSON.stringify(value)]),
  );
}

const isPlain = (value: unknown): value is string | number | boolean | null | readonly string[] =>
  value === null ||
  ["string", "number", "boolean"].includes(typeof value) ||
  (Array.isArray(value) && value.every((one) => typeof one === "string"));

function nameIn(row: object | null): string {
  const { name } = (row ?? {}) as { readonly name?: unknown };
  return typeof name === "string" ? name : "";
}
