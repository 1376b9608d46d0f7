// A map in layers is a Map, whatever is changed; the ones before stay as they were.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { LayeredMap } from "../../src/base/layered-map.ts";
import { check } from "../support/property.ts";

const change = fc.tuple(fc.nat({ max: 40 }), fc.option(fc.nat(), { nil: undefined }));
const sorted = (map: ReadonlyMap<number, number>) => [...map].sort(([a], [b]) => a - b);

check(
  "any changes leave what they leave in a Map",
  [fc.array(fc.array(change, { maxLength: 8 }))],
  (steps) => {
    const plain = new Map([...Array(20).keys()].map((key) => [key, key]));
    let layered = LayeredMap.over<number, number>(new Map(plain));
    for (const changes of steps) {
      const [before, was] = [layered, sorted(layered)];
      layered = layered.with(changes);
      for (const [key, value] of changes)
        if (value === undefined) plain.delete(key);
        else plain.set(key, value);
      expect(sorted(layered)).toEqual(sorted(plain));
      expect(layered.size).toBe(plain.size);
      expect([...layered.keys()].length).toBe(plain.size);
      for (let key = 0; key <= 40; key++) {
        expect(layered.get(key)).toBe(plain.get(key) as number);
        expect(layered.has(key)).toBe(plain.has(key));
      }
      expect(sorted(before)).toEqual(was);
    }
  },
);

test("thousands of changes go into one layer, and what is replaced keeps its place", () => {
  let layered = LayeredMap.over<number, number>(new Map([...Array(1_000).keys()].map((key) => [key, key])));
  for (let at = 0; at < 3_000; at++) layered = layered.with([[at % 1_500, -at]]);
  expect(layered.size).toBe(1_500);
  expect([...layered.keys()]).toEqual([...Array(1_500).keys()]);
  expect(layered.with([])).toBe(layered);
});
