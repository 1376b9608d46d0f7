// One command line as a stranger gives it. In: arguments, variables, perhaps another user. Out: exit code, what was said, how long it took.
// What does not end by itself is killed, and its code is then null. Also: the processes below one, as the system knows them.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtime } from "./installation.ts";

export interface Said {
  /** Null where it did not end within the deadline. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface HowToRun {
  /** Beside PATH=/nonexistent and TMPDIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands before the program: `setpriv …`, with its full path. */
  readonly before?: readonly string[];
  readonly cwd?: string;
  readonly deadlineMs?: number;
}

/** Runs `pharos` with `args` to its end. */
export function runCommand(args: readonly string[], how: HowToRun = {}): Promise<Said> {
  return runLine([...(how.before ?? []), ...runtime, ...args], how);
}

/** Runs a program with its arguments to its end. */
export async function runLine(line: readonly string[], how: HowToRun = {}): Promise<Said> {
  const [program = "", ...rest] = line;
  const child = spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/nonexistent", TMPDIR: tmpdir(), ...how.env },
    ...(how.cwd === undefined ? {} : { cwd: how.cwd }),
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const deadline = setTimeout(() => child.kill("SIGKILL"), how.deadlineMs ?? 20_000);
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  clearTimeout(deadline);
  return { code, out, err };
}

/** What makes a command another, unprivileged user's; null where this user may not do that, or the other one cannot reach this checkout. */
export async function anotherUser(): Promise<readonly string[] | null> {
  if (process.getuid?.() !== 0) return null;
  const before = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  const version = await runCommand(["version"], { before }).catch(() => null);
  return version?.code === 0 ? before : null;
}

export const noOtherUserReason = "no other user can run this checkout from here";

/**
 * The sentence of a command that could not do what it was told: one line on stderr beside what its log has to tell of a start, nothing
 * on stdout. Throws where it is not so.
 */
export function sentenceOf({ code, out, err }: Said, exit: 1 | 2): string {
  const lines = err
    .trimEnd()
    .split("\n")
    .filter((line) => !line.includes('"level":"info"'));
  const [line = ""] = lines;
  if (code === exit && out === "" && lines.length === 1 && line.startsWith("pharos: ")) return line;
  throw new Error(`It ended with ${code} in place of ${exit} and one sentence, saying:\n${out}${err}`);
}

/** Ids of the processes below `pid`, the nearest first; none where the system has no /proc. */
export function processesBelow(pid: number): readonly number[] {
  const below = childrenOf(pid);
  return [...below, ...below.flatMap(processesBelow)];
}

function childrenOf(pid: number): readonly number[] {
  if (!existsSync("/proc/self")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number);
}

/** Null where the process is gone, or ended and not yet fetched. */
function parentOf(name: string): number | null {
  try {
    const stat = readFileSync(join("/proc", name, "stat"), "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : Number(parent);
  } catch {
    return null;
  }
}

/** True while the process runs. */
export function isAlive(pid: number): boolean {
  if (existsSync("/proc/self")) return parentOf(String(pid)) !== null;
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // There is none.
  }
}
