// How long messages took, in a few hundred numbers. In: milliseconds. Out: counts by bucket, and the time below which a share of them lies.
// Each bucket is 4 % wider than the one before: what is read from it is within 2 % of what was measured.

const firstMs = 10;
const growth = 1.04;

/** Counts by bucket: 0 up to 10 ms, then 4 % more each. */
export type Times = Map<number, number>;

const bucketOf = (ms: number): number =>
  ms <= firstMs ? 0 : 1 + Math.floor(Math.log(ms / firstMs) / Math.log(growth));

/** The middle of a bucket (ms). */
const msOf = (bucket: number): number => (bucket === 0 ? firstMs : firstMs * growth ** (bucket - 0.5));

export function addTime(times: Times, ms: number): void {
  const bucket = bucketOf(Math.max(0, ms));
  times.set(bucket, (times.get(bucket) ?? 0) + 1);
}

export function timesFrom(list: readonly number[]): Times {
  const times: Times = new Map();
  for (let at = 0; at + 1 < list.length; at += 2) times.set(list[at] as number, list[at + 1] as number);
  return times;
}

export const listOf = (times: Times): readonly number[] => [...times].flat();

/** The time (ms) that `share` (0 to 1) of them did not exceed; null of none. */
export function timeBelow(lists: readonly (readonly number[])[], share: number): number | null {
  const all: Times = new Map();
  for (const list of lists)
    for (const [bucket, count] of timesFrom(list)) all.set(bucket, (all.get(bucket) ?? 0) + count);
  const total = [...all.values()].reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of [...all].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= share * total) return msOf(bucket);
  }
  return null;
}
