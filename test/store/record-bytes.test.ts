// The quick reader of records says what the general one says.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { jsonOf, livingOf, stampOf, textOf } from "../../src/model/fields.ts";
import type { EntityRecord } from "../../src/model/fold.ts";
import { createRecordReader, createRowReader } from "../../src/store/record-bytes.ts";
import { packValue, unpackValue } from "../../src/store/values.ts";
import { check } from "../support/property.ts";

const json = fc.jsonValue({ maxDepth: 4 });
const register = fc.record({ value: json, stamp: fc.string() });
const record = fc.record({
  page: fc.string(),
  kind: fc.constantFrom("incident", "update"),
  id: fc.string({ unit: "grapheme" }),
  fields: fc.dictionary(fc.string(), fc.oneof(register, fc.record({ value: json, more: json }), json)),
  sets: fc.dictionary(
    fc.string(),
    fc.record({ live: fc.dictionary(fc.string(), fc.array(fc.string())), gone: fc.array(fc.string()) }),
  ),
  latest: fc.string({ minLength: 25, maxLength: 25 }),
});
const read = createRecordReader();
const readRow = createRowReader();
// Read with one reader all along: what it remembers of one must not show in another.
const copy = (bytes: Uint8Array): unknown => JSON.parse(JSON.stringify(unpackValue(bytes)));

check("any record", [fc.array(record, { maxLength: 5 })], (records) => {
  for (const one of records) {
    const bytes = packValue(one);
    expect(JSON.parse(JSON.stringify(read(bytes)))).toEqual(copy(bytes));
  }
});

test("numbers of each width, long texts, and a name that is no name", () => {
  const values = [
    0,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    2 ** 32,
    1.5,
    -1,
    -32,
    -33,
    -200,
    -70_000,
    -(2 ** 40),
  ];
  const odd = [
    { page: "p", values, texts: ["", "ä".repeat(20), "x".repeat(300), "y".repeat(70_000)] },
    JSON.parse('{"page":"p","__proto__":{"polluted":true}}') as object,
    {
      page: "p",
      long: Object.fromEntries(
        Array.from({ length: 40 }, (_none, at) => [`name ${at} ${"z".repeat(at)}`, at]),
      ),
    },
  ];
  for (const one of odd) expect(read(packValue(one)) as unknown).toEqual(unpackValue(packValue(one)));
  expect(() => read(packValue("a text").subarray(0, 3))).toThrow();
});

check("any record as a row says the same", [fc.array(record, { maxLength: 5 })], (records) => {
  for (const one of records) {
    const bytes = packValue(one);
    const [row, whole] = [readRow(bytes), unpackValue<EntityRecord>(bytes)];
    expect([row.id, row.latest]).toEqual([whole.id, whole.latest]);
    for (const name of [...Object.keys(whole.fields), "none"]) {
      expect(jsonOf(row, name)).toEqual(jsonOf(whole, name));
      expect(textOf(row, name)).toBe(textOf(whole, name));
      expect(stampOf(row, name)).toBe(stampOf(whole, name));
    }
    for (const name of [...Object.keys(whole.sets), "none"])
      expect(livingOf(row, name)).toEqual(livingOf(whole, name));
  }
});
