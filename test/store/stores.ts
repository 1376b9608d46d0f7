// Stores of a test alone: folders that are removed, stores that are closed, counting and sweeping.
import { onTestFinished } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { freeBytes } from "../../src/host/files.ts";
import type { Store } from "../../src/store/open.ts";
import type { SnapshotStore } from "../../src/store/types.ts";

/** Stores are closed before their folders go: what a test asked for last is done first. */
const clean: (() => unknown)[] = [];

function afterThisTest(step: () => unknown): void {
  clean.push(step);
  // Not `afterEach` at the top: of several test files that import this module, only the first would get it.
  if (clean.length === 1) onTestFinished(cleanUp);
}

async function cleanUp(): Promise<void> {
  for (const step of clean.splice(0).reverse()) await step();
}

/** A folder of this test alone. */
export function freshFolder(place = tmpdir()): string {
  const folder = mkdtempSync(join(place, "pharos-store-"));
  afterThisTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A place for what is written a thousand times and need not outlive the power: in memory where the system has room for it. */
export function memoryPlace(bytes = 512 * 1024 * 1024): string {
  const shared = "/dev/shm";
  return existsSync(shared) && freeBytes(shared) >= bytes ? shared : tmpdir();
}

/** Closes a store with its test. */
export function closing<Closable extends Pick<Store, "close">>(store: Closable): Closable {
  afterThisTest(() => store.close());
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
