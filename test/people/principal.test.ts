import { expect, test } from "bun:test";
import type { Role } from "../../src/model/roles.ts";
import { actorOf, may, mayTouch, type Principal, roleOn } from "../../src/people/principal.ts";

const principal = (...grants: readonly (readonly [string, Role])[]): Principal => ({
  kind: "user",
  id: "u1",
  name: "Ada",
  grants,
});

test.each([
  ["its page", principal(["a", "editor"]), "a", "editor"],
  ["another page", principal(["a", "editor"]), "b", null],
  ["all pages", principal(["*", "viewer"]), "b", "viewer"],
  ["all pages, more on one", principal(["*", "viewer"], ["a", "admin"]), "a", "admin"],
  ["all pages, less on one", principal(["*", "admin"], ["a", "viewer"]), "a", "admin"],
  ["no grant at all", principal(), "a", null],
  ["a word of objects", principal(["a", "owner"]), "constructor", null],
] as const)("the role on %s", (_what, who, page, role) => {
  expect(roleOn(who, page)).toBe(role);
  expect(mayTouch(who, page)).toBe(role !== null);
});

test("where no page is named, reading is for all and the rest for roles on all pages", () => {
  expect(may(principal(["a", "owner"]), null, "read")).toBe(true);
  expect(may(principal(["a", "owner"]), null, "respond")).toBe(false);
  expect(may(principal(["*", "editor"]), null, "edit")).toBe(true);
  expect(may(principal(["*", "editor"]), null, "administer")).toBe(false);
});

test("the op-log names people by id and tokens by name", () => {
  expect(actorOf(principal())).toBe("user:u1");
  expect(actorOf({ ...principal(), kind: "token", name: "deploys" })).toBe("token:deploys");
});
