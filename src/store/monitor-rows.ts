// What the monitor must not forget: the levels of checks, what it did for what is not well, alerts that stand. In: rows by page, kind and id. Out: the same,
// and changes for the transaction of the commands that go with them. They lie in `meta`, as pops.ts says why: with the op-log, so that an incident and
// the row that says whose it is are kept together or not at all.
import { auditOf } from "./audit.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

export type MonitorRowKind = "level" | "subject" | "alert";

export interface MonitorDeed {
  readonly page: string;
  readonly deed: "open" | "change" | "close" | "leave";
  readonly subject: { readonly kind: "component" | "check"; readonly id: string; readonly name: string };
  /** In words. */
  readonly why: string;
}

export interface MonitorRows {
  list<Row>(page: string, kind: MonitorRowKind): readonly (readonly [id: string, row: Row])[];
  /** Null takes it away. */
  change(page: string, kind: MonitorRowKind, id: string, row: object | null): Change;
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
    keep: (changes) => store.commit(changes),
  };
}
