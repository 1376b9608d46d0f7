// argv to command. In: the process. Out: its exit code.
import { readFileSync } from "node:fs";
import { systemClock } from "./base/clock.ts";
import { createLog } from "./base/log.ts";
import { systemRandom } from "./base/random.ts";
import { commandEntries } from "./cli/commands.ts";
import { dispatch } from "./cli/dispatch.ts";

// A reader that went away (`pharos --help | head -1`) is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
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
  log: createLog(systemClock, (line) => process.stderr.write(line)),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  argv: [],
  terminal: process.stderr.isTTY === true,
  stopSignal,
  readFile: (path) => readFileSync(path, "utf8"),
});
// Pipes are written behind: what was said must be out before the process is.
await new Promise<void>((done) => process.stdout.write("", () => process.stderr.write("", () => done())));
process.exit(code);
