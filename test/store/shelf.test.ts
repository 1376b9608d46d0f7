// A start from what was kept for it says the same as one that looks at all records, and where nothing that holds was kept, looks at them.
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { type Log, silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Command } from "../../src/model/command.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { readEnd } from "../../src/store/op-log.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { readShelf, shelfFile } from "../../src/store/shelf-file.ts";
import { startShelving } from "../../src/store/shelving.ts";
import { manualClock } from "../support/manual-clock.ts";
import { plainView } from "../support/plain-view.ts";
import { closing, freshFolder } from "./stores.ts";

const incidents = 40;

async function world() {
  const clock = manualClock();
  const folder = freshFolder();
  const store = closing(openStore({ folder, clock, log: silentLog }));
  let opened = 0;
  // Ids of one start are not those of another.
  const open = () =>
    openLedger({ store, clock, random: seededRandom(++opened), region: "eu", log: silentLog });
  const path = storeFile(folder);
  const told = async (ledger: ReturnType<typeof open>, page: string | null, command: Command) => {
    clock.advance(1_000);
    const done = await ledger.submit(page, command, "ann");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
    return done.id;
  };
  const first = open();
  const page = await told(first, null, {
    kind: "page.create",
    fields: { name: "Acme", url: "https://a.example" },
  });
  const ids: string[] = [];
  for (let at = 0; at < incidents; at++)
    ids.push(
      await told(first, page, { kind: "incident.create", fields: { name: `Down ${at}`, body: "We look." } }),
    );
  const shelf = () => {
    store.refresh();
    return readShelf(store.tables, path, page, readEnd(store.tables, path));
  };
  const ledger = open();
  return { clock, store, open, ledger, page, ids, shelf, file: shelfFile(path, page), told };
}

test("what was kept is used, with what changed since", async () => {
  const { open, ledger, page, ids, shelf, told } = await world();
  expect(shelf()).toBe(null);
  await ledger.shelve(1);
  expect(shelf()?.since).toEqual({ incidents: new Set(), updates: new Set() });
  expect(plainView(open().view(page))).toEqual(plainView(ledger.view(page)));
  await told(ledger, page, {
    kind: "incident.update",
    id: ids[3] ?? "",
    fields: { status: "resolved", body: "Up." },
  });
  await told(ledger, page, { kind: "incident.delete", id: ids[4] ?? "" });
  const made = await told(ledger, page, {
    kind: "incident.create",
    fields: { name: "Anew", body: "We look." },
  });
  expect(shelf()?.since.incidents).toEqual(new Set([ids[3] ?? "", ids[4] ?? "", made]));
  const opened = open();
  expect(plainView(opened.view(page))).toEqual(plainView(ledger.view(page)));
  expect(opened.view(page)?.incidentById.size).toBe(incidents);
  await told(opened, page, {
    kind: "incident.update",
    id: ids[5] ?? "",
    fields: { status: "resolved", body: "Up." },
  });
  expect(plainView(open().view(page))).toEqual(plainView(opened.view(page)));
});

test("it is not written again while it is hardly behind, and a page of few has none", async () => {
  const { ledger, page, ids, file, shelf, told } = await world();
  await ledger.shelve();
  expect(shelf()).toBe(null);
  await ledger.shelve(1);
  const before = readFileSync(file, "utf8");
  await told(ledger, page, { kind: "incident.delete", id: ids[4] ?? "" });
  await ledger.shelve(1);
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("of another log, cut off, of another release or from later than the log it is not used", async () => {
  const { ledger, open, page, file, shelf } = await world();
  await ledger.shelve(1);
  const whole = readFileSync(file, "utf8");
  const [head = "", ...rows] = whole.split("\n");
  const changed = (fields: object): string =>
    [JSON.stringify({ ...(JSON.parse(head) as object), ...fields }), ...rows].join("\n");
  const { position } = JSON.parse(head) as { readonly position: number };
  expect(shelf()).not.toBe(null);
  for (const text of [
    "",
    whole.slice(0, -100),
    changed({ hlc: "0000000000000000-00000000" }),
    changed({ position: position - 1 }),
    changed({ position: position + 1 }),
    changed({ format: 0 }),
    changed({ page: "another" }),
  ]) {
    writeFileSync(file, text);
    expect(shelf()).toBe(null);
    expect(plainView(open().view(page))).toEqual(plainView(ledger.view(page)));
  }
});

test("it is written when a start has settled; what fails is said once", async () => {
  const clock = manualClock();
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (sentence) => void said.push(sentence) };
  let calls = 0;
  const ledger = {
    shelve: () => {
      calls++;
      return Promise.reject(new Error("no room"));
    },
  };
  const timer = startShelving({ ledger, clock, log });
  await clock.advance(limits.shelveFirstMs - 1);
  expect(calls).toBe(0);
  await clock.advance(1);
  expect(calls).toBe(1);
  await clock.advance(limits.shelveEveryMs);
  expect(calls).toBe(2);
  expect(said).toEqual([expect.stringContaining("no room")]);
  timer.cancel();
});
