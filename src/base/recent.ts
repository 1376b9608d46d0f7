// What was used lately, bounded by cost. In: keys, values, the cost of each. Out: the value, or nothing.
// Two halves that swap: a hit costs one look-up and no reordering, and an eviction drops the colder half at once.

export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** Cost of everything held. */
  cost(): number;
}

/** Holds values of at most `costMax` together. A value dearer than half of that is not held. `onDrop` is told that the colder half was let go. */
export function createRecent<Value>(
  costMax: number,
  costOf: (value: Value) => number,
  onDrop: () => void = () => undefined,
): Recent<Value> {
  const halfMax = costMax / 2;
  let warm = new Map<string, Value>();
  let cold = new Map<string, Value>();
  let warmCost = 0;
  let coldCost = 0;
  const add = (key: string, value: Value, cost: number): void => {
    if (warmCost + cost > halfMax) {
      const dropped = coldCost;
      cold = warm;
      coldCost = warmCost;
      warm = new Map();
      warmCost = 0;
      if (dropped > 0) onDrop();
    }
    warm.set(key, value);
    warmCost += cost;
  };
  const remove = (key: string): void => {
    const inWarm = warm.get(key);
    if (inWarm !== undefined && warm.delete(key)) warmCost -= costOf(inWarm);
    const inCold = cold.get(key);
    if (inCold !== undefined && cold.delete(key)) coldCost -= costOf(inCold);
  };
  return {
    get(key) {
      const hit = warm.get(key);
      if (hit !== undefined) return hit;
      const cooled = cold.get(key);
      if (cooled === undefined) return undefined;
      const cost = costOf(cooled);
      cold.delete(key);
      coldCost -= cost;
      add(key, cooled, cost);
      return cooled;
    },
    set(key, value) {
      remove(key);
      const cost = costOf(value);
      if (cost <= halfMax) add(key, value, cost);
    },
    delete: remove,
    cost: () => warmCost + coldCost,
  };
}
