// Children and parents. In: a command line, lines of text. Out: a child whose end is known, and a parent whose death is noticed.
// The two speak over the child's stdin and stdout, a line each; a pipe that ends is the one sign of death that kill -9 cannot prevent.
import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { assert, Fault, messageOf } from "../base/fault.ts";
import { runtime } from "./runtime.ts";

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Child {
  readonly pid: number;
  /** Writes a line to its stdin. A child that is gone gets nothing, and its exit says so. */
  send(line: string): void;
  /** Closes its stdin: a child of ours then ends in its own time. */
  dismiss(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
}

export interface SpawnOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The whole environment; without it, this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Lines of its stdout, without their ends. */
  onLine(line: string): void;
  /** Takes its stderr, appended; without it, this process's does. */
  readonly logFile?: string;
  /** Its descriptor `sharedOutput` is this process's standard output: its own is the pipe of its lines. */
  readonly sharesOutput?: boolean;
}

/** A child's descriptor for its parent's standard output. */
export const sharedOutput = 3;

/** Starts a child. Throws Fault `internal` when there is no such program. */
export function spawnChild(options: SpawnOptions): Child {
  const [program = "", ...rest] = options.command;
  const child = spawn(program, rest, {
    stdio: [
      "pipe",
      "pipe",
      options.logFile === undefined ? "inherit" : openSync(options.logFile, "a", 0o600),
      ...(options.sharesOutput === true ? [1] : []),
    ],
    env: { ...(options.env ?? process.env) },
  });
  if (child.pid === undefined) {
    child.once("error", () => undefined);
    throw new Fault(
      "internal",
      `The program ${program} cannot be started.`,
      "Check that it is still where it was.",
    );
  }
  const { stdin, stdout } = child;
  assert(stdin !== null && stdout !== null, "A child was started without pipes.");
  // A write to a child that has just died fails; what matters is its exit, which follows.
  stdin.on("error", () => undefined);
  eachLine(stdout, options.onLine);
  return {
    pid: child.pid,
    send: (line) => void stdin.write(`${line}\n`),
    dismiss: () => void stdin.end(),
    kill: (signal) => void child.kill(signal),
    exited: exitOf(child),
  };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, signal: messageOf(error) }));
    // "close" comes after the last line of its stdout, "exit" may come before.
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** What a child knows of its parent. */
export interface ParentLink {
  send(line: string): void;
}

export interface ParentLinkOptions {
  onLine(line: string): void;
  /** The parent dismissed this process, or died. Called once. */
  onGone(): void;
  /** Takes what nobody caught, in place of the runtime, which would print it with its stack and end the process. */
  onUncaught?(thrown: unknown): void;
}

/**
 * Ties this process to the one that started it. Ctrl-C on a terminal, and the terminal's end, reach parent and child alike: the child
 * leaves the answer to its parent, who dismisses it.
 */
export function linkToParent(options: ParentLinkOptions): ParentLink {
  process.on("SIGINT", () => undefined);
  process.on("SIGHUP", () => undefined);
  let gone = false;
  const end = (): void => {
    if (gone) return;
    gone = true;
    options.onGone();
  };
  if (options.onUncaught !== undefined) {
    process.on("uncaughtException", options.onUncaught);
    process.on("unhandledRejection", options.onUncaught);
  }
  eachLine(process.stdin, options.onLine);
  process.stdin.once("end", end);
  process.stdin.once("close", end);
  process.stdin.once("error", end);
  process.on("SIGTERM", end);
  return { send: (line) => void process.stdout.write(`${line}\n`) };
}

/** Calls `run` at each SIGHUP, which from then on ends nothing. */
export function onHangUp(run: () => void): void {
  process.on("SIGHUP", run);
}

/** Longest line that is waited for; a longer one is cut off from the connection's memory and dropped. */
const lineCharsMax = 4 * 1024 * 1024;

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > lineCharsMax) rest = "";
    for (const line of lines) onLine(line);
  });
}

/**
 * The command line that runs this very program again: the binary alone when it was compiled, else the runtime with the script that it
 * was started with.
 */
export function selfCommand(): readonly string[] {
  const script = process.argv[1] ?? "";
  // Whoever may start programs may do everything, so the child is not asked for less.
  if (runtime === "deno") return [process.execPath, "run", "-A", script];
  // A compiled binary's script lies in its own virtual file system, which only it can read.
  return /^(?:\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/.test(script)
    ? [process.execPath]
    : [process.execPath, script];
}
