// A whole POP as `pharos edge` starts it, for black-box tests. In: PHAROS_RUNTIME (`bun`, `deno`, or the path of a binary), a folder, flags.
// Out: its addresses, its processes, its log, its end.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** What runs the tests' POPs: `bun` and `deno` run the source; anything else is the path of a built binary, such as test/run.ts gives. */
export const runtime: string = process.env.PHAROS_RUNTIME ?? process.env.PHAROS_TEST_BINARY ?? "bun";

const root = resolve(import.meta.dirname, "../..");
export const denoProgram: string = join(root, "node_modules", ".bin", "deno");

/** Program and first arguments of `pharos` on a runtime. */
export function pharosOn(runs: string): readonly string[] {
  const main = join(root, "src", "main.ts");
  if (runs === "bun") return [process.execPath, main];
  return runs === "deno" ? [denoProgram, "run", "-A", main] : [resolve(runs)];
}

export interface TestPop {
  readonly pid: number;
  readonly visitors: { readonly host: string; readonly port: number };
  /** Where visitors are led to TLS, where there is TLS. */
  readonly plainPort: number | null;
  readonly ops: { readonly host: string; readonly port: number } | null;
  readonly feed: { readonly host: string; readonly port: number } | null;
  /** Lines of stderr so far. */
  readonly log: readonly string[];
  /** Process ids of children by role, as they are now. */
  children(): ReadonlyMap<string, number>;
  /** SIGTERM, then the exit code (null when a signal ended it). */
  stop(): Promise<number | null>;
}

export interface PopRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function commandOf(flags: readonly string[], runs: string): readonly [string, readonly string[]] {
  const [program = "", ...first] = pharosOn(runs);
  return [program, [...first, "edge", ...flags]];
}

/** Runs a command line that is expected to end by itself. */
export async function runPop(flags: readonly string[], runs = runtime): Promise<PopRun> {
  const [program, args] = commandOf(flags, runs);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, out, err };
}

/** Starts a POP and resolves when it says that it serves. */
export async function startPop(flags: readonly string[], runs = runtime): Promise<TestPop> {
  // Tied to this process: a test that crashes leaves no POP behind.
  const [program, args] = commandOf([...flags, "--json", "--tied"], runs);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const log: string[] = [];
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const said = await new Promise<{
    pages: string;
    plain?: string;
    ops: string | null;
    feed: string | null;
  }>((done, fail) => {
    createInterface({ input: child.stdout }).once("line", (line) => done(JSON.parse(line)));
    exited.then((code) => fail(new Error(`the POP ended with ${code}: ${log.join("\n")}`)));
  });
  const visitors = placeOf(said.pages);
  const ops = said.ops === null ? null : placeOf(said.ops);
  const feed = said.feed === null ? null : placeOf(said.feed);
  if (child.pid === undefined) throw new Error("the POP was not started");
  const { pid } = child;
  return {
    pid,
    visitors,
    plainPort: said.plain === undefined ? null : placeOf(said.plain).port,
    ops,
    feed,
    log,
    children: () => childrenOf(pid),
    async stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

function placeOf(url: string): TestPop["visitors"] {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** Children of `parent` by the role on their command line (Linux). */
export function childrenOf(parent: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(join("/proc", entry, "stat"), "utf8");
      const after = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(after[1]) !== parent || after[0] === "Z") continue;
      const words = readFileSync(join("/proc", entry, "cmdline"), "utf8").split("\0");
      found.set(words[words.indexOf("--role") + 1] ?? "", Number(entry));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/** Waits for `holds` with a deadline, and looks the more rarely the longer it has waited. */
export async function until<Value>(
  what: string,
  holds: () => Value | null | undefined | false | Promise<Value | null | undefined | false>,
  deadlineMs = 15_000,
): Promise<Value> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await holds();
    if (value !== null && value !== undefined && value !== false) return value as Value;
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    const waitedMs = performance.now() - (end - deadlineMs);
    await new Promise((next) => setTimeout(next, Math.min(10 + waitedMs / 10, 100)));
  }
}
