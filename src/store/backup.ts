// A copy of a store that is known to be whole, also while its control plane runs and writes: a reader sees one moment. In: a data folder, or a sealed
// backup. Out: a data folder, or a sealed backup, in place, on the device, or nothing. The epoch that a restore needs is said by root, elsewhere
// (`prepare`). What was erased since a backup is erased in what is restored.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { syncFile, syncFolder, writeFileWhole } from "../host/files.ts";
import { lockFolder } from "../host/lock.ts";
import { archive, filesBeside, unarchive } from "./backup-archive.ts";
import { openBackup, sealBackup } from "./backup-seal.ts";
import { type Contents, checkStore } from "./check.ts";
import { erasuresFile, mergedErasures } from "./erasures.ts";
import { openStore, storeFile, storeFiles } from "./open.ts";

export interface CopyOptions {
  /** Data folder whose store is copied. */
  readonly from: string;
  /** Data folder that gets the store; it has none yet. */
  readonly to: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a restore does beside copying, all of it before anything is in its place: a restore that ends in the middle has made nothing. */
export interface RestoreOptions extends CopyOptions {
  /** Lists of who was erased, beside that of the backup and the one in `to`: what any of them names stays erased. */
  readonly erased?: readonly string[];
  /** Called with the data folder as it will be. */
  prepare?(folder: string): Promise<void>;
}

/**
 * Copies without free pages, so that nothing that was deleted goes with it, then reads the whole copy, and only then puts it in its
 * place. Throws Fault `store-corrupt`, `not-found` (no store in `from`), `folder-unusable` (one in `to`, or it cannot be written),
 * `disk-full`.
 */
export async function copyStore(options: RestoreOptions): Promise<Contents> {
  const { from, to } = options;
  refuseStoreIn(to);
  return withDraft(options, to, async (draft) => {
    await copyInto(options, draft);
    const contents = await checkFolder({ ...options, folder: draft });
    await place(options, draft);
    return contents;
  }).catch((thrown) => {
    throw copyFault(from, to, thrown);
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
    for (const name of filesBeside)
      if (existsSync(join(from, name))) await copyFile(join(from, name), join(draft, name));
    const contents = await checkFolder({ ...options, folder: draft });
    const sealed = join(draft, "sealed");
    await pipeline(sealBackup(archive(draft), key, random), createWriteStream(sealed, { mode: 0o600 }));
    await syncFile(sealed);
    await rename(sealed, to);
    await syncFolder(dirname(to));
    return contents;
  }).catch((thrown) => {
    throw copyFault(from, to, thrown);
  });
}

/** Opens a sealed backup into the data folder `to`. Throws as `copyStore` does, and Fault `document-refused`. */
export async function unpackBackup(
  options: RestoreOptions & { readonly secret: Uint8Array },
): Promise<Contents> {
  const { from, to, secret } = options;
  refuseStoreIn(to);
  return withDraft(options, to, async (draft) => {
    await unarchive(openBackup(createReadStream(from), secret, from), draft);
    const contents = await checkFolder({ ...options, folder: draft });
    await place(options, draft);
    return contents;
  }).catch((thrown) => {
    throw copyFault(from, to, thrown);
  });
}

async function withDraft<Value>(
  { from }: CopyOptions,
  folder: string,
  use: (draft: string) => Promise<Value>,
): Promise<Value> {
  if (!existsSync(from))
    throw new Fault(
      "not-found",
      `There is no ${from}.`,
      "Name the data folder of a control plane to back it up, or what pharos backup made to restore it.",
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeLeftDrafts(folder);
  const draft = await mkdtemp(join(folder, draftPrefix));
  // Ends with the process: whose draft can be locked left it behind.
  const lock = lockFolder(draft);
  try {
    return await use(draft);
  } finally {
    lock.release();
    await rm(draft, { recursive: true, force: true });
  }
}

const draftPrefix = ".copy-";

/** Of processes that were killed: keys lie in them in the clear. */
async function removeLeftDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(draftPrefix)) continue;
    try {
      lockFolder(join(folder, name)).release();
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "folder-locked") continue;
      throw thrown;
    }
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Everything else first, the store last, in one step: without it the folder is none that could be started. */
async function place(options: RestoreOptions, draft: string): Promise<void> {
  const { to, erased = [], prepare } = options;
  const list = mergedErasures([erasuresFile(draft), erasuresFile(to), ...erased]);
  if (list !== null) await writeFileWhole(erasuresFile(draft), Buffer.from(list));
  await prepare?.(draft);
  for (const file of storeFiles(draft)) await rm(join(dirname(file), "lock.mdb"), { force: true });
  refuseStoreIn(to);
  const others = filesBeside.filter((name) => existsSync(join(draft, name)));
  for (const name of others) await refuseOtherKeys(join(draft, name), join(to, name));
  for (const name of others) await rename(join(draft, name), join(to, name));
  await syncFolder(to);
  await rename(join(draft, "store"), join(to, "store"));
  await syncFolder(to);
}

/** A key that is overwritten is lost, and with it what it opens. */
async function refuseOtherKeys(ours: string, theirs: string): Promise<void> {
  if (basename(ours) === basename(erasuresFile("")) || !existsSync(theirs)) return;
  if ((await readFile(ours)).equals(await readFile(theirs))) return;
  throw new Fault(
    "folder-unusable",
    `There is ${theirs} already, and it is not the one of the backup.`,
    "Name an empty folder, or move that file aside; keep subscribers.erased where it is.",
  );
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
    for (const file of storeFiles(folder)) {
      await syncFile(file);
      await syncFolder(dirname(file));
    }
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

/** A fault of its own goes on as it is, but for one that speaks of a file in a draft, which is gone by then. */
function copyFault(from: string, to: string, thrown: unknown): Fault {
  const isFault = thrown instanceof Fault;
  if (isFault && thrown.code !== "disk-full") return thrown;
  const why = isFault ? "its disk is full" : messageOf(thrown);
  const full = isFault || /ENOSPC|EDQUOT|No space left/.test(why);
  return new Fault(
    full ? "disk-full" : "folder-unusable",
    `The store of ${from} could not be copied to ${to}: ${why}.`,
    full ? "Make room on its disk, or name another folder." : "Name a folder that this user may write.",
    { cause: thrown },
  );
}
