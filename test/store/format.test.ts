import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Key, open } from "lmdb";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Op } from "../../src/model/op.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { storeFormat } from "../../src/store/environment.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore, storeFile } from "../../src/store/open.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { packValue, unpackValue } from "../../src/store/values.ts";
import { manualClock } from "../support/manual-clock.ts";
import { freshFolder } from "./stores.ts";

const setup = { clock: manualClock(), log: silentLog };

test("store/format: a store that has lost its format is damaged, for whoever opens it", async () => {
  const folder = freshFolder();
  const store = openStore({ folder, ...setup });
  await store.snapshots.putDocument({ kind: "delegation", subject: "s", bytes: new Uint8Array(3) });
  await store.commit([{ table: store.tables.meta, key: "format", value: null }]);
  await store.close();
  for (const role of ["writer", "reader"] as const)
    expect(() => openStore({ folder, ...setup, role })).toThrow(
      /damaged|does not say which format|no store at/,
    );
  expect(() => openStore({ folder, ...setup })).toThrow(/does not say which format it has/);
});

test("store/format: one of a later release is refused by a sentence that says what to do, and nothing is written", async () => {
  const folder = freshFolder();
  const store = openStore({ folder, ...setup });
  await store.commit([{ table: store.tables.meta, key: "format", value: packValue(storeFormat + 1) }]);
  await store.close();
  const before = readFileSync(storeFile(folder));
  for (const role of ["writer", "reader"] as const) {
    expect(() => openStore({ folder, ...setup, role })).toThrow(
      `has format ${storeFormat + 1}; this release reads formats up to ${storeFormat}.`,
    );
    try {
      openStore({ folder, ...setup, role });
    } catch (thrown) {
      expect(thrown).toMatchObject({
        code: "store-format",
        remedy: "Run the release that wrote it, or restore a backup that this release can read.",
      });
    }
  }
  expect(readFileSync(storeFile(folder)).equals(before)).toBe(true);
});

test("store/format: what a later release of the same format added is left alone, so that an older one is the way back", async () => {
  const folder = freshFolder();
  const begun = openStore({ folder, ...setup });
  const random = seededRandom(1);
  const ledger = openLedger({ store: begun, ...setup, random, region: "main" });
  const fields = { name: "P", url: "https://p.example" };
  await ledger.submit(null, { kind: "page.create", id: "p1", fields }, "ann");
  await ledger.submit("p1", { kind: "component.create", id: "c1", fields: { name: "C" } }, "ann");
  const subscribers = createSubscribers({ store: begun, log: silentLog, random });
  const base = {
    kind: "email",
    state: "active",
    components: null,
    incident: null,
    accessUser: null,
  } as const;
  const contact = { ...noContact, email: "a@example.com" };
  const [made] = await subscribers.add("p1", [{ ...base, contact, skipConfirmation: true }]);
  if (made?.ok !== true) throw new Error("It was not added.");
  await subscribers.close();
  await begun.close();
  await addLater(folder, made.value.id);
  const store = openStore({ folder, ...setup });
  const after = openLedger({ store, ...setup, random, region: "main" });
  expect(after.view("p1")?.components.map(({ id }) => id)).toEqual(["c1"]);
  expect(
    await after.submit("p1", { kind: "component.update", id: "c1", fields: { name: "D" } }, "ann"),
  ).toMatchObject({ ok: true });
  const again = createSubscribers({ store, log: silentLog, random });
  const [changed] = await again.change("p1", [made.value.id], { state: "quarantined" });
  expect(changed?.contact.email).toBe("a@example.com");
  await again.close();
  await store.close();
  const root = open<Uint8Array, string[]>({
    path: join(folder, "store"),
    encoding: "binary",
    maxDbs: 64,
    overlappingSync: false,
  });
  expect(root.openDB<Uint8Array, string>("later", { encoding: "binary" }).get("key")).toBeDefined();
  expect(
    root.openDB<Uint8Array, string[]>("meta", { encoding: "binary" }).get(["later", "p1"]),
  ).toBeDefined();
  await root.close();
});

/** Elements of a subscriber's row in this release. */
const rowLength = 13;

/** A table, a word of `meta`, a kind of entity, a field of one, an element of a row. */
async function addLater(folder: string, subscriber: string): Promise<void> {
  const root = open<Uint8Array, Key>({
    path: join(folder, "store"),
    encoding: "binary",
    maxDbs: 64,
    overlappingSync: false,
  });
  const table = (name: string) => root.openDB<Uint8Array, Key>(name, { encoding: "binary" });
  await table("later").put("key", packValue(1));
  const meta = table("meta");
  await meta.put(["later", "p1"], packValue({ some: "row" }));
  const row = unpackValue<unknown[]>(meta.get(["subscriber", "p1", subscriber]) ?? new Uint8Array());
  await meta.put(
    ["subscriber", "p1", subscriber],
    packValue([...row, ...Array(rowLength - row.length).fill(null), "later"]),
  );
  const position = unpackValue<number>(meta.get("position") ?? new Uint8Array());
  const last = unpackValue<Op>(table("ops").get(position) ?? new Uint8Array());
  const op = { ...last, id: "r1", kind: "robot", fields: { name: "R" }, later: true };
  await table("ops").put(position + 1, packValue(op));
  const { page, kind, id, fields } = op;
  const registers = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, { value, stamp: op.hlc }]),
  );
  await table("records").put(
    [page, kind, id],
    packValue({ page, kind, id, fields: registers, sets: {}, latest: op.hlc }),
  );
  await meta.put("position", packValue(position + 1));
  await root.close();
}
