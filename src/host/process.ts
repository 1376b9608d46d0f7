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

export interface Child<Message = string> {
  readonly pid: number;
  /** Writes a line to its stdin, or a frame. A child that is gone gets nothing, and its exit says so. */
  send(message: Message): void;
  /** Closes its stdin: a child of ours then ends in its own time. */
  dismiss(): void;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
}

export interface SpawnOptions extends StartOptions {
  /** Lines of its stdout, without their ends. */
  onLine(line: string): void;
}

interface StartOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The whole environment; without it, this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Takes its stderr, appended; without it, this process's does. */
  readonly logFile?: string;
  /** Its descriptor `sharedOutput` is this process's standard output: its own is the pipe of its lines. */
  readonly sharesOutput?: boolean;
}

/** A child's descriptor for its parent's standard output. */
export const sharedOutput = 3;

/** Starts a child that speaks in lines. Throws Fault `internal` when there is no such program. */
export function spawnChild(options: SpawnOptions): Child {
  const { child, stdin, stdout } = start(options);
  eachLine(stdout, options.onLine);
  return { ...child, send: (line) => void stdin.write(`${line}\n`) };
}

/** The same for one that speaks in frames: bytes of any length, in one piece each. */
export function spawnFramed(options: StartOptions & { onFrame(frame: Uint8Array): void }): Child<Uint8Array> {
  const { child, stdin, stdout } = start(options);
  eachFrame(stdout, options.onFrame);
  return { ...child, send: (frame) => writeFrame(stdin, frame) };
}

function start(options: StartOptions) {
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
  const ends: Omit<Child, "send"> = {
    pid: child.pid,
    dismiss: () => void stdin.end(),
    kill: (signal) => void child.kill(signal),
    exited: exitOf(child),
  };
  return { child: ends, stdin, stdout };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, signal: messageOf(error) }));
    // "close" comes after the last line of its stdout, "exit" may come before.
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** What a child knows of its parent. */
export interface ParentLink<Message = string> {
  send(message: Message): void;
}

export interface ParentLinkOptions extends TieOptions {
  onLine(line: string): void;
}

interface TieOptions {
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
  tieToParent(options);
  eachLine(process.stdin, options.onLine);
  return { send: (line) => void process.stdout.write(`${line}\n`) };
}

/** The same, in frames. */
export function linkFramed(
  options: TieOptions & { onFrame(frame: Uint8Array): void },
): ParentLink<Uint8Array> {
  tieToParent(options);
  eachFrame(process.stdin, options.onFrame);
  return { send: (frame) => writeFrame(process.stdout, frame) };
}

function tieToParent(options: TieOptions): void {
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
  process.stdin.once("end", end);
  process.stdin.once("close", end);
  process.stdin.once("error", end);
  process.on("SIGTERM", end);
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

/** A frame's length in bytes stands before it (u32, little-endian). */
const lengthBytes = 4;

function writeFrame(stream: NodeJS.WritableStream, frame: Uint8Array): void {
  const head = Buffer.alloc(lengthBytes);
  head.writeUInt32LE(frame.length);
  stream.write(head);
  stream.write(frame);
}

/** A frame may be of hundreds of pieces: they are joined once. */
function eachFrame(stream: NodeJS.ReadableStream, onFrame: (frame: Uint8Array) => void): void {
  let pieces: Buffer[] = [];
  let held = 0;
  let wanted: number | null = null;
  stream.on("data", (piece: Buffer) => {
    pieces.push(piece);
    held += piece.length;
    while (held >= (wanted ?? lengthBytes)) {
      const all = pieces.length === 1 ? (pieces[0] ?? piece) : Buffer.concat(pieces, held);
      const length: number = wanted ?? lengthBytes;
      const rest = all.subarray(length);
      if (wanted === null) wanted = all.readUInt32LE();
      else {
        wanted = null;
        onFrame(all.subarray(0, length));
      }
      pieces = rest.length === 0 ? [] : [rest];
      held = rest.length;
    }
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
