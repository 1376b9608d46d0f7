import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { auditOf } from "../../src/store/audit.ts";
import { openStore } from "../../src/store/open.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const ann = { actor: "token:ann", address: null };

test("store/page-rows: kept by page, kind and id, after a restart too", async () => {
  const folder = freshFolder();
  const options = { folder, clock: manualClock(), log: silentLog };
  const store = openStore(options);
  const rows = createPageRows(store);
  await rows.write(
    "acme",
    () => [
      { kind: "access-user", id: "b", row: { email: "b@example.com" } },
      { kind: "access-user", id: "a", row: { email: "a@example.com" } },
      { kind: "access-group", id: "a", row: { name: "staff" } },
    ],
    ann,
  );
  await rows.write(
    "acme2",
    () => [{ kind: "access-user", id: "a", row: { email: "else@example.com" } }],
    ann,
  );
  await store.close();
  const again = createPageRows(closing(openStore(options)));
  expect(again.list<unknown>("acme", "access-user")).toEqual([
    { email: "a@example.com" },
    { email: "b@example.com" },
  ]);
  expect(again.get<unknown>("acme", "access-group", "a")).toEqual({ name: "staff" });
  await again.write("acme", () => [{ kind: "access-user", id: "a", row: null }], ann);
  expect(again.get("acme", "access-user", "a")).toBeNull();
  expect(again.get("acme2", "access-user", "a")).not.toBeNull();
});

test("store/page-rows: two writes at once see each other, and a kind has an end", async () => {
  const rows = createPageRows(
    closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog })),
  );
  const add = () =>
    rows.write(
      "acme",
      () => [
        {
          kind: "metrics-provider",
          id: "one",
          row: { count: 1 + (rows.get<{ count: number }>("acme", "metrics-provider", "one")?.count ?? 0) },
        },
      ],
      ann,
    );
  await Promise.all([add(), add(), add()]);
  expect(rows.get<unknown>("acme", "metrics-provider", "one")).toEqual({ count: 3 });
  const many = Array.from({ length: limits.pageRowsMax + 1 }, (_, at) => ({
    kind: "access-user" as const,
    id: `${at}`,
    row: {},
  }));
  expect(await rows.write("acme", () => many, ann)).toEqual({ ok: false, reason: "too-many" });
  expect(rows.list("acme", "access-user")).toEqual([]);
});

test("store/page-rows: the audit tells of each change with what was before, and of nobody's address", async () => {
  const store = closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog }));
  const rows = createPageRows(store);
  const put = (row: object | null) => rows.write("acme", () => [{ kind: "access-user", id: "a", row }], ann);
  await put({ email: "ann@example.com", groupIds: ["g"], name: "Ann", updatedAt: 1 });
  await put({ email: "bea@example.com", groupIds: [], name: "Bea", updatedAt: 2 });
  await put(null);
  await put(null);
  const told = [...auditOf(store).newestFirst()].reverse();
  expect(told.map(({ what, before, after }) => [what, before, after])).toEqual([
    ["access-user.create", null, { groupIds: ["g"], name: "Ann" }],
    ["access-user.update", { groupIds: ["g"], name: "Ann" }, { groupIds: [], name: "Bea" }],
    ["access-user.delete", { groupIds: [], name: "Bea" }, null],
  ]);
  expect(told[1]).toMatchObject({ actor: "token:ann", pages: ["acme"], subject: { id: "a", name: "Bea" } });
});
