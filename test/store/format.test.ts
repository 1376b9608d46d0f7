import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { silentLog } from "../../src/base/log.ts";
import { openStore, storeFile, storeFormat } from "../../src/store/open.ts";
import { packValue } from "../../src/store/values.ts";
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
      `has format ${storeFormat + 1}; this release reads format ${storeFormat}.`,
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
