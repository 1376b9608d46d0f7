// Several commands as one: each on top of those before it, all of them kept, or none.
import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import type { PageView } from "../../src/model/view.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createPageRows } from "../../src/store/page-rows.ts";
import { manualClock } from "../support/manual-clock.ts";
import { closing, freshFolder, rowsOf } from "./stores.ts";

function setUp() {
  const clock = manualClock();
  const folder = freshFolder();
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const ledger = openLedger({ store, clock, random: seededRandom(1), region: "eu", log: silentLog });
  return { store, ledger };
}

const page: Command = {
  kind: "page.create",
  id: "p1",
  fields: { name: "Acme", url: "https://status.acme.example" },
};
const group: Command = { kind: "component.create", id: "g1", fields: { name: "Group", group: true } };
const member: Command = { kind: "component.create", id: "c1", fields: { name: "API", groupId: "g1" } };
const lost: Command = { kind: "component.update", id: "none", fields: { name: "x" } };

test("a page with what is on it is made by one list, and a second list builds on it", async () => {
  const { ledger } = setUp();
  const made = await ledger.submit(null, [page, group, member], "test");
  expect(made).toMatchObject({ ok: true, page: "p1", id: "c1" });
  expect(ledger.view("p1")?.components.map(({ id, groupId }) => [id, groupId])).toEqual([
    ["g1", null],
    ["c1", "g1"],
  ]);
  const renamed: Command = { kind: "component.update", id: "c1", fields: { name: "Api" } };
  const back: Command = { kind: "component.update", id: "c1", fields: { name: "API" } };
  await ledger.submit("p1", [renamed, back], "test");
  expect(ledger.view("p1")?.componentById.get("c1")?.name).toBe("API");
});

test("one that is refused takes the others with it, and says which it was; nothing is written", async () => {
  const { store, ledger } = setUp();
  const rows = () => [rowsOf(store, "ops"), rowsOf(store, "records")];
  const refused = await ledger.submit(null, [page, group, lost, member], "test");
  expect(refused).toMatchObject({ ok: false, at: 2, refusal: { status: 404 } });
  expect(ledger.pages()).toEqual([]);
  expect(rows()).toEqual([0, 0]);
  expect(ledger.preview(null, [page, group, lost], "test")).toMatchObject({ ok: false, at: 2 });
  // What was refused left nothing in the way.
  expect(await ledger.submit(null, [page, group, member], "test")).toMatchObject({ ok: true });
  const before = ledger.position();
  expect(await ledger.submit("p1", [{ ...member, id: "c2" }, lost], "test")).toMatchObject({
    ok: false,
    at: 1,
  });
  expect(ledger.position()).toBe(before);
  expect(ledger.view("p1")?.componentById.has("c2")).toBe(false);
});

test("a list that makes a page is previewed whole", () => {
  const { ledger } = setUp();
  const seen = ledger.preview(null, [page, group, member], "test");
  expect(seen.ok && seen.view.components.map(({ id }) => id)).toEqual(["g1", "c1"]);
  expect(ledger.pages()).toEqual([]);
});

test("what follows from the page as commands leave it is kept with them, in one flush, or nothing is", async () => {
  const { ledger } = setUp();
  const seen: string[] = [];
  const flushes: number[] = [];
  ledger.onAppend(() => flushes.push(ledger.position()));
  const following = (command: Command) => ({
    *following(view: PageView): Generator<Command> {
      seen.push(view.components.map(({ name }) => name).join());
      yield member;
      yield command;
    },
  });
  const refused = await ledger.submit(null, [page, group], "test", following(lost));
  expect(refused).toMatchObject({ ok: false, at: 3, refusal: { status: 404 } });
  expect([ledger.pages(), ledger.position(), flushes]).toEqual([[], 0, []]);
  const renamed: Command = { kind: "component.update", id: "c1", fields: { name: "Api" } };
  expect(ledger.preview(null, [page, group], "test", following(renamed))).toMatchObject({
    ok: true,
    id: "g1",
  });
  const done = await ledger.submit(null, [page, group], "test", following(renamed));
  // Named by what was asked for.
  expect(done).toMatchObject({ ok: true, id: "g1" });
  expect(ledger.view("p1")?.componentById.get("c1")?.name).toBe("Api");
  expect([seen, flushes]).toEqual([["Group", "Group", "Group"], [ledger.position()]]);
});

test("what goes along is kept with the commands, also where they come to nothing, and not where they are refused", async () => {
  const { store, ledger } = setUp();
  const rows = createPageRows(store);
  const by = { actor: "token:ann", address: null };
  const submitWith = (id: string, commands: Command | readonly Command[], target: string | null = "p1") =>
    rows.write(
      "p1",
      () => [{ kind: "access-group", id, row: { id, name: id } }],
      by,
      async (along) => void (await ledger.submit(target, commands, "test", { along })),
    );
  await submitWith("refused", [page, lost], null);
  expect(rows.all("p1")).toEqual([]);
  await submitWith("first", [page, member], null);
  expect(ledger.pages()).toEqual([]);
  await submitWith("second", [page, group, member], null);
  await submitWith("third", { kind: "page.update", fields: { name: "Acme" } });
  expect(rows.all("p1").map(({ id }) => id)).toEqual(["second", "third"]);
  expect(ledger.pages()).toEqual(["p1"]);
});
