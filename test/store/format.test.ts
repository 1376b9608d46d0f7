import { expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { openStore } from "../../src/store/open.ts";
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
