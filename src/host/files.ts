// Files that must survive. In: paths and bytes. Out: files that are whole or absent, on the device when the promise resolves.
import { randomBytes } from "node:crypto";
import { closeSync, openSync, statfsSync, writeSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const zeros = new Uint8Array(256 * 1024);

/** Bytes that this user may still write on the device of `path`; `path` must exist. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Writes zeros from `from` to `to` (bytes), so that the device's room is taken before it is needed. Not flushed; throws what the system says. */
export function fillFile(path: string, from: number, to: number): void {
  const file = openSync(path, "r+");
  try {
    for (let at = from; at < to; ) at += writeSync(file, zeros, 0, Math.min(zeros.length, to - at), at);
  } finally {
    closeSync(file);
  }
}

/** Makes names in `folder` (new files, renames) survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  await withFile(folder, "r", undefined, (handle) => handle.sync());
}

/** Flushes a file that something else wrote. */
export async function syncFile(path: string): Promise<void> {
  await withFile(path, "r", undefined, (handle) => handle.sync());
}

/** Replaces or makes a file in one step: a reader, and a start after a crash, sees the old bytes or the new ones. Pieces are written as they come. */
export async function writeFileWhole(
  path: string,
  bytes: Uint8Array | AsyncIterable<Uint8Array>,
  mode = 0o600,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await withFile(draft, "wx", mode, async (handle) => {
      if (bytes instanceof Uint8Array) await handle.writeFile(bytes);
      else for await (const piece of bytes) await handle.writeFile(piece);
      await handle.sync();
    });
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
  await syncFolder(dirname(path));
}

async function withFile<Value>(
  path: string,
  flags: string,
  mode: number | undefined,
  use: (handle: FileHandle) => Promise<Value>,
): Promise<Value> {
  const handle = await open(path, flags, mode);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}
