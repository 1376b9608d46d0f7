// Files of a mirror's folder. In: paths below the folder, bytes. Out: files that are whole whenever someone reads them.
// Not flushed one by one: what a power failure empties is found by its length at the next start, and refused by readers before that.
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { headFile, mirrorFolder, pagesFolder } from "./mirror.ts";

export interface MirrorFiles {
  /** Length in bytes, or null where there is no such file. */
  lengthOf(path: string): Promise<number | null>;
  read(path: string): Promise<Uint8Array | null>;
  /** Makes or replaces a file in one step. Throws Fault `disk-full` or `folder-unusable`. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file, if it is there, and its folder, if that is empty then. */
  remove(path: string): Promise<void>;
  /** Paths of all files below `path`. */
  list(path: string): Promise<readonly string[]>;
}

const fileMode = 0o644;

export function mirrorFiles(folder: string): MirrorFiles {
  const made = new Set<string>();
  const place = (path: string): string => join(folder, path);

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    const file = place(path);
    const parent = dirname(file);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    const draft = `${file}.${randomBytes(6).toString("hex")}.new`;
    try {
      await writeFile(draft, bytes, { mode: fileMode, flag: "wx" });
      await rename(draft, file);
    } catch (thrown) {
      made.delete(parent);
      await rm(draft, { force: true }).catch(() => undefined); // What was thrown first says more.
      throw thrown;
    }
  }

  return {
    async lengthOf(path) {
      const found = await orNull(stat(place(path)));
      return found?.isFile() === true ? found.size : null;
    },
    read: (path) => orNull(readFile(place(path))),
    write: (path, bytes) => write(path, bytes).catch((thrown) => Promise.reject(faultOf(folder, thrown))),
    async remove(path) {
      await rm(place(path), { force: true });
      const parent = dirname(place(path));
      const empty = await rmdir(parent).then(
        () => true,
        () => false, // It holds other files.
      );
      if (empty) made.delete(parent);
    },
    async list(path) {
      const entries = (await orNull(readdir(place(path), { recursive: true, withFileTypes: true }))) ?? [];
      const from = folder.length + 1;
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(from));
    },
  };
}

/**
 * Tries whether a mirror can be written here. Throws Fault `disk-full`, and `folder-unusable` also where the folder holds files that no
 * mirror wrote: what stands in no page is swept.
 */
export async function claimFolder(folder: string): Promise<void> {
  const files = mirrorFiles(resolve(folder));
  const isMirror = (await files.lengthOf(headFile)) !== null || (await files.list(mirrorFolder)).length > 0;
  if (!isMirror && (await files.list(pagesFolder)).length > 0) {
    throw new Fault(
      "folder-unusable",
      `${folder} holds a folder ${pagesFolder} that no mirror wrote: its files would be lost.`,
      "Name an empty folder, or one that holds a mirror.",
    );
  }
  const probe = `${mirrorFolder}/writable`;
  await files.write(probe, new Uint8Array());
  await files.remove(probe);
}

const absent: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (absent.has((thrown as { code?: unknown }).code)) return null;
    throw thrown;
  }
}

/** True where a file stands in the place of a folder, or a folder in the place of a file. */
export function isInTheWay(thrown: unknown): boolean {
  const code = thrown instanceof Fault ? (thrown.cause as { code?: unknown } | undefined)?.code : undefined;
  return code === "ENOTDIR" || code === "EISDIR" || code === "EEXIST" || code === "ENOTEMPTY";
}

function faultOf(folder: string, thrown: unknown): Fault {
  const { code } = thrown as { code?: string };
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EIO")
    return new Fault(
      "disk-full",
      `The mirror in ${folder} could not be written: ${messageOf(thrown)}.`,
      "Make room on its device; what was written before stays readable.",
      { cause: thrown },
    );
  return new Fault(
    "folder-unusable",
    `The mirror in ${folder} could not be written: ${messageOf(thrown)}.`,
    "Name a folder that this user may write.",
    { cause: thrown },
  );
}
