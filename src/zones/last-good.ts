// What an operator wrote, as it was when it last held: for a process that starts while it is broken. In: a folder, a path, the files that belong to it.
// Out: their texts. A process that runs stays by what it has; one that takes the place of another, or comes after a power failure, has nothing but this.
//
// A file for each path, named by its hash: a line of JSON (format, print, names and lengths), then the bytes of all, one behind the other.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { writeFileWhole } from "../host/files.ts";

export interface LastGood {
  /**
   * Keeps the files of a path that holds. Not where they are no more as `print` says: what they are by then is for the next reading to say. Never rejects: what
   * cannot be kept is said.
   */
  keep(path: string, files: readonly string[], print: string): Promise<void>;
  /** Texts by file; null where there are none. */
  read(path: string): ReadonlyMap<string, string> | null;
}

const format = "pharos-last-good/1";

interface Head {
  readonly format: typeof format;
  readonly print: string;
  readonly files: readonly (readonly [string, number])[];
}

/** `writes`: of the processes of a node one keeps, for two may have read different texts. */
export function createLastGood(folder: string, writes: boolean, log: Log): LastGood {
  const placeOf = (path: string): string =>
    join(folder, "last-good", createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32));
  return {
    async keep(path, files, print) {
      if (!writes || opened(placeOf(path))?.head.print === print) return;
      try {
        const bytes = await Promise.all(files.map((file) => readFile(file)));
        if (printOf(files) !== print) return;
        const lengths = files.map((file, at) => [file, bytes[at]?.length ?? 0] as const);
        const head = JSON.stringify({ format, print, files: lengths } satisfies Head);
        mkdirSync(join(folder, "last-good"), { recursive: true });
        await writeFileWhole(placeOf(path), Buffer.concat([Buffer.from(`${head}\n`), ...bytes]));
      } catch (thrown) {
        log.warn("No copy is kept of a file that holds: a start that finds it broken has no older one.", {
          path,
          why: messageOf(thrown),
        });
      }
    },
    read(path) {
      const kept = opened(placeOf(path));
      if (kept === null) return null;
      let at = kept.start;
      const texts = kept.head.files.map(([file, length]): readonly [string, string] => {
        at += length;
        return [file, kept.bytes.toString("utf8", at - length, at)];
      });
      return at === kept.bytes.length ? new Map(texts) : null;
    },
  };
}

/** Null where there is none, or what is there was not written by this. */
function opened(
  place: string,
): { readonly head: Head; readonly bytes: Buffer; readonly start: number } | null {
  try {
    const bytes = readFileSync(place);
    const start = bytes.indexOf(10) + 1;
    const head = JSON.parse(bytes.toString("utf8", 0, start)) as Head;
    return head.format === format && Array.isArray(head.files) ? { head, bytes, start } : null;
  } catch {
    return null;
  }
}

/** Time, size and inode of files: another print is another content. */
export function printOf(files: readonly string[]): string {
  return files.map(printOfOne).join("\n");
}

function printOfOne(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "not there";
  }
}
