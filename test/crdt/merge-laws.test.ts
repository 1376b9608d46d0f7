// The merge laws of registers and sets as properties: commutative, associative, idempotent.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson, mergeRegister, type Register } from "../../src/crdt/lww.ts";
import {
  addTag,
  changeOrSet,
  elementsOf,
  emptyOrSet,
  mergeOrSet,
  type OrSetState,
  tagsOf,
} from "../../src/crdt/or-set.ts";
import { check } from "../support/property.ts";

/** Few stamps, so that equal ones happen. */
const stamp = fc.nat({ max: 5 }).map((ms) => `${ms.toString(16).padStart(16, "0")}-0000abcd`);
const register: fc.Arbitrary<Register<unknown>> = fc.record({ value: fc.jsonValue({ maxDepth: 2 }), stamp });
const change = fc.record({
  stamp,
  add: fc.array(fc.constantFrom("a", "b", "c", "__proto__"), { maxLength: 4 }),
  remove: fc.array(
    fc.tuple(stamp, fc.nat({ max: 3 })).map(([from, at]) => addTag(from, at)),
    { maxLength: 3 },
  ),
});
const set = fc
  .array(change, { maxLength: 6 })
  .map((changes) => changes.reduce((held, it) => changeOrSet(held, it, it.stamp), emptyOrSet));

const same = (a: unknown, b: unknown) => expect(canonicalJson(a)).toBe(canonicalJson(b));

describe("register", () => {
  check("merging is commutative", [register, register], (a, b) =>
    same(mergeRegister(a, b), mergeRegister(b, a)),
  );
  check("merging is associative", [register, register, register], (a, b, c) =>
    same(mergeRegister(mergeRegister(a, b), c), mergeRegister(a, mergeRegister(b, c))),
  );
  check("merging is idempotent and keeps the object", [register], (a) => {
    expect(mergeRegister(a, { ...a })).toBe(a);
    expect(mergeRegister(undefined, a)).toBe(a);
  });

  test("the later stamp wins; at equal stamps the greater canonical JSON, whatever the order of keys", () => {
    const at = (stamp: string, value: unknown) => ({ stamp, value });
    expect(mergeRegister(at("1", "z"), at("2", "a")).value).toBe("a");
    expect(mergeRegister(at("1", "a"), at("1", "z")).value).toBe("z");
    const held = at("1", { x: 1, y: 2 });
    expect(mergeRegister(held, at("1", { y: 2, x: 1 }))).toBe(held);
  });
});

describe("set", () => {
  check("merging is commutative", [set, set], (a, b) => same(mergeOrSet(a, b), mergeOrSet(b, a)));
  check("merging is associative", [set, set, set], (a, b, c) =>
    same(mergeOrSet(mergeOrSet(a, b), c), mergeOrSet(a, mergeOrSet(b, c))),
  );
  check("merging is idempotent", [set], (a) => same(mergeOrSet(a, a), a));
  check(
    "changes in any order, some of them twice, give one set",
    [fc.array(change, { maxLength: 8 }), fc.infiniteStream(fc.nat())],
    (changes, chance) => {
      const fold = (list: typeof changes) =>
        list.reduce((held, it) => changeOrSet(held, it, it.stamp), emptyOrSet);
      const shuffled = [...changes, ...changes.filter(() => chance.next().value % 2 === 0)]
        .map((it) => ({ it, key: chance.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ it }) => it);
      same(fold(shuffled), fold(changes));
    },
  );

  test("an addition made elsewhere survives a removal that has not seen it", () => {
    const here = changeOrSet(emptyOrSet, { add: ["a"] }, "1");
    const removed = changeOrSet(here, { remove: tagsOf(here, "a") }, "2");
    const elsewhere = changeOrSet(here, { add: ["a"] }, "3");
    expect(elementsOf(removed)).toEqual([]);
    expect(elementsOf(mergeOrSet(removed, elsewhere))).toEqual(["a"]);
  });

  test("the removal comes before its addition: the element does not appear", () => {
    const early = changeOrSet(emptyOrSet, { remove: [addTag("1", 0)] }, "2");
    expect(elementsOf(changeOrSet(early, { add: ["a"] }, "1"))).toEqual([]);
  });

  test("elements stand in the order of their earliest surviving tag", () => {
    let held: OrSetState = changeOrSet(emptyOrSet, { add: ["c", "a", "b"] }, "1");
    expect(elementsOf(held)).toEqual(["c", "a", "b"]);
    held = changeOrSet(held, { add: ["c"], remove: tagsOf(held, "c") }, "2");
    expect(elementsOf(held)).toEqual(["a", "b", "c"]);
  });

  test("an element may be called __proto__", () => {
    const held = changeOrSet(emptyOrSet, { add: ["__proto__"] }, "1");
    expect(elementsOf(held)).toEqual(["__proto__"]);
    expect(tagsOf(held, "__proto__")).toEqual([addTag("1", 0)]);
    expect(tagsOf(held, "toString")).toEqual([]);
  });
});
