// How often mail to a subscriber came back for good, in a row. In: a page, an id. Out: a count, and when it last grew; it is forgotten with its end.
import type { Store } from "./open.ts";
import { packValue, unpackValue } from "./values.ts";

export interface BounceCount {
  readonly count: number;
  readonly lastMs: number;
}

export interface BounceCounts {
  get(page: string, id: string): BounceCount | null;
  /** On the device when it resolves; null forgets it. Throws Fault `disk-full`. */
  put(page: string, id: string, held: BounceCount | null): Promise<void>;
}

/** ["bounce", page, id] -> count, ms */
type Row = readonly [count: number, lastMs: number];

export function createBounceCounts({ tables, commit, refresh }: Store): BounceCounts {
  const keyOf = (page: string, id: string) => ["bounce", page, id];
  return {
    get(page, id) {
      refresh();
      const bytes = tables.meta.getBinary(keyOf(page, id));
      if (bytes === undefined) return null;
      const [count, lastMs] = unpackValue<Row>(bytes);
      return { count, lastMs };
    },
    async put(page, id, held) {
      const value = held === null ? null : packValue([held.count, held.lastMs] satisfies Row);
      await commit([{ table: tables.meta, key: keyOf(page, id), value }]);
    },
  };
}
