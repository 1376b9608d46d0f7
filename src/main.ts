// argv to command. In: the process. Out: its exit code.
import { readFileSync } from "node:fs";
import { systemClock } from "./base/clock.ts";
import { limits } from "./base/limits.ts";
import { createLog } from "./base/log.ts";
import { systemRandom } from "./base/random.ts";
import { commandEntries } from "./cli/commands.ts";
import { dispatch } from "./cli/dispatch.ts";

// A reader that went away (`pharos --help | head -1`) is no failure of ours, and nothing that runs ends for a log that cannot be written.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
let unwritten: string | null = null;
function noteWritten(error?: NodeJS.ErrnoException | null): void {
  if (error != null && error.code !== "EPIPE") unwritten = error.message;
}

const log = createLog(systemClock, (line) => process.stderr.write(line));
if (process.argv[2] === "control" && !process.argv.includes("--help")) {
  const { beginAgainWithin } = await import("./host/heap-room.ts");
  const why = await beginAgainWithin({
    machineBytes: limits.heapMachineBytes,
    freshBytes: limits.heapFreshBytes,
    freshShareMin: limits.heapFreshShareMin,
  });
  if (why !== null) log.warn(`The control plane takes as much memory as the runtime likes: ${why}.`);
}

let stopping: AbortController | undefined;
function stopSignal(): AbortSignal {
  if (stopping === undefined) {
    const controller = new AbortController();
    stopping = controller;
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort(signal));
  }
  return stopping.signal;
}

const code = await dispatch(process.argv.slice(2), commandEntries, {
  clock: systemClock,
  random: systemRandom,
  log,
  out: (line) => void process.stdout.write(`${line}\n`, noteWritten),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  argv: [],
  terminal: process.stderr.isTTY === true,
  colours: process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "",
  stopSignal,
  readFile: (path) => readFileSync(path, "utf8"),
});
// Pipes are written behind: what was said must be out before the process is.
await new Promise<void>((done) => process.stdout.write("", () => done()));
if (unwritten !== null) process.stderr.write(`pharos: What it has to say cannot be written: ${unwritten}.\n`);
await new Promise<void>((done) => process.stderr.write("", () => done()));
process.exit(unwritten === null || code !== 0 ? code : 1);
