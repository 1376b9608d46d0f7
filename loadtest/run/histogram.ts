// Percentiles of the POPs' own histogram. In: cumulative counts by upper bound (s) at two moments. Out: ms. Pure.

export type Buckets = ReadonlyMap<number, number>;

/** What came between two moments. A POP that was started again counts from nothing: then all that it has now came since. */
export function between(before: Buckets, after: Buckets): Buckets {
  const total = (buckets: Buckets): number => Math.max(0, ...buckets.values());
  if (total(after) < total(before)) return after;
  return new Map([...after].map(([bound, count]) => [bound, Math.max(0, count - (before.get(bound) ?? 0))]));
}

/** By a straight line within the bucket, as Prometheus does; null where nothing came. The last bucket has no upper bound: its lower one is told. */
export function percentileMs(buckets: Buckets, share: number): number | null {
  const sorted = [...buckets].toSorted(([left], [right]) => left - right);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  let lower = 0;
  let below = 0;
  for (const [bound, count] of sorted) {
    if (count >= rank && count > below) {
      if (bound === Number.POSITIVE_INFINITY) return lower * 1_000;
      return (lower + ((bound - lower) * (rank - below)) / (count - below)) * 1_000;
    }
    lower = bound;
    below = count;
  }
  return lower * 1_000;
}
