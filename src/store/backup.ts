// A copy of a stopped store that is known to be whole. In: two data folders. Out: the copy in place, on the device, or nothing.
// Backup and restore are this one step in two directions; the epoch that a restore needs is said by root, elsewhere.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { syncFile, syncFolder } from "../host/files.ts";
import { type Contents, checkStore } from "./check.ts";
import { openStore, type Store, storeFile } from "./open.ts";

export interface CopyOptions {
  /** Data folder whose store is copied; no process writes to it. */
  readonly from: string;
  /** Data folder that gets the store; it has none yet. */
  readonly to: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Copies without free pages, so that nothing that was deleted goes with it, then reads the whole copy, and only then puts it in its
 * place. Throws Fault `store-corrupt`, `not-found` (no store in `from`), `folder-unusable` (one in `to`, or it cannot be written),
 * `disk-full`.
 */
export async function copyStore(options: CopyOptions): Promise<Contents> {
  const { from, to, clock, log } = options;
  refuseStoreIn(to);
  const source = openStore({ folder: from, clock, log, role: "reader" });
  let draft: string | null = null;
  try {
    await mkdir(to, { recursive: true, mode: 0o700 });
    draft = await mkdtemp(join(to, ".copy-"));
    await copyInto(source, draft);
    const contents = await checkFolder({ folder: draft, clock, log });
    await rm(join(draft, "store", "lock.mdb"), { force: true });
    refuseStoreIn(to);
    await rename(join(draft, "store"), join(to, "store"));
    await syncFolder(to);
    return contents;
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : copyFault(options, thrown);
  } finally {
    if (draft !== null) await rm(draft, { recursive: true, force: true });
    await source.close();
  }
}

/** Reads all of the store of a data folder. Throws as `checkStore` and `openStore` do. */
export async function checkFolder(options: {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Contents> {
  const store = openStore({ ...options, role: "reader" });
  try {
    return checkStore(store);
  } finally {
    await store.close();
  }
}

async function copyInto(source: Store, folder: string): Promise<void> {
  const place = dirname(storeFile(folder));
  await mkdir(place, { mode: 0o700 });
  await source.copyTo(place);
  await syncFile(storeFile(folder));
  await syncFolder(place);
}

function refuseStoreIn(folder: string): void {
  if (!existsSync(storeFile(folder))) return;
  throw new Fault(
    "folder-unusable",
    `There is a store in ${folder} already.`,
    "Name an empty folder, or move that one aside.",
  );
}

function copyFault({ from, to }: CopyOptions, thrown: unknown): Fault {
  const why = messageOf(thrown);
  const full = /ENOSPC|EDQUOT|No space left/.test(why);
  return new Fault(
    full ? "disk-full" : "folder-unusable",
    `The store of ${from} could not be copied to ${to}: ${why}.`,
    full ? "Make room on its disk, or name another folder." : "Name a folder that this user may write.",
    { cause: thrown },
  );
}
