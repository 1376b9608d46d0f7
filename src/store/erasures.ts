// Who was erased, so that it stays so. In: pages and ids of subscribers. Out: a list beside the store, a line each; it names no person.
// It is written before anything is erased. A store that comes from an older backup gets the list of today beside it, and erases again.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Fault, messageOf } from "../base/fault.ts";
import { syncFolder } from "../host/files.ts";

export interface Erasure {
  /** When it was asked for (ms). */
  readonly at: number;
  readonly page: string;
  readonly subscriber: string;
}

export const erasuresFile = (folder: string): string => join(folder, "subscribers.erased");

/** Adds to the list; on the device when it resolves. Throws Fault `disk-full`: then nothing may be erased yet. */
export async function addErasures(folder: string, erasures: readonly Erasure[]): Promise<void> {
  const path = erasuresFile(folder);
  const made = !existsSync(path);
  try {
    const file = openSync(path, "a+", 0o600);
    try {
      const lines = erasures.map(
        ({ at, page, subscriber }) => `${new Date(at).toISOString()} ${page} ${subscriber}\n`,
      );
      // A line that a power failure cut stays by itself.
      // Not `writeSync`, which may take a part where the disk fills up.
      writeFileSync(file, `${endsWhole(file) ? "" : "\n"}${lines.join("")}`);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw new Fault(
      "disk-full",
      `Nothing was erased: the list ${path} cannot be written: ${messageOf(thrown)}.`,
      "Make room on the disk, and let this user write the data folder.",
      { cause: thrown },
    );
  }
  if (made) await syncFolder(folder);
}

function endsWhole(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10);
}

/** All erasures of a data folder, oldest first; lines that are none are left out. */
export function readErasures(folder: string): readonly Erasure[] {
  const path = erasuresFile(folder);
  return existsSync(path) ? erasuresIn(readFileSync(path, "utf8")) : [];
}

function erasuresIn(text: string): readonly Erasure[] {
  return text.split("\n").flatMap((line) => {
    const [, time = "", page = "", subscriber = ""] = /^(\S+) (\S+) ([A-Za-z0-9_-]+)$/.exec(line) ?? [];
    return subscriber === "" || Number.isNaN(Date.parse(time))
      ? []
      : [{ at: Date.parse(time), page, subscriber }];
  });
}

/**
 * Several lists as one, each erasure once, oldest first; null where none of them is there. Throws Fault `document-refused` for a file that is no
 * such list: to take it for an empty one would bring people back.
 */
export function mergedErasures(paths: readonly string[]): string | null {
  const there = paths.filter((path) => existsSync(path));
  if (there.length === 0) return null;
  const lines = there.flatMap((path) => {
    const text = readFileSync(path, "utf8");
    const own = erasuresIn(text);
    if (own.length === 0 && text.trim() !== "")
      throw new Fault(
        "document-refused",
        `${path} is no list of erasures.`,
        "Name the newest subscribers.erased that there is: it lies in the control plane's data folder.",
      );
    return own.map(({ at, page, subscriber }) => `${new Date(at).toISOString()} ${page} ${subscriber}\n`);
  });
  return [...new Set(lines)].sort().join("");
}
