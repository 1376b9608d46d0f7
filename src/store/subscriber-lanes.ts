// The subscribers of a page in the order of their ids, for who tells them. In: a store and its keys, opened to read. Out: rows some at a time, looked at
// without their keys; of those that are meant, the subscriber. Holds no index: a million rows are read where they lie.
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { Subscriber, SubscriberKind, SubscriberState } from "../model/subscriber.ts";
import { subscriberKinds, subscriberStates } from "../model/subscriber.ts";
import type { Store } from "./open.ts";
import { contactOf, lookUpPlace, place, subscriberOf } from "./subscriber-held.ts";
import { subscriberKeysFile } from "./subscriber-keys.ts";
import { lookUpOf, type OpenRow, unpackRow } from "./subscriber-rows.ts";
import { unpackValue } from "./values.ts";

/** A row by what is meant: without its contact. */
export type Peeked = Pick<OpenRow, "kind" | "state" | "components" | "incident">;

export interface SubscriberLanes {
  /** Ids behind `after`, at most so many rows, and where the next ones begin; null: there are none. `isMeant` sees each of `kinds` that is active. */
  next(
    page: string,
    after: string,
    rows: number,
    meant: (id: string, kind: SubscriberKind, row: () => Peeked) => void,
  ): string | null;
  /** As the row is now; null where there is none. */
  row(page: string, id: string): OpenRow | null;
  /** Unsealed; null where its key is gone. */
  open(page: string, row: OpenRow): Subscriber | null;
  /** The row of the same contact that is of the page, not of an incident. */
  pageRowOf(page: string, subscriber: Subscriber): OpenRow | null;
  /** The look-up key; null while there is no file of keys. */
  lookUpKey(): Uint8Array | null;
  /** Whether there is any subscriber at all. */
  any(): boolean;
  close(): void;
}

export function subscriberLanes(store: Store): SubscriberLanes {
  const { tables, folder } = store;
  const keys = keysToRead(folder);
  const row = (page: string, id: string): OpenRow | null => {
    const bytes = tables.meta.getBinary([place, page, id]);
    return bytes === undefined ? null : unpackRow(id, bytes);
  };
  return {
    next(page, after, rows, meant) {
      let [seen, last] = [0, after];
      const range = { start: [place, page, after], end: [place, page, "\uffff"], limit: rows + 1 };
      for (const { key, value } of tables.meta.getRange(range)) {
        const id = (key as [string, string, string])[2];
        // The range begins with the row that was seen last.
        if (id === after) continue;
        if (++seen > rows) break;
        last = id;
        const peeked = peekAt(value);
        if (peeked?.state === "active") meant(id, peeked.kind, () => unpackRow(id, value));
      }
      return seen === 0 ? null : last;
    },
    row,
    open(page, of) {
      const contact = contactOf(keys, page, of);
      return contact && subscriberOf(of, contact);
    },
    pageRowOf(page, { kind, contact }) {
      const lookUp = keys.lookUp();
      if (lookUp === null) return null;
      const name = lookUpOf(page, { kind, contact, incident: null }, lookUp);
      const id = tables.meta.getBinary([lookUpPlace, page, name]);
      return id === undefined ? null : row(page, unpackValue<string>(id));
    },
    lookUpKey: () => keys.lookUp(),
    any: () => hasSubscribers(store),
    close: () => keys.close(),
  };
}

/** Whether the store has any subscriber. */
export function hasSubscribers({ tables }: Pick<Store, "tables">): boolean {
  const [found] = tables.meta.getKeys({ start: [place, ""], end: [place, "\uffff"], limit: 1 });
  return found !== undefined;
}

/**
 * Kind and state, without decoding the row: a list of ten or more (MessagePack: 0x9a to 0x9f, or 0xdc and two bytes), then slot, kind, state as the smallest
 * integers that hold them. Null where it begins otherwise.
 */
function peekAt(
  bytes: Uint8Array,
): { readonly kind: SubscriberKind; readonly state: SubscriberState } | null {
  const first = bytes[0] ?? 0;
  let at = first >= 0x90 && first <= 0x9f ? 1 : first === 0xdc ? 3 : -1;
  if (at < 0) return null;
  at += integerBytes[bytes[at] ?? 0] ?? 1;
  const kind = subscriberKinds[bytes[at] ?? 0xff];
  const state = subscriberStates[bytes[at + 1] ?? 0xff];
  return kind === undefined || state === undefined ? null : { kind, state };
}

/** How long an unsigned integer is by its first byte; one byte where it is its own. */
const integerBytes: Readonly<Record<number, number>> = { 204: 2, 205: 3, 206: 5, 207: 9 };

const [headBytes, keyBytes, lookUpAt] = [64, 32, 32];

/** The keys as another process writes them: the file may not be there yet, and grows. */
function keysToRead(folder: string) {
  const path = subscriberKeysFile(folder);
  let file: number | null = null;
  const opened = (): number | null => {
    if (file === null && existsSync(path)) file = openSync(path, "r");
    return file;
  };
  const at = (from: number): Uint8Array | null => {
    const held = opened();
    const key = Buffer.alloc(keyBytes);
    const whole = held !== null && readSync(held, key, 0, keyBytes, from) === keyBytes;
    return whole && key.some((byte) => byte !== 0) ? key : null;
  };
  return {
    lookUp: () => at(lookUpAt),
    read: (slot: number) => at(headBytes + slot * keyBytes),
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}
