// Processes that a run starts. In: a command line, cores. Out: a child, its lines, its end; all of them are ended by their own ids.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { numbersIn } from "./proc.ts";

export interface Started {
  readonly pid: number;
  readonly exited: Promise<number | null>;
  /** The first line that it says; null where it ends before. */
  readonly firstLine: Promise<string | null>;
  kill(signal: "SIGTERM" | "SIGKILL" | "SIGINT"): void;
}

export interface Children {
  start(command: readonly string[], options: StartOptions): Started;
  /** Of those that still run. */
  pids(): readonly number[];
  /** Ends those that still run, the last started first: SIGTERM, and SIGKILL for who has not ended in time. */
  end(): Promise<void>;
}

export interface StartOptions {
  readonly logFile: string;
  /** As `taskset -c` takes them; null binds nothing. */
  readonly cores: string | null;
  readonly env?: NodeJS.ProcessEnv;
  /** Its stdin stays open for as long as we live, and it ends when it closes. */
  readonly tied?: boolean;
}

const graceMs = 15_000;

export function createChildren(): Children {
  const running: { readonly child: ChildProcess; readonly exited: Promise<number | null> }[] = [];
  return {
    start(command, { logFile, cores, env, tied = false }) {
      const bound = cores !== null && canBind(cores) ? ["taskset", "-c", cores, ...command] : [...command];
      const log = openSync(logFile, "a", 0o600);
      const [program = "", ...rest] = bound;
      const child = spawn(program, rest, {
        stdio: [tied ? "pipe" : "ignore", "pipe", log],
        env: env ?? process.env,
      });
      const exited = new Promise<number | null>((done) => {
        child.once("error", () => done(127));
        child.once("close", (code) => done(code));
      });
      running.push({ child, exited });
      return {
        pid: child.pid ?? 0,
        exited,
        firstLine: firstLineOf(child, exited),
        kill: (signal) => void child.kill(signal),
      };
    },
    pids: () =>
      running
        .filter(({ child }) => child.exitCode === null && child.signalCode === null)
        .map(({ child }) => child.pid ?? 0),
    async end() {
      for (const { child, exited } of running.toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGTERM");
        const killing = setTimeout(() => child.kill("SIGKILL"), graceMs);
        await exited;
        clearTimeout(killing);
      }
    },
  };
}

function firstLineOf(child: ChildProcess, exited: Promise<number | null>): Promise<string | null> {
  return new Promise((done) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      if (text.includes("\n")) return;
      text += chunk;
      if (text.includes("\n")) done(text.slice(0, text.indexOf("\n")));
    });
    void exited.then(() => done(null));
  });
}

/** What a process said last; its log is gone with the run's folder. */
export function lastLineOf(logFile: string): string {
  const text = existsSync(logFile) ? readFileSync(logFile, "utf8").trim() : "";
  return text.split("\n").at(-1)?.slice(0, 400) || "it said nothing.";
}

/** Whether `taskset` is here and this machine has those cores. */
export function canBind(cores: string): boolean {
  const last = Math.max(...numbersIn(cores));
  return last < cpus().length && spawnSync("taskset", ["-V"], { stdio: "ignore" }).status === 0;
}

/** How many cores a list such as `0-3,6` names; all of the machine where nothing is bound. */
export function coresIn(cores: string | null): number {
  if (cores === null || !canBind(cores)) return cpus().length;
  return numbersIn(cores).length;
}
