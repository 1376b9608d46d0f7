// Laws of the roll-up, and what a point must be. Columns are of their data: they end with the last point.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import {
  columnsOf,
  joined,
  type Rollup,
  refusalOf,
  rollupOf,
  spans,
  stretchOf,
} from "../../src/model/series.ts";
import { check } from "../support/property.ts";

// Whole numbers add up exactly in any order.
const value = fc.integer({ min: -1_000_000, max: 1_000_000 });
const values = fc.array(value, { minLength: 1, maxLength: 30 });
const roll = (some: readonly number[]): Rollup => rollupOf(some) as Rollup;

describe("model/series", () => {
  check("two stretches as one: whichever comes first", [values, values], (a, b) => {
    expect(joined(roll(a), roll(b))).toEqual(joined(roll(b), roll(a)));
  });

  check("three stretches as one: however they are taken together", [values, values, values], (a, b, c) => {
    expect(joined(joined(roll(a), roll(b)), roll(c))).toEqual(joined(roll(a), joined(roll(b), roll(c))));
  });

  check("however values are split, they come to the same", [values, fc.nat(30)], (all, at) => {
    const [a, b] = [all.slice(0, at), all.slice(at)];
    expect(
      [a, b].reduce<Rollup | null>((sum, part) => (part.length === 0 ? sum : joined(sum, roll(part))), null),
    ).toEqual(roll(all));
    expect(roll(all)).toEqual({
      count: all.length,
      sum: all.reduce((sum, one) => sum + one, 0),
      min: Math.min(...all),
      max: Math.max(...all),
    });
  });

  const hourMs = 3_600_000;
  const moment = fc.integer({ min: 0, max: 40 * 24 * hourMs });
  check(
    "every bucket of the span is in one column, every other in none",
    [fc.array(moment, { minLength: 1 })],
    (moments) => {
      const starts = [...new Set(moments.map((at) => stretchOf(at, limits.seriesBucketMs)))];
      const last = Math.max(...starts);
      for (const span of Object.values(spans)) {
        const { from, stepMs, columns } = columnsOf(
          starts.map((at) => ({ at, ...roll([1]) })),
          last,
          span,
        );
        const counted = columns.reduce((sum, column) => sum + (column?.count ?? 0), 0);
        expect(counted).toBe(starts.filter((at) => at >= from).length);
        expect(columns.length).toBe(span.count);
        expect(columns.at(-1)).not.toBeNull();
        expect(from + columns.length * stepMs).toBeGreaterThan(last);
      }
    },
  );

  test("the limits fit each other: a late point finds the rows of its hour, and a month its hours", () => {
    expect(limits.seriesBucketKeepMs).toBeGreaterThanOrEqual(limits.seriesLateMsMax + hourMs);
    expect(limits.seriesBucketMs % limits.seriesStepMs).toBe(0);
    for (const { stepMs, count } of Object.values(spans)) {
      expect(stepMs % limits.seriesBucketMs).toBe(0);
      expect(stepMs * count).toBeLessThanOrEqual(limits.seriesHourKeepMs);
    }
  });

  const nowMs = Date.UTC(2026, 0, 5, 12);
  test.each([
    ["now", nowMs, 1, null],
    ["a little ahead of our clock", nowMs + limits.seriesAheadMsMax, 1, null],
    ["in milliseconds, as if they were seconds", nowMs * 1_000, 1, "is in the future"],
    ["a year ago", nowMs - 365 * 24 * hourMs, 1, "is more than 7 days ago"],
    ["of a value that is too great", nowMs, 2e15, "is beyond"],
    ["of no value", nowMs, Number.NaN, "is beyond"],
    ["at no time", Number.NaN, 1, "is not a number of seconds"],
  ])("a point %s", (_what, at, value, says) => {
    const refusal = refusalOf({ at, value }, nowMs);
    if (says === null) expect(refusal).toBeNull();
    else expect(refusal).toContain(says);
  });
});
