// Stores of a test alone: folders that are removed, stores that are closed, counting and sweeping.
import { afterEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import type { Store } from "../../src/store/open.ts";
import type { SnapshotStore } from "../../src/store/types.ts";

const clean: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** A folder of this test alone. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-store-"));
  clean.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Closes a store with its test. */
export function closing<Closable extends Pick<Store, "close">>(store: Closable): Closable {
  clean.push(() => store.close());
  return store;
}

/** Keys of a table, counted. */
export function rowsOf(store: Store, table: keyof Store["tables"]): number {
  store.refresh();
  return store.tables[table].getKeysCount();
}

/** Sweeps until nothing is left, now and when the time of what came ahead is over. */
export async function sweepAll({ snapshots, clock }: Store): Promise<void> {
  for (const laterMs of [0, 2 * limits.stagedKeptMs]) await sweepAt(snapshots, clock.wallMs() + laterMs);
}

/** Sweeps until nothing is left at this time; gives how many turns it took. */
export async function sweepAt(snapshots: SnapshotStore, nowMs: number): Promise<number> {
  for (let turns = 1; turns < 100_000; turns++) if ((await snapshots.sweep(nowMs)).done) return turns;
  throw new Error("The sweep did not end.");
}
