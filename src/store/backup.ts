// A copy of a store that is known to be whole, also while its control plane runs and writes: a reader sees one moment. In: a data folder, or a sealed
// backup. Out: a data folder, or a sealed backup, in place, on the device, or nothing. The epoch that a restore needs is said by root, elsewhere.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { syncFile, syncFolder } from "../host/files.ts";
import { archive, backedUpFiles, unarchive } from "./backup-archive.ts";
import { openBackup, sealBackup } from "./backup-seal.ts";
import { type Contents, checkStore } from "./check.ts";
import { openStore, storeFile } from "./open.ts";

export interface CopyOptions {
  /** Data folder whose store is copied. */
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
  const { from, to } = options;
  refuseStoreIn(to);
  return withDraft(options, to, async (draft) => {
    await copyInto(options, draft);
    const contents = await checkFolder({ ...options, folder: draft });
    await place(draft, to);
    return contents;
  }).catch((thrown) => {
    throw thrown instanceof Fault ? thrown : copyFault(from, to, thrown);
  });
}

/** Seals a copy, with the keys beside the store, for the public backup key `key` into the file `to`. Throws as `copyStore` does. */
export async function backUp(
  options: CopyOptions & { readonly key: Uint8Array; readonly random: Random },
): Promise<Contents> {
  const { from, to, key, random } = options;
  if (existsSync(to))
    throw new Fault("folder-unusable", `There is a file ${to} already.`, "Name a new file.");
  return withDraft(options, dirname(to), async (draft) => {
    await copyInto(options, draft);
    // After the store: what came since has a key too much, and none has a key too few.
    for (const name of backedUpFiles.slice(1))
      if (existsSync(join(from, name))) await copyFile(join(from, name), join(draft, name));
    const contents = await checkFolder({ ...options, folder: draft });
    const sealed = join(draft, "sealed");
    await pipeline(sealBackup(archive(draft), key, random), createWriteStream(sealed, { mode: 0o600 }));
    await syncFile(sealed);
    await rename(sealed, to);
    await syncFolder(dirname(to));
    return contents;
  }).catch((thrown) => {
    throw thrown instanceof Fault ? thrown : copyFault(from, to, thrown);
  });
}

/** Opens a sealed backup into the data folder `to`. Throws as `copyStore` does, and Fault `document-refused`. */
export async function unpackBackup(
  options: CopyOptions & { readonly secret: Uint8Array },
): Promise<Contents> {
  const { from, to, secret } = options;
  refuseStoreIn(to);
  return withDraft(options, to, async (draft) => {
    const names = await unarchive(openBackup(createReadStream(from), secret, from), draft);
    const contents = await checkFolder({ ...options, folder: draft });
    for (const name of names.filter((it) => it !== backedUpFiles[0]))
      await rename(join(draft, name), join(to, name));
    await place(draft, to);
    return contents;
  }).catch((thrown) => {
    throw thrown instanceof Fault ? thrown : copyFault(from, to, thrown);
  });
}

async function withDraft<Value>(
  { from }: CopyOptions,
  folder: string,
  use: (draft: string) => Promise<Value>,
): Promise<Value> {
  if (!existsSync(from)) throw new Fault("not-found", `There is no ${from}.`, "Name what is there.");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(folder, ".copy-"));
  try {
    return await use(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function place(draft: string, to: string): Promise<void> {
  await rm(join(draft, "store", "lock.mdb"), { force: true });
  refuseStoreIn(to);
  await rename(join(draft, "store"), join(to, "store"));
  await syncFolder(to);
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

async function copyInto({ from, clock, log }: CopyOptions, folder: string): Promise<void> {
  const source = openStore({ folder: from, clock, log, role: "reader" });
  try {
    const place = dirname(storeFile(folder));
    await mkdir(place, { mode: 0o700 });
    await source.copyTo(place);
    await syncFile(storeFile(folder));
    await syncFolder(place);
  } finally {
    await source.close();
  }
}

function refuseStoreIn(folder: string): void {
  if (!existsSync(storeFile(folder))) return;
  throw new Fault(
    "folder-unusable",
    `There is a store in ${folder} already.`,
    "Name an empty folder, or move that one aside.",
  );
}

function copyFault(from: string, to: string, thrown: unknown): Fault {
  const why = messageOf(thrown);
  const full = /ENOSPC|EDQUOT|No space left/.test(why);
  return new Fault(
    full ? "disk-full" : "folder-unusable",
    `The store of ${from} could not be copied to ${to}: ${why}.`,
    full ? "Make room on its disk, or name another folder." : "Name a folder that this user may write.",
    { cause: thrown },
  );
}
