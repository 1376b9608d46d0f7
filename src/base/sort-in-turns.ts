// Sorts much without holding the thread. In: numbers, an order, where to breathe. Out: a sorted copy; no turn takes more than some milliseconds.

/** Sorted at once. */
const runLength = 4_096;
/** Merged at once. */
const mergedAtOnce = 16_384;

export async function sortInTurns(
  items: Uint32Array,
  order: (a: number, b: number) => number,
  turn: () => Promise<void>,
): Promise<Uint32Array<ArrayBuffer>> {
  let from = new Uint32Array(items);
  let to = new Uint32Array(items.length);
  for (let at = 0; at < from.length; at += runLength) {
    from.subarray(at, at + runLength).sort(order);
    await turn();
  }
  for (let length = runLength; length < from.length; length *= 2) {
    for (let at = 0; at < from.length; at += 2 * length)
      await merge(from, to, [at, at + length, at + 2 * length], order, turn);
    [from, to] = [to, from];
  }
  return from;
}

/** Two neighbours, each in order, into their place of `to`. */
async function merge(
  from: Uint32Array,
  to: Uint32Array,
  [first, second, end]: readonly [number, number, number],
  order: (a: number, b: number) => number,
  turn: () => Promise<void>,
): Promise<void> {
  const [middle, last] = [Math.min(second, from.length), Math.min(end, from.length)];
  if (middle === last || order(from[middle - 1] as number, from[middle] as number) <= 0) {
    to.set(from.subarray(first, last), first);
    return;
  }
  let [left, right] = [first, middle];
  for (let at = first; at < last; at++) {
    const takesLeft =
      right === last || (left < middle && order(from[left] as number, from[right] as number) <= 0);
    to[at] = from[takesLeft ? left++ : right++] as number;
    if ((at - first) % mergedAtOnce === mergedAtOnce - 1) await turn();
  }
}
