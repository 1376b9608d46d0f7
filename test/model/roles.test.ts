import { expect, test } from "bun:test";
import { allows, isRole, lacking, type Need, type Role, roles, strongerRole } from "../../src/model/roles.ts";

const table: readonly (readonly [Role, readonly Need[]])[] = [
  ["owner", ["read", "respond", "edit", "administer", "own"]],
  ["admin", ["read", "respond", "edit", "administer"]],
  ["editor", ["read", "respond", "edit"]],
  ["responder", ["read", "respond"]],
  ["viewer", ["read"]],
];

test.each(table)("%s may %p and no more", (role, may) => {
  const all: readonly Need[] = ["read", "respond", "edit", "administer", "own"];
  expect(all.filter((need) => allows(role, need))).toEqual([...may]);
});

test("of two roles the one that may more counts, in any order", () => {
  for (const [at, one] of roles.entries())
    for (const [other, role] of roles.entries())
      expect(strongerRole(one, role)).toBe(roles[Math.min(at, other)] as Role);
});

test("only the five words are roles", () => {
  expect([...roles, "root", "", null, 0, "constructor"].filter(isRole)).toEqual([...roles]);
});

test("who may not is told which role may", () => {
  expect(lacking("administer")).toBe("This needs the role admin or a higher one here.");
});
