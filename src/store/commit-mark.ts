// Was anything committed? In: the folder of a store. Out: for the writer a mark around each commit, for readers a number that changes with it.
// Asking LMDB costs a reader 40 % of a request. The mark is a file of eight bytes beside data.mdb that readers map: `PHCM`, then a count (u32,
// little-endian) that is odd while a commit is under way. An even count that did not change means that no reader saw anything new in between.
// Not LMDB's own number in lock.mdb: a process that opens and closes that file loses all its locks on it (fcntl(2)), and LMDB its reader table.
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { mapFile } from "../host/map.ts";

const magic = "PHCM";
const countAt = 4;
const fileBytes = 8;

/** The count of commits of any process; null during one, and where it cannot be known. */
export type CommitNumber = () => number | null;

export interface CommitMark {
  /** Before anything of a commit can be seen. Throws what the system says; nothing may be committed then. */
  begin(): void;
  /** After all of it can be seen, and also where it failed. Never throws. */
  end(): void;
  close(): void;
}

/** `place` is the store's own folder. */
export function commitMarkFile(place: string): string {
  return join(place, "commits");
}

/**
 * The writer's mark, made where there is none. A writer that was killed within a commit left an odd count; this one ends that. Where the
 * file cannot be made (a full disk), there is none for readers either, and they ask LMDB.
 */
export function openCommitMark(place: string): CommitMark {
  const file = openOrMake(commitMarkFile(place));
  if (file === null) return { begin() {}, end() {}, close() {} };
  const bytes = new DataView(new ArrayBuffer(fileBytes));
  const write = (count: number): void => {
    bytes.setUint32(countAt, count, true);
    writeSync(file, bytes, countAt, fileBytes - countAt, countAt);
  };
  const count = (): number => bytes.getUint32(countAt, true);
  const end = (): void => {
    try {
      write((count() | 1) + 1);
    } catch {
      // Still odd in the file: readers go on asking LMDB, and the next commit begins with this again.
    }
  };
  readSync(file, bytes, 0, fileBytes, 0);
  if (count() % 2 === 1) end();
  // To begin, one bit of one byte changes, so that no reader can see half of it.
  return { begin: () => write(count() | 1), end, close: () => closeSync(file) };
}

function openOrMake(path: string): number | null {
  try {
    return openSync(path, "r+");
  } catch {
    // Absent, as in a store of an earlier release.
  }
  try {
    const file = openSync(path, "wx+", 0o600);
    writeSync(file, Buffer.from(`${magic}\0\0\0\0`, "latin1"));
    return file;
  } catch {
    return null;
  }
}

/** So many looks in vain until a file that was not there is looked for again. */
const looksPerTry = 4_096;

/** A reader's number. Under Deno, which maps no files, it is always null. */
export function watchCommits(place: string): CommitNumber {
  let counts = countsIn(place);
  let looks = 0;
  return () => {
    if (counts === null) {
      if (++looks % looksPerTry !== 0) return null;
      counts = countsIn(place);
      if (counts === null) return null;
    }
    const count = counts[0] ?? 1;
    return (count & 1) === 0 ? count : null;
  };
}

function countsIn(place: string): Uint32Array | null {
  const bytes = mapFile(commitMarkFile(place));
  if (bytes === null || bytes.length !== fileBytes) return null;
  if (Buffer.from(bytes.subarray(0, countAt)).toString("latin1") !== magic) return null;
  return new Uint32Array(bytes.buffer, bytes.byteOffset + countAt, 1);
}
