// The records of a page as its working state reads them. In: the table, changes. Out: records: changed ones from memory, others from the table.
// What a page shows is in memory as its view; of its records, with a stamp for each field, there is three times as much, and a change reads a few.
import { type EntityRecord, type Records, recordKey } from "../model/fold.ts";
import { createRecordReader } from "./record-bytes.ts";
import type { Tables } from "./tables.ts";

export interface StoredRecords extends Records {
  /** As it is on the device, and not remembered. */
  peek(key: string): EntityRecord | undefined;
  /** What was set is on the device, and reads see it there. */
  kept(): void;
}

/** So many that were read or written last stay: an incident under way is told again and again. */
const recentMax = 2_000;

export function storedRecords({ records }: Pick<Tables, "records">, page: string): StoredRecords {
  /** Not on the device yet. */
  const fresh = new Map<string, EntityRecord>();
  const recent = new Map<string, EntityRecord>();
  const read = createRecordReader();
  const remember = (key: string, record: EntityRecord): void => {
    recent.delete(key);
    recent.set(key, record);
    const [oldest] = recent.size > recentMax ? recent.keys() : [];
    if (oldest !== undefined) recent.delete(oldest);
  };
  const placeOf = (key: string): string[] => {
    const cut = key.indexOf("/");
    return [page, key.slice(0, cut), key.slice(cut + 1)];
  };
  const range = { start: [page], end: [page, "\uffff"] };
  const peek = (key: string): EntityRecord | undefined => {
    const bytes = records.getBinary(placeOf(key));
    return bytes === undefined ? undefined : read(bytes);
  };
  const held = {
    get(key: string): EntityRecord | undefined {
      const known = fresh.get(key) ?? recent.get(key);
      if (known !== undefined) return known;
      const record = peek(key);
      if (record !== undefined) remember(key, record);
      return record;
    },
    *keys(): Generator<string> {
      yield* fresh.keys();
      for (const key of records.getKeys(range)) {
        const [, kind, id] = key as [string, EntityRecord["kind"], string];
        if (!fresh.has(recordKey(kind, id))) yield recordKey(kind, id);
      }
    },
  };
  return {
    ...held,
    peek,
    has: (key) => fresh.has(key) || recent.has(key) || records.doesExist(placeOf(key)),
    set: (key, record) => fresh.set(key, record),
    delete: (key) => fresh.delete(key),
    *values() {
      for (const key of held.keys()) {
        const record = held.get(key);
        if (record !== undefined) yield record;
      }
    },
    kept() {
      for (const [key, record] of fresh) remember(key, record);
      fresh.clear();
    },
  };
}
