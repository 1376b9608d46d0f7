// One holder of a data folder at a time. In: a folder. Out: a lock that the system releases when the process ends, however it ends.
// SQLite's exclusive lock on an empty file is an OS file lock on every platform and the same one on every runtime; node:fs has none, and a
// pid file outlives kill -9.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Fault, messageOf } from "../base/fault.ts";

export interface FolderLock {
  release(): void;
}

/** Locks in force. A handle that nothing refers to would be collected, and the lock with it. */
const held = new Set<DatabaseSync>();

/** Makes the folder and takes it. Throws Fault `folder-locked` when another process holds it, `folder-unusable` when it cannot be made. */
export function lockFolder(folder: string): FolderLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(join(folder, "lock"));
    try {
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      database.exec("BEGIN EXCLUSIVE");
    } catch (thrown) {
      database.close();
      throw thrown;
    }
    held.add(database);
    return {
      release() {
        held.delete(database);
        database.close();
      },
    };
  } catch (thrown) {
    if (/locked|busy/i.test(messageOf(thrown))) {
      throw new Fault(
        "folder-locked",
        `The data folder ${folder} is held by another process.`,
        "Stop that process, or name another folder with --data.",
        { cause: thrown },
      );
    }
    throw new Fault(
      "folder-unusable",
      `The data folder ${folder} cannot be used: ${messageOf(thrown)}.`,
      "Name a folder with --data that this user may write, on a disk with room.",
      { cause: thrown },
    );
  }
}
