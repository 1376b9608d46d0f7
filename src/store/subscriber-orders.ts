// The orders in which subscribers are listed. In: places as they come and go. Out: places by each order, kept while they change: to sort 100,000 for each
// question would take a tenth of a second.
import { sortInTurns } from "../base/sort-in-turns.ts";
import type { Entry, SortField } from "./subscriber-index.ts";

export interface SubscriberOrders {
  /** All at once; there are no others, and the ids of their entries rise with the places. */
  fill(places: Uint32Array, turn: () => Promise<void>): Promise<void>;
  /** An entry stands there already. */
  add(place: number): void;
  /** The entry still stands there. */
  remove(place: number): void;
  by(field: SortField): Uint32Array;
}

type Compare = (a: Entry, b: Entry) => number;

export const byId: Compare = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
/** Among equals the id decides. */
const orders: Readonly<Record<Exclude<SortField, "relevance">, Compare>> = {
  primary: (a, b) => (a.contact < b.contact ? -1 : a.contact > b.contact ? 1 : 0),
  created_at: (a, b) => a.createdMs - b.createdMs,
  // Those that never were come last.
  quarantined_at: (a, b) => (a.quarantinedMs ?? Number.MAX_VALUE) - (b.quarantinedMs ?? Number.MAX_VALUE),
};

export function createSubscriberOrders(at: (place: number) => Entry): SubscriberOrders {
  const sorted = Object.entries(orders).map(([field, compare]) => ({
    field,
    order: (a: number, b: number) => compare(at(a), at(b)) || byId(at(a), at(b)),
    // To look at two ids takes longer than all else, and of most subscribers none was ever quarantined.
    orderByPlace: (a: number, b: number) => compare(at(a), at(b)) || a - b,
    list: new Uint32Array(),
    length: 0,
  }));
  return {
    async fill(places, turn) {
      for (const one of sorted) {
        one.list = await sortInTurns(places, one.orderByPlace, turn);
        one.length = places.length;
      }
    },
    add(place) {
      for (const one of sorted) {
        if (one.length === one.list.length) one.list = grown(one.list);
        const to = placeOf(one.list, one.length, place, one.order);
        one.list.copyWithin(to + 1, to, one.length);
        one.list[to] = place;
        one.length++;
      }
    },
    remove(place) {
      for (const one of sorted) {
        const from = placeOf(one.list, one.length, place, one.order);
        one.list.copyWithin(from, from + 1, one.length);
        one.length--;
      }
    },
    by(field) {
      const one = sorted.find((it) => it.field === (field === "relevance" ? "primary" : field));
      return one?.list.subarray(0, one.length) ?? new Uint32Array();
    },
  };
}

function grown(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(Math.max(1_024, Math.ceil(list.length * 1.5)));
  next.set(list);
  return next;
}

/** Where the first stands that is not before `place`. */
function placeOf(
  list: Uint32Array,
  length: number,
  place: number,
  order: (a: number, b: number) => number,
): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(list[middle] as number, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
