// The audit of what is no op: who signed in or failed to, who changed people, keys, subscribers, rows that no page shows. In: entries, each in the transaction of what it tells.
// Out: entries, newest first. Changes of pages stand in the op-log. Entries are added and never changed; the oldest go when there are too many.
import { limits } from "../base/limits.ts";
import type { Grants } from "../model/roles.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import type { RowKind } from "./page-rows.ts";
import { packValue, unpackValue } from "./values.ts";

export type AuditWhat =
  | "sign-in.ok"
  | "sign-in.failed"
  | "sign-in.delayed" // too many failures: the next ones are not looked at for a while
  | "sign-out"
  | "session.revoke"
  | "user.create"
  | "user.update"
  | "user.disable"
  | "user.enable"
  | "user.delete"
  | "user.password"
  | "user.second-factor"
  | "user.recovery-codes"
  | "user.recovery-code" // one was used in place of the second factor
  | "user.sign-on" // joined with an account of another service
  | "link.make" // an invitation, or a link to set a new password
  | "link.revoke"
  | "key.make"
  | "key.revoke"
  | `${RowKind}.${"create" | "update" | "delete"}`
  | `subscriber.${"add" | "update" | "ask" | "erase"}`
  | `suppression.${"add" | "remove"}`
  | "subscribers.export"
  | "subscribers.import"
  | "deliveries.replay" // dead letters are sent again
  | "webhook.secret" // another one signs from now on
  | "metric.forget" // its points
  | "page.rollback"
  | "page.release"
  | "pop.mark"
  | "alert-source.address" // another one, by which it sends
  | `monitor.${"open" | "change" | "close" | "leave"}`; // what was done for a component or a check, and why

/** What is told of a thing before and after. No secrets, and no hashes of them. */
export type AuditFields = Readonly<
  Record<string, string | number | boolean | null | Grants | readonly string[]>
>;

export interface AuditEntry {
  /** Rises by one each; newer entries have greater ones. */
  readonly id: number;
  /** ms since the epoch. */
  readonly at: number;
  /** `user:<id>`, `token:<name>`, `command line`, or `nobody` where nobody is signed in. */
  readonly actor: string;
  readonly what: AuditWhat;
  /** Whom or what it befell. Of several subscribers the name says how many, and the id is empty. */
  readonly subject: {
    readonly kind:
      | "user"
      | "key"
      | "link"
      | "page"
      | "subscriber"
      | "metric"
      | "pop"
      | "suppression"
      | "component"
      | "check"
      | RowKind;
    readonly id: string;
    readonly name: string;
  };
  /** The pages on which it counts, `"*"` for all: only who administers one of them may read it. */
  readonly pages: readonly string[];
  /** Where the request came from; null for commands of this machine. */
  readonly address: string | null;
  readonly before: AuditFields | null;
  readonly after: AuditFields | null;
}

export type AuditAsked = Omit<AuditEntry, "id" | "at">;

export interface Audit {
  /** The rows of an entry, for the transaction of what it tells. */
  entry(asked: AuditAsked): readonly Change[];
  /** Writes an entry of what changed nothing else. */
  record(asked: AuditAsked): Promise<void>;
  /** Newest first. Read in one turn of the event loop. */
  newestFirst(): Iterable<AuditEntry>;
  /** The next so many after this number, oldest first. */
  after(id: number, count: number): readonly AuditEntry[];
}

const known = new WeakMap<Store, Audit>();

/** The audit of a store. One object a store, since it numbers the entries. */
export function auditOf(store: Store): Audit {
  const audit = known.get(store) ?? createAudit(store);
  known.set(store, audit);
  return audit;
}

/** Rows lie in `meta`, as those of pops.ts do. Failed sign-ins have keys of their own, since they have a bound of their own. */
type Shelf = "audit" | "audit-failed";
const shelves: readonly Shelf[] = ["audit", "audit-failed"];
const shelfMax: Readonly<Record<Shelf, number>> = {
  audit: limits.auditEntriesMax,
  "audit-failed": limits.auditFailedMax,
};

function createAudit(store: Store): Audit {
  const { tables, commit, clock, refresh } = store;
  /** Numbers of what is on a shelf, the oldest first; read at the first entry. */
  let held: Record<Shelf, number[]> | null = null;
  let next = 1;
  const entry = (asked: AuditAsked): readonly Change[] => {
    if (held === null) {
      refresh();
      held = { audit: numbersOn(store, "audit"), "audit-failed": numbersOn(store, "audit-failed") };
      next = Math.max(0, ...shelves.map((shelf) => held?.[shelf].at(-1) ?? 0)) + 1;
    }
    const shelf: Shelf = asked.what === "sign-in.failed" ? "audit-failed" : "audit";
    const id = next++;
    const row: AuditEntry = { id, at: clock.wallMs(), ...asked };
    held[shelf].push(id);
    const old = held[shelf].splice(0, Math.max(0, held[shelf].length - shelfMax[shelf]));
    return [
      { table: tables.meta, key: [shelf, id], value: packValue(row) },
      ...old.map((number) => ({ table: tables.meta, key: [shelf, number], value: null })),
    ];
  };
  return {
    entry,
    record: (asked) => commit(entry(asked)),
    after(id, count) {
      refresh();
      const found = shelves.flatMap((shelf) =>
        Array.from(
          tables.meta.getRange({
            start: [shelf, id + 1],
            end: [shelf, Number.MAX_SAFE_INTEGER],
            limit: count,
          }),
          ({ value }) => unpackValue<AuditEntry>(value),
        ),
      );
      return found.sort((a, b) => a.id - b.id).slice(0, count);
    },
    *newestFirst() {
      refresh();
      const some = rowsOn(store, "audit");
      const others = rowsOn(store, "audit-failed");
      let one = some.next();
      let other = others.next();
      while (!one.done || !other.done) {
        if (other.done || (!one.done && one.value.id > other.value.id)) {
          yield one.value as AuditEntry;
          one = some.next();
        } else {
          yield other.value;
          other = others.next();
        }
      }
    },
  };
}

function* rowsOn({ tables }: Store, shelf: Shelf): Generator<AuditEntry, undefined> {
  const range = { start: [shelf, Number.MAX_SAFE_INTEGER], end: [shelf], reverse: true };
  for (const { value } of tables.meta.getRange(range)) yield unpackValue<AuditEntry>(value);
}

function numbersOn({ tables }: Store, shelf: Shelf): number[] {
  const range = { start: [shelf], end: [shelf, Number.MAX_SAFE_INTEGER] };
  return Array.from(tables.meta.getKeys(range), (key) => (key as [string, number])[1]);
}

/** The entry as who administers these pages may read it: nothing of other pages. Null where it is none of theirs. */
export function seenBy(entry: AuditEntry, administers: (page: string) => boolean): AuditEntry | null {
  if (administers("*")) return entry;
  const pages = entry.pages.filter((page) => page === "*" || administers(page));
  if (pages.every((page) => page === "*")) return null;
  const own = (fields: AuditFields | null): AuditFields | null =>
    fields &&
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        Array.isArray(value)
          ? (value as Grants).filter(([page]) => page === "*" || administers(page))
          : value,
      ]),
    );
  return { ...entry, pages, before: own(entry.before), after: own(entry.after) };
}

/** The pages that grants are of. */
export function pagesOf(...grants: readonly Grants[]): readonly string[] {
  return [...new Set(grants.flat().map(([page]) => page))];
}
