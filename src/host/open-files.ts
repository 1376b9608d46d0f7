// How many files this process may have open, connections among them. In: the system. Out: whether one more can be opened, and the bound.
import { closeSync, openSync, readFileSync } from "node:fs";

/** False where this process, or the system, has as many open as it may. */
export function canOpenFile(): boolean {
  try {
    closeSync(openSync("/dev/null", "r"));
    return true;
  } catch (thrown) {
    const { code } = thrown as { code?: unknown };
    return code !== "EMFILE" && code !== "ENFILE";
  }
}

/** The soft limit of this process; null where the system does not say. */
export function openFilesMax(): number | null {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null; // No /proc here.
  }
}
