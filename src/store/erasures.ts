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
  writeSync,
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
      writeSync(file, `${endsWhole(file) ? "" : "\n"}${lines.join("")}`);
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
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, time = "", page = "", subscriber = ""] = /^(\S+) (\S+) ([a-z0-9]+)$/.exec(line) ?? [];
      return subscriber === "" ? [] : [{ at: Date.parse(time), page, subscriber }];
    });
}
