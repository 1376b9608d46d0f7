// A figure and its contract: what holds, what does not, what cannot be read.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Figure, holds } from "../../bench/suite.ts";

const of = (value: number, contract?: string): Figure => ({
  what: "it",
  value,
  unit: "ms",
  ...(contract === undefined ? {} : { contract }),
});

test("a contract compares with its number, whatever people read behind it", () => {
  expect([999, 1_000].map((value) => holds(of(value, "< 1,000 ms")))).toEqual([true, false]);
  expect([1, 2].map((value) => holds(of(value, "<= 1")))).toEqual([true, false]);
  expect([0.8, 0.79].map((value) => holds(of(value, ">= 0.8 x")))).toEqual([true, false]);
  expect([0, 1].map((value) => holds(of(value, "0")))).toEqual([true, false]);
  expect(holds(of(1))).toBeNull();
  expect(() => holds(of(1, "soon"))).toThrow('The contract "soon" cannot be read.');
});

test("what was not measured holds nothing", () => {
  expect(["< 1", ">= 1", "0"].map((contract) => holds(of(Number.NaN, contract)))).toEqual([
    false,
    false,
    false,
  ]);
});

test("the contracts of all baselines can be read", () => {
  const bench = join(import.meta.dirname, "..", "..", "bench");
  const figures = readdirSync(bench, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("baseline.json"))
    .flatMap(
      (path) => (JSON.parse(readFileSync(join(bench, path), "utf8")) as { figures: Figure[] }).figures,
    );
  expect(figures.length).toBeGreaterThan(0);
  for (const figure of figures) expect([true, false, null]).toContain(holds(figure));
});
