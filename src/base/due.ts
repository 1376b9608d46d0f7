// What is to be done at a time, the earliest first. In: items with their times. Out: those that are due. A binary heap: 100,000 wait here.

export interface Due<Item> {
  add(dueMs: number, item: Item): void;
  /** The earliest, where it is due. */
  take(nowMs: number): Item | null;
  /** When the next is due; null: there is none. */
  nextMs(): number | null;
  size(): number;
}

interface Entry<Item> {
  readonly dueMs: number;
  readonly item: Item;
}

export function createDue<Item>(): Due<Item> {
  const heap: Entry<Item>[] = [];
  const at = (place: number): number => heap[place]?.dueMs ?? Number.POSITIVE_INFINITY;
  const swap = (one: number, other: number): void => {
    [heap[one], heap[other]] = [heap[other] as Entry<Item>, heap[one] as Entry<Item>];
  };
  return {
    add(dueMs, item) {
      heap.push({ dueMs, item });
      for (let place = heap.length - 1; place > 0; ) {
        const above = (place - 1) >> 1;
        if (at(above) <= at(place)) return;
        swap(above, place);
        place = above;
      }
    },
    take(nowMs) {
      const [first] = heap;
      if (first === undefined || first.dueMs > nowMs) return null;
      const last = heap.pop() as Entry<Item>;
      if (heap.length > 0) heap[0] = last;
      for (let place = 0; ; ) {
        const left = 2 * place + 1;
        const least = at(left + 1) < at(left) ? left + 1 : left;
        if (at(least) >= at(place)) break;
        swap(least, place);
        place = least;
      }
      return first.item;
    },
    nextMs: () => heap[0]?.dueMs ?? null,
    size: () => heap.length,
  };
}
