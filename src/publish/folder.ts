// What is in a folder that is to become a page. In: a folder of anyone's making. Out: its files with their paths, or the sentence that says
// which of them cannot be published. Nothing is read but names and sizes; links are followed within the folder and nowhere else.
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, sep } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { pathsOf } from "./folder-names.ts";

/** One file of a folder. */
export interface FolderFile {
  /** Below the folder, `/`-separated. */
  readonly name: string;
  /** Where to read it. */
  readonly place: string;
  readonly paths: readonly string[];
}

export interface FolderContents {
  /** In the order of their names. */
  readonly files: readonly FolderFile[];
  /** Names that begin with a dot, `.well-known` apart: what editors, systems and version control leave is no part of a page. */
  readonly leftOut: readonly string[];
  readonly bytes: number;
}

interface Walk {
  readonly root: string;
  readonly files: FolderFile[];
  readonly leftOut: string[];
  readonly fileOf: Map<string, string>;
  bytes: number;
}

/** Bounds of a folder; given by tests alone. */
export type FolderBounds = {
  readonly [Name in "folderFilesMax" | "folderBytesMax" | "folderDepthMax" | "objectBytesMax"]: number;
};

/** Lists a folder. Throws Fault `folder-refused` with the first file that cannot be published, `folder-unusable` where it cannot be read. */
export function readFolder(folder: string, bounds: FolderBounds = limits): FolderContents {
  const root = reading(folder, () => realpathSync(folder));
  if (!reading(folder, () => statSync(root)).isDirectory())
    throw new Fault(
      "folder-unusable",
      `${folder} is no folder.`,
      "Name the folder that holds the page's files.",
    );
  const walk: Walk = { root, files: [], leftOut: [], fileOf: new Map(), bytes: 0 };
  visit(walk, "", root, [root], bounds);
  if (walk.files.length === 0)
    throw new Fault(
      "folder-refused",
      `${folder} holds no file.`,
      "A page needs at least one; to take it down for good, sign a removal.",
    );
  const { files, leftOut, bytes } = walk;
  return { files, leftOut, bytes };
}

/** `chain` are the folders on the way to this one, as the system knows them. */
function visit(
  walk: Walk,
  below: string,
  folder: string,
  chain: readonly string[],
  bounds: FolderBounds,
): void {
  if (chain.length > bounds.folderDepthMax)
    throw refused(below, `lies more than ${bounds.folderDepthMax} folders deep`);
  for (const entry of reading(folder, () => readdirSync(folder)).sort()) {
    const name = below === "" ? entry : `${below}/${entry}`;
    if (entry.startsWith(".") && entry !== ".well-known") {
      walk.leftOut.push(name);
      continue;
    }
    const place = placeOf(walk.root, name, join(folder, entry));
    const stats = reading(name, () => statSync(place));
    if (stats.isDirectory()) {
      if (chain.includes(place)) throw refused(name, "leads back into a folder that it lies in");
      visit(walk, name, place, [...chain, place], bounds);
    } else take(walk, name, place, stats, bounds);
  }
}

function take(walk: Walk, name: string, place: string, stats: Stats, bounds: FolderBounds): void {
  if (!stats.isFile()) throw refused(name, "is neither a file nor a folder");
  if (stats.size > bounds.objectBytesMax)
    throw refused(name, `has ${stats.size} bytes, and ${bounds.objectBytesMax} are the limit of one file`);
  walk.bytes += stats.size;
  if (walk.bytes > bounds.folderBytesMax)
    throw refused(name, `is where the folder exceeds ${bounds.folderBytesMax} bytes, its limit`);
  if (walk.files.length >= bounds.folderFilesMax)
    throw refused(name, `is one file more than the limit of ${bounds.folderFilesMax}`);
  const paths = pathsOf(name);
  if (!paths.ok) throw refused(name, `cannot be published: ${paths.reason}`);
  for (const path of paths.value) {
    const other = walk.fileOf.get(path);
    if (other !== undefined)
      throw refused(name, `would answer at ${path}, and so would ${JSON.stringify(other)}`);
    walk.fileOf.set(path, name);
  }
  walk.files.push({ name, place, paths: paths.value });
}

/** Where an entry really lies: a link is followed as long as it stays within the folder. */
function placeOf(root: string, name: string, place: string): string {
  if (!reading(name, () => lstatSync(place)).isSymbolicLink()) return place;
  let target: string;
  try {
    target = realpathSync(place);
  } catch (thrown) {
    throw refused(name, `is a link that leads nowhere (${messageOf(thrown)})`);
  }
  if (target !== root && !target.startsWith(root + sep))
    throw refused(name, "is a link that leaves the folder");
  return target;
}

function reading<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw new Fault(
      "folder-unusable",
      `${what} cannot be read: ${messageOf(thrown)}.`,
      "Give it to this user to read, or take it out of the folder.",
      { cause: thrown },
    );
  }
}

function refused(name: string, why: string): Fault {
  return new Fault(
    "folder-refused",
    `${JSON.stringify(name)} ${why}.`,
    "Nothing was published; take it out of the folder, or change it.",
  );
}
