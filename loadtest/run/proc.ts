// What processes use, as Linux tells. In: process ids. Out: processor time, memory, open files. Elsewhere: nothing.
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessUse {
  readonly pid: number;
  /** `control`, `pop-1 worker`, … */
  readonly name: string;
  readonly cpuMs: number;
  readonly memoryMb: number;
  readonly files: number;
}

/** USER_HZ and the page size of Linux on all that we build for. */
const tickMs = 10;
const pageBytes = 4_096;

/** Null where the process is gone, or the system has no /proc. */
export function useOf(pid: number, name: string): ProcessUse | null {
  try {
    const stat = statOf(pid);
    const cpuMs = (Number(stat[11]) + Number(stat[12])) * tickMs;
    return {
      pid,
      name,
      cpuMs,
      memoryMb: (Number(stat[21]) * pageBytes) / 2 ** 20,
      files: readdirSync(`/proc/${pid}/fd`).length,
    };
  } catch {
    return null; // It is gone.
  }
}

/** Processor time of all programs on those cores since the machine began; null where the system does not say. `null` cores are all. */
export function busyMsOf(cores: string | null): number | null {
  try {
    const wanted = cores === null ? ["cpu"] : numbersIn(cores).map((core) => `cpu${core}`);
    return readFileSync("/proc/stat", "utf8")
      .split("\n")
      .map((line) => line.split(/ +/))
      .filter(([name = ""]) => wanted.includes(name))
      .reduce((sum, [, ...ticks]) => sum + tickMs * usedOf(ticks.map(Number)), 0);
  } catch {
    return null; // No /proc here.
  }
}

/** user nice system idle iowait irq softirq steal guest guest_nice: guests are in user and nice already, and who waits for a disk uses nothing. */
const usedOf = ([
  user = 0,
  nice = 0,
  system = 0,
  ,
  ,
  irq = 0,
  softirq = 0,
  steal = 0,
]: readonly number[]): number => user + nice + system + irq + softirq + steal;

/** Of a list such as `0-3,6`. */
export function numbersIn(cores: string): readonly number[] {
  return cores
    .split(",")
    .map((part) => part.split("-").map(Number))
    .flatMap(([first = 0, last = first]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}

/** Fields of stat after the name, which may hold anything. */
function statOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** All processes below `pid`, the nearest first. */
export function processesBelow(pid: number): readonly number[] {
  try {
    const parents = new Map(
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
          try {
            return [[Number(name), Number(statOf(Number(name))[1])] as const];
          } catch {
            return []; // It is gone.
          }
        }),
    );
    const found: number[] = [];
    const visit = (parent: number): void => {
      for (const [child, of] of parents)
        if (of === parent) {
          found.push(child);
          visit(child);
        }
    };
    visit(pid);
    return found;
  } catch {
    return []; // No /proc here.
  }
}

/** What a process of Pharos is, by its command line. */
export function roleOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const role = words[words.indexOf("--role") + 1];
    const data = words[words.indexOf("--data") + 1]?.split("/").at(-1) ?? "";
    if (words.includes("edge")) return `${data} ${words.includes("--role") ? role : "parent"}`;
    return ["control", "dns", "demo"].find((word) => words.includes(word)) ?? words[0] ?? "";
  } catch {
    return "";
  }
}
