// What the monitor must not forget: the levels of checks, what it did for what is not well, alerts that stand. In: rows by page, kind and id. Out: the same,
// and changes for the transaction of the commands that go with them. They lie in `meta`, as pops.ts says why: with the op-log, so that an incident and
// the row that says whose it is are kept together or not at all.
import { auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import type { By } from "./tokens.ts";
import { packValue, unpackValue } from "./values.ts";

/** `secret`: sha256 of the secret part of a source's address. */
export type MonitorRowKind = "level" | "subject" | "alert" | "secret";

export interface MonitorDeed {
  readonly page: string;
  readonly deed: "open" | "change" | "close" | "leave";
  readonly subject: { readonly kind: "component" | "check"; readonly id: string; readonly name: string };
  /** In words. */
  readonly why: string;
}

export interface MonitorRows {
  list<Row>(page: string, kind: MonitorRowKind): readonly (readonly [id: string, row: Row])[];
  get<Row>(page: string, kind: MonitorRowKind, id: string): Row | null;
  /** Null takes it away. */
  change(page: string, kind: MonitorRowKind, id: string, row: object | null): Change;
  /** The entry in the audit of a new secret. */
  renewed(page: string, source: { readonly id: string; readonly name: string }, by: By): readonly Change[];
  /** The entry in the audit. */
  told(deed: MonitorDeed): readonly Change[];
  /** All or none, flushed. Throws Fault `disk-full`. */
  keep(changes: readonly Change[]): Promise<void>;
}

export function createMonitorRows(store: Store): MonitorRows {
  const { tables, refresh } = store;
  return {
    list<Row>(page: string, kind: MonitorRowKind) {
      refresh();
      const range = { start: ["monitor", page, kind], end: ["monitor", page, kind, "\uffff"] };
      return Array.from(tables.meta.getRange(range), ({ key, value }) => {
        const [, , , id] = key as [string, string, string, string];
        return [id, unpackValue<Row>(value)] as const;
      });
    },
    get<Row>(page: string, kind: MonitorRowKind, id: string) {
      refresh();
      const held = tables.meta.getBinary(["monitor", page, kind, id]);
      return held === undefined ? null : unpackValue<Row>(held);
    },
    change: (page, kind, id, row) => ({
      table: tables.meta,
      key: ["monitor", page, kind, id],
      value: row === null ? null : packValue(row),
    }),
    told: ({ page, deed, subject, why }) =>
      auditOf(store).entry({
        ...{ actor: "monitor", address: null, what: `monitor.${deed}`, subject, pages: [page] },
        ...{ before: null, after: { why } },
      }),
    renewed: (page, { id, name }, by) =>
      auditOf(store).entry({
        ...{
          ...by,
          what: "alert-source.address",
          subject: { kind: "alert-source", id, name },
          pages: [page],
        },
        ...{ before: null, after: null },
      }),
    keep: (changes) => store.commit(changes),
  };
}
