// What is to be said to one subscriber about the subscription itself. In: asks, each in the transaction of the change that causes it. Out: they, by number,
// to whoever follows them (the notifier); they go when it has taken them. They name nobody: a page, an id.
import type { OwnOccasion } from "../model/occasion.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

export interface NewAsk {
  readonly page: string;
  readonly subscriber: string;
  readonly kind: OwnOccasion["kind"];
}

export interface Ask extends NewAsk {
  /** Rises with each. It is never used again, also not in a store that came back from a backup: it is at least the time (ms) of its making. */
  readonly seq: number;
  /** What a link to confirm is given out with. */
  readonly atMs: number;
}

export interface Asks {
  /** The rows of asks, for the transaction of what causes them; that is to be asked for before the next ones are. */
  rows(asks: readonly NewAsk[]): readonly Change[];
  /** Forgets those up to `seq`, so many at most as a transaction takes; says whether that was all. */
  forget(seq: number): Promise<boolean>;
  /** The rows of forgetting what is to be said to these, for the transaction that erases them. */
  forgetting(page: string, subscribers: ReadonlySet<string>): readonly Change[];
}

/** [ask, seq] -> page, subscriber, kind, ms */
type Row = readonly [page: string, subscriber: string, kind: NewAsk["kind"], atMs: number];

const place = "ask";
/** Under it stands the greatest number that was given. */
const last = 0;
const perTxn = 1_000;

const known = new WeakMap<Store, Asks>();

/** The asks of a store, for its writer. One object a store, since it numbers them. */
export function asksOf(store: Store): Asks {
  const asks = known.get(store) ?? createAsks(store);
  known.set(store, asks);
  return asks;
}

function createAsks({ tables, commit, clock, refresh }: Store): Asks {
  let greatest: number | null = null;
  const held = (): number => {
    refresh();
    const bytes = tables.meta.getBinary([place, last]);
    return bytes === undefined ? 0 : unpackValue<number>(bytes);
  };
  return {
    rows(asks) {
      if (asks.length === 0) return [];
      const atMs = clock.wallMs();
      let seq = Math.max((greatest ?? held()) + 1, atMs);
      const rows = asks.map(({ page, subscriber, kind }) => {
        const row: Row = [page, subscriber, kind, atMs];
        return { table: tables.meta, key: [place, seq++], value: packValue(row) };
      });
      greatest = seq - 1;
      return [...rows, { table: tables.meta, key: [place, last], value: packValue(greatest) }];
    },
    async forget(seq) {
      refresh();
      const range = { start: [place, last + 1], end: [place, seq + 1], limit: perTxn };
      const gone = Array.from(tables.meta.getKeys(range));
      await commit(gone.map((key) => ({ table: tables.meta, key, value: null })));
      return gone.length < perTxn;
    },
    forgetting(page, subscribers) {
      refresh();
      const range = { start: [place, last + 1], end: [place, Number.MAX_SAFE_INTEGER] };
      return Array.from(tables.meta.getRange(range)).flatMap(({ key, value }) => {
        const [of, subscriber] = unpackValue<Row>(value);
        return of === page && subscribers.has(subscriber) ? [{ table: tables.meta, key, value: null }] : [];
      });
    },
  };
}

/** Those after `seq`, oldest first: for whoever follows, in any process. */
export function asksAfter({ tables, refresh }: Store, seq: number, limit: number): readonly Ask[] {
  refresh();
  const range = { start: [place, Math.max(seq, last) + 1], end: [place, Number.MAX_SAFE_INTEGER], limit };
  return Array.from(tables.meta.getRange(range), ({ key, value }) => {
    const [page, subscriber, kind, atMs] = unpackValue<Row>(value);
    return { seq: (key as [string, number])[1], page, subscriber, kind, atMs };
  });
}
