// Files of a mirror's folder. In: paths below the folder, bytes. Out: files that are whole whenever someone reads them.
// Not flushed one by one: what a power failure empties is found by its length at the next start, and refused by readers before that.
import { randomBytes } from "node:crypto";
import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";
import { headFile, mirrorFolder, pagesFolder } from "./mirror.ts";

export interface MirrorFiles {
  /** Length in bytes, or null where there is no such file. */
  lengthOf(path: string): Promise<number | null>;
  read(path: string): Promise<Uint8Array | null>;
  /** Makes or replaces a file in one step. Throws Fault `disk-full` or `folder-unusable`. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file, if it is there, and its folder, if that is empty then. */
  remove(path: string): Promise<void>;
  /** Paths of all files below `path`; links are not followed. */
  list(path: string): Promise<readonly string[]>;
  /** Makes a folder, if it is not there. Throws like `write`. */
  makeFolder(path: string): Promise<void>;
  /** What stands directly in `path`. */
  names(path: string): Promise<readonly string[]>;
  /** Gives the file `from` a second name `to`, in one step. False where this device cannot. */
  link(from: string, to: string): Promise<boolean>;
  /** Makes `path` a link to `target`, in one step, whatever it was before. Throws like `write`. */
  point(path: string, target: string): Promise<void>;
  /** Where the link `path` points; null where it is none. */
  pointsTo(path: string): Promise<string | null>;
  /** Removes a file, a link, or a folder with all that is in it. */
  removeAll(path: string): Promise<void>;
}

const fileMode = 0o644;

export function mirrorFiles(folder: string): MirrorFiles {
  const made = new Set<string>();
  const place = (path: string): string => join(folder, path);

  /** Has `make` make a draft beside `path`, and puts it in its place. */
  async function replace(path: string, make: (draft: string) => Promise<void>): Promise<void> {
    const file = place(path);
    const parent = dirname(file);
    if (!made.has(parent)) await mkdir(parent, { recursive: true });
    made.add(parent);
    const draft = `${file}.${randomBytes(6).toString("hex")}.new`;
    try {
      await make(draft);
      await rename(draft, file);
    } catch (thrown) {
      made.delete(parent);
      await rm(draft, { force: true }).catch(() => undefined); // What was thrown first says more.
      throw thrown;
    }
  }

  const write = (path: string, bytes: Uint8Array): Promise<void> =>
    replace(path, (draft) => writeFile(draft, bytes, { mode: fileMode, flag: "wx" }));

  async function point(path: string, target: string): Promise<void> {
    const there = await orNull(lstat(place(path)));
    // A folder cannot be replaced by a link in one step. Earlier releases had one here.
    if (there?.isDirectory() === true) await removeAll(path);
    await replace(path, (draft) => symlink(target, draft));
  }

  async function removeAll(path: string): Promise<void> {
    await rm(place(path), { recursive: true, force: true });
    for (const parent of made) if (`${parent}/`.startsWith(`${place(path)}/`)) made.delete(parent);
  }

  return {
    async lengthOf(path) {
      const found = await orNull(stat(place(path)));
      return found?.isFile() === true ? found.size : null;
    },
    read: (path) => orNull(readFile(place(path))),
    write: (path, bytes) => write(path, bytes).catch((thrown) => Promise.reject(faultOf(folder, thrown))),
    point: (path, target) => point(path, target).catch((thrown) => Promise.reject(faultOf(folder, thrown))),
    link: (from, to) =>
      replace(to, (draft) => link(place(from), draft)).then(
        () => true,
        () => false, // The caller writes the file instead, and that says what is wrong.
      ),
    pointsTo: (path) => readlink(place(path)).catch(() => null), // No link is there.
    removeAll,
    makeFolder: (path) =>
      mkdir(place(path), { recursive: true }).then(
        () => undefined,
        (thrown) => Promise.reject(faultOf(folder, thrown)),
      ),
    names: async (path) => (await orNull(readdir(place(path)))) ?? [],
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

/** The digest of a file's bytes; null where there is none. */
export async function digestIn(files: MirrorFiles, path: string): Promise<Digest | null> {
  const bytes = await files.read(path);
  return bytes === null ? null : digestOf(bytes);
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
