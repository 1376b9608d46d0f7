import { describe, expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import type { Op } from "../../src/model/op.ts";
import { type Ledger, openLedger, type Submitted } from "../../src/store/ledger.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { plainView } from "../support/plain-view.ts";
import { closing, freshFolder, rowsOf } from "./stores.ts";

interface Opened {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly ledger: Ledger;
}

function open(folder = freshFolder(), clock = manualClock(), acceptClock = false): Opened {
  const store = closing(openStore({ folder, clock, log: silentLog }));
  const ledger = openLedger({
    store,
    clock,
    random: seededRandom(1),
    region: "eu",
    acceptClock,
    log: silentLog,
  });
  return { store, clock, ledger };
}

const createPage = (id: string, host = `${id}.example.com`): Command => ({
  kind: "page.create",
  id,
  fields: { name: `Page ${id}`, url: `https://${host}` },
});
const createComponent = (id: string): Command => ({
  kind: "component.create",
  id,
  fields: { name: `Component ${id}` },
});
const setStatus = (id: string, status: "operational" | "major_outage"): Command => ({
  kind: "component.update",
  id,
  fields: { status },
});

function accepted(outcome: Submitted): Extract<Submitted, { ok: true }> {
  if (!outcome.ok) throw new Error(outcome.refusal.sentences.join(" "));
  return outcome;
}

describe("store/ledger: accepting", () => {
  test("a command becomes stamped ops, a view and a position, and the same after a restart", async () => {
    const folder = freshFolder();
    const first = open(folder);
    expect(accepted(await first.ledger.submit(null, createPage("p1"), "ann")).page).toBe("p1");
    await first.ledger.submit("p1", createComponent("api"), "ann");
    await first.clock.advance(1_000);
    const { position } = accepted(await first.ledger.submit("p1", setStatus("api", "major_outage"), "bob"));
    const [view, ops] = [first.ledger.view("p1"), [...first.ledger.opsAfter(0)]];
    await first.store.close();

    const { ledger } = open(folder, first.clock);
    expect(ledger.position()).toBe(position);
    expect(ledger.pages()).toEqual(["p1"]);
    expect(plainView(ledger.view("p1"))).toEqual(plainView(view));
    expect([...ledger.opsAfter(0)]).toEqual(ops);
    expect(ops.map((entry) => entry.position)).toEqual(ops.map((_, at) => at + 1));
    expect(ops.at(-1)?.op).toMatchObject({
      actor: "bob",
      region: "eu",
      page: "p1",
      at: first.clock.wallMs(),
    });
    const stamps = ops.map(({ op }) => op.hlc);
    expect(stamps).toEqual([...new Set(stamps)].sort());
    expect(ledger.view("p1")?.componentById.get("api")?.status).toBe("major_outage");
  });

  test("a start reads the folded records and never the log", async () => {
    const folder = freshFolder();
    const first = open(folder);
    await first.ledger.submit(null, createPage("p1"), "ann");
    const view = first.ledger.view("p1");
    await first.store.commit([{ table: first.store.tables.ops, key: 1, value: new Uint8Array([0xc1]) }]);
    await first.store.close();
    expect(plainView(open(folder).ledger.view("p1"))).toEqual(plainView(view));
  });

  test("each command of a burst sees what those before it said, and they share one flush", async () => {
    const { ledger, store } = open();
    await ledger.submit(null, createPage("p1"), "ann");
    const before = transactionsOf(store);
    const outcomes = await Promise.all([
      ledger.submit("p1", createComponent("api"), "ann"),
      ledger.submit("p1", createComponent("api"), "ann"),
      ledger.submit("p1", setStatus("api", "major_outage"), "ann"),
      ledger.submit("p1", setStatus("nothing", "major_outage"), "ann"),
    ]);
    expect(outcomes.map((one) => (one.ok ? "ok" : one.refusal.status))).toEqual(["ok", 409, "ok", 404]);
    expect(transactionsOf(store) - before).toBe(1);
    expect(ledger.position()).toBe([...ledger.opsAfter(0)].length);
  });

  test("a view is not shown before it is on the device", async () => {
    const { ledger } = open();
    const acked = ledger.submit(null, createPage("p1"), "ann");
    await Promise.resolve();
    await Promise.resolve();
    expect([ledger.view("p1"), ledger.position(), ledger.pages()]).toEqual([null, 0, []]);
    await acked;
    expect(ledger.view("p1")?.page.id).toBe("p1");
  });

  test("a command that changes nothing is acked without a write", async () => {
    const { ledger, store } = open();
    await ledger.submit(null, createPage("p1"), "ann");
    await ledger.submit("p1", createComponent("api"), "ann");
    const before = [transactionsOf(store), ledger.position()];
    const outcome = await ledger.submit("p1", setStatus("api", "operational"), "ann");
    expect(accepted(outcome).position).toBe(ledger.position());
    expect([transactionsOf(store), ledger.position()]).toEqual(before);
  });
});

describe("store/ledger: refusing", () => {
  test("a host of another page is refused, also within one burst, and is free for its own page", async () => {
    const { ledger } = open();
    const outcomes = await Promise.all([
      ledger.submit(null, createPage("p1", "status.example.com"), "ann"),
      ledger.submit(null, createPage("p2", "status.example.com"), "ann"),
      ledger.submit(null, createPage("p3"), "ann"),
      ledger.submit("p3", { kind: "page.update", fields: { hosts: ["STATUS.example.com"] } }, "ann"),
      ledger.submit(
        "p1",
        { kind: "page.update", fields: { hosts: ["status.example.com", "b.example"] } },
        "ann",
      ),
    ]);
    expect(outcomes.map((one) => (one.ok ? "ok" : one.refusal.status))).toEqual(["ok", 409, "ok", 409, "ok"]);
    expect(outcomes[1]).toMatchObject({
      refusal: { sentences: ["The host status.example.com belongs to page p1."] },
    });
    expect(ledger.pages()).toEqual(["p1", "p3"]);
  });

  test("a start with a log an hour ahead says both times; --accept-clock goes on from the log's time", async () => {
    const folder = freshFolder();
    const first = open(folder);
    await first.ledger.submit(null, createPage("p1"), "ann");
    const { hlc } = lastOf(first.ledger);
    await first.store.close();
    const behind = manualClock(first.clock.wallMs() - 3_600_000);
    expect(() => open(folder, behind)).toThrow(
      "The op-log ends at 2026-01-05T12:00:00.000Z, but this machine's clock says 2026-01-05T11:00:00.000Z.",
    );
    expect(faultOf(() => open(folder, behind))).toMatchObject({
      code: "clock-behind",
      remedy: expect.stringContaining("--accept-clock"),
    });
    const { ledger } = open(folder, behind, true);
    await ledger.submit("p1", createComponent("api"), "ann");
    expect(lastOf(ledger).hlc > hlc).toBe(true);
    expect(lastOf(ledger).at).toBe(behind.wallMs());
  });

  test("a clock that went back by seconds is no reason to refuse", async () => {
    const folder = freshFolder();
    const first = open(folder);
    await first.ledger.submit(null, createPage("p1"), "ann");
    await first.store.close();
    expect(open(folder, manualClock(first.clock.wallMs() - 5_000)).ledger.pages()).toEqual(["p1"]);
  });

  test("ops from elsewhere merge once, and are refused when stamped more than five minutes ahead", async () => {
    const [here, there] = [open(), open()];
    await there.ledger.submit(null, createPage("p1"), "ann");
    const ops = [...there.ledger.opsAfter(0)].map(({ op }) => op);
    expect(accepted(await here.ledger.merge(ops)).position).toBe(1);
    await here.ledger.merge(ops);
    expect(plainView(here.ledger.view("p1"))).toEqual(plainView(there.ledger.view("p1")));
    const aheadMs = here.clock.wallMs() + 5 * 60_000 + 1;
    const ahead: Op[] = ops.map((op) => ({
      ...op,
      hlc: `${aheadMs.toString(16).padStart(12, "0")}0000-00000000`,
    }));
    expect(await here.ledger.merge(ahead)).toMatchObject({ ok: false, refusal: { status: 422 } });
    expect(await here.ledger.merge(ops.map((op) => ({ ...op, hlc: "soon" })))).toMatchObject({ ok: false });
    await here.ledger.submit("p1", createComponent("api"), "ann");
    expect(lastOf(here.ledger).hlc > (ops[0]?.hlc ?? "~")).toBe(true);
  });

  test("a log and records that disagree are refused as damage", async () => {
    const folder = freshFolder();
    const first = open(folder);
    await first.ledger.submit(null, createPage("p1"), "ann");
    await first.store.commit([{ table: first.store.tables.ops, key: 1, value: null }]);
    await first.store.close();
    expect(faultOf(() => open(folder))).toMatchObject({ code: "store-corrupt" });
  });
});

describe("store/ledger: followers", () => {
  test("listeners hear of each flush with its pages, until they end; one that fails harms nobody", async () => {
    const { ledger } = open();
    const heard: string[][] = [];
    ledger.onAppend(() => {
      throw new Error("a broken follower");
    });
    const end = ledger.onAppend((pages) => heard.push([...pages].sort()));
    await Promise.all(["p1", "p2"].map((id) => ledger.submit(null, createPage(id), "ann")));
    await ledger.submit("p2", createComponent("api"), "ann");
    await ledger.submit("p2", createComponent("api"), "ann");
    await ledger.submit("p2", setStatus("api", "operational"), "ann");
    end();
    await ledger.submit("p2", createComponent("web"), "ann");
    expect(heard).toEqual([["p1", "p2"], ["p2"]]);
  });

  test("a follower goes on from its cursor after a restart", async () => {
    const folder = freshFolder();
    const first = open(folder);
    await first.ledger.submit(null, createPage("p1"), "ann");
    expect(first.ledger.cursor("publish")).toBe(0);
    await first.ledger.setCursor("publish", first.ledger.position());
    await first.ledger.submit("p1", createComponent("api"), "ann");
    await first.store.close();
    const { ledger } = open(folder);
    const rest = [...ledger.opsAfter(ledger.cursor("publish"))];
    expect(rest.map(({ position }) => position)).toEqual(positionsAfter(1, ledger));
    expect(rest.map(({ op }) => op.id)).toContain("api");
    expect(ledger.cursor("notify")).toBe(0);
  });

  test("a log longer than one piece is read whole, in order", async () => {
    const { ledger, store } = open();
    await ledger.submit(null, createPage("p1"), "ann");
    const names = Array.from({ length: 1_100 }, (_, at) => `c${at}`);
    await Promise.all(names.map((id) => ledger.submit("p1", createComponent(id), "ann")));
    const entries = [...ledger.opsAfter(1)];
    expect(entries.map(({ position }) => position)).toEqual(positionsAfter(1, ledger));
    const created = entries.flatMap(({ op }) => (op.kind === "component" ? [op.id] : []));
    expect(created).toEqual(names);
    expect(rowsOf(store, "records")).toBe(1_101);
  });
});

const positionsAfter = (position: number, ledger: Ledger): number[] =>
  Array.from({ length: ledger.position() - position }, (_, at) => position + 1 + at);

const lastOf = (ledger: Ledger): Op => {
  const last = [...ledger.opsAfter(0)].at(-1);
  if (last === undefined) throw new Error("The log is empty.");
  return last.op;
};

function faultOf(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("Nothing was thrown.");
}

/** Number of the store's last transaction. */
function transactionsOf(store: Store): number {
  return (store.tables.meta.getStats() as { lastTxnId?: number }).lastTxnId ?? Number.NaN;
}
