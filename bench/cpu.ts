// What processes cost, whatever else the machine does meanwhile. In: a process id. Out: processor time of it and of those below it.
import { readFileSync } from "node:fs";
import { processesBelow } from "../test/support/command.ts";

/** The kernel counts in hundredths of a second (USER_HZ). */
const tickMs = 10;

export interface ProcessCost {
  readonly pid: number;
  readonly command: string;
  readonly cpuMs: number;
}

/** The process and all below it, each with what it took so far; none where the system has no /proc. */
export function costsOf(pid: number): readonly ProcessCost[] {
  return [pid, ...processesBelow(pid)].flatMap((one) => costOf(one) ?? []);
}

/** Sum of those whose command line says `word`. */
export function cpuMsOf(costs: readonly ProcessCost[], word = ""): number {
  return costs.reduce((sum, { command, cpuMs }) => sum + (command.includes(word) ? cpuMs : 0), 0);
}

function costOf(pid: number): ProcessCost | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { pid, command, cpuMs: ((user ?? 0) + (system ?? 0)) * tickMs };
  } catch {
    return null; // It is gone, or this system has no /proc.
  }
}
