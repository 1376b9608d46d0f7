// Paths into JSON as people write them.
import { expect, test } from "bun:test";
import { jsonAt, jsonPathOf, jsonText } from "../../src/model/json-path.ts";

const value = {
  status: { indicator: "none" },
  checks: [{ state: "up", count: 3 }],
  "a.b": { c: null },
  "": 1,
};

const places: readonly (readonly [string, string])[] = [
  ["status.indicator", "none"],
  ["$.status.indicator", "none"],
  ["$", JSON.stringify(value)],
  ["checks[0].state", "up"],
  ["$.checks[0].count", "3"],
  ["checks.0.count", "3"],
  ['["a.b"].c', "null"],
  ["$['a.b']['c']", "null"],
  ["checks[1].state", "nothing"],
  ["checks.length", "nothing"],
  ["status.indicator.length", "nothing"],
  ["constructor", "nothing"],
  ["__proto__.toString", "nothing"],
];
for (const [path, said] of places)
  test(`${path} is ${said.slice(0, 30)}`, () => {
    const found = jsonAt(value, jsonPathOf(path) ?? ["no path"]);
    expect(found === undefined ? "nothing" : jsonText(found)).toBe(said);
  });

for (const wrong of [".", "a..b", "a[", "a[x]", "a b", "a.", "a".repeat(40).split("").join(".")])
  test(`${wrong.slice(0, 20)} is no path`, () => expect(jsonPathOf(wrong)).toBeNull());
