import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { openStore } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { sampleApply } from "./samples.ts";
import { closing, freshFolder, rowsOf, sweepAll } from "./stores.ts";

test("store/a page that is held no longer: its hosts are unknown and not gone, what only it held is swept, and it may come back", async () => {
  const store = closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog }));
  const { snapshots } = store;
  const page = (generation: number) =>
    sampleApply({ generation, routes: { "/": `text ${generation}`, "/a": "shared" } });
  const other = sampleApply({
    page: "page2",
    generation: 1,
    hosts: ["two.example"],
    routes: { "/": "shared" },
  });
  for (const apply of [page(1), page(2), other]) await snapshots.apply(apply);
  await snapshots.putNotes("page1", [["note", new Uint8Array([1])]]);
  await snapshots.forgetPage("page1");
  snapshots.refresh();
  expect(snapshots.heads().map((head) => head.page)).toEqual(["page2"]);
  expect([snapshots.pageOf("status.example.com"), snapshots.isGone("status.example.com")]).toEqual([
    null,
    false,
  ]);
  expect(snapshots.pageOf("two.example")).toBe("page2");
  expect(snapshots.notes("page1").size).toBe(0);
  await sweepAll(store);
  expect([rowsOf(store, "tree"), rowsOf(store, "objects"), rowsOf(store, "history")]).toEqual([
    new Set(other.tree.map(([digest]) => digest)).size,
    other.objects.length,
    1,
  ]);
  await snapshots.forgetPage("page1");
  await snapshots.apply(page(1));
  snapshots.refresh();
  expect(snapshots.pageOf("status.example.com")).toBe("page1");
});
