// What processes weigh. In: their ids. Out: bytes that no file stands behind; pages of a mapped store are the system's to take back.
import { readFileSync } from "node:fs";

/** Proportional set size less its file-backed part, of all together (bytes; Linux). */
export function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(text)?.[1] ?? 0);
    return sum + 1024 * (kilobytes("Pss") - kilobytes("Pss_File"));
  }, 0);
}
