import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { type AuditAsked, type AuditEntry, auditOf, seenBy } from "../../src/store/audit.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder } from "./stores.ts";

const opened = (folder = freshFolder()): Store => openStore({ folder, clock: manualClock(), log: silentLog });
const entry = (name: string, what: AuditAsked["what"] = "user.update"): AuditAsked => ({
  ...{ actor: "user:ada", what, subject: { kind: "user", id: "u1", name }, pages: ["a", "b"], address: null },
  before: { grants: [["a", "viewer"]] },
  after: {
    grants: [
      ["a", "editor"],
      ["b", "viewer"],
    ],
  },
});
const names = (store: Store): readonly string[] =>
  [...auditOf(store).newestFirst()].map(({ subject }) => subject.name);

test("entries come newest first, failed sign-ins among them, also after a restart", async () => {
  const folder = freshFolder();
  const first = opened(folder);
  await auditOf(first).record(entry("one"));
  await auditOf(first).record(entry("two", "sign-in.failed"));
  await auditOf(first).record(entry("three"));
  await first.close();
  const store = closing(opened(folder));
  await auditOf(store).record(entry("four", "sign-in.failed"));
  expect(names(store)).toEqual(["four", "three", "two", "one"]);
  expect([...auditOf(store).newestFirst()].map(({ id }) => id)).toEqual([4, 3, 2, 1]);
});

test("failed sign-ins push out failed sign-ins alone", async () => {
  const store = closing(opened());
  const audit = auditOf(store);
  await audit.record(entry("change"));
  const flood = Array.from({ length: limits.auditFailedMax + 5 }, () => entry("guess", "sign-in.failed"));
  await store.commit(flood.flatMap((asked) => audit.entry(asked)));
  await store.commit(audit.entry(entry("last", "sign-in.failed")));
  const kept = names(store);
  expect(kept.length).toBe(limits.auditFailedMax + 1);
  expect([kept[0], kept.at(-1)]).toEqual(["last", "change"]);
});

test.each([
  [
    "all pages",
    (page: string) => page === "*",
    ["a", "b"],
    [
      ["a", "editor"],
      ["b", "viewer"],
    ],
  ],
  ["one of its pages", (page: string) => page === "b", ["b"], [["b", "viewer"]]],
  ["another page", (page: string) => page === "c", null, null],
] as const)("who administers %s reads of these alone", (_whose, administers, pages, grants) => {
  const row: AuditEntry = { id: 1, at: 0, ...entry("x") };
  const seen = seenBy(row, administers);
  expect(seen?.pages ?? null).toEqual(pages as unknown as string[] | null);
  expect(seen?.after?.grants ?? null).toEqual(grants as never);
});
