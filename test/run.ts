// Runs the tests, a process a file. In: flags. Out: what failed, each skip with its reason, and the line `N passed, N failed, N skipped`.
// Exit code 1 when a test failed, a file crashed, or nothing ran.
//   bun test/run.ts [--fast | --long [--minutes M]] [--seed N] [part of a path …]
// Two files run at any time, and up to nine as long as they leave a part of the machine idle: much of what tests do is wait.
// A file says in one of its first lines `// Long: <why>` where it takes more than ten seconds, and is begun before the others, so that none
// is left to run by itself at the end; `// Alone: <why>` where it must have the machine to itself, and is run after all others.
// Tests that start processes are given the binary of what is checked out (PHAROS_TEST_BINARY): it is what users run, and starts in a quarter of
// the time that the source takes. With --fast, or under `bun test` alone, they run the source.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FileReport, readReport } from "./junit.ts";
import { builtBinary } from "./support/binary.ts";

const root = resolve(import.meta.dirname, "..");
const fastFolders = ["base", "crdt", "host", "model", "render", "snapshot", "structure", "cli"];
/** Of a test that names none. Long, because nine files at once are slow: it ends what would hang, and measures nothing. */
const testTimeoutMs = 60_000;
const fileTimeoutMs = 5 * 60_000;
const longMinutes = 10;
const filesAtOnceMin = 2;
const filesAtOnceMax = 9;
/** How long the machine is watched before another file is begun, and how many of its cores must have been idle meanwhile. */
const watchMs = 500;
const idleCoresMin = 0.4;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fast: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    minutes: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
// `npm run test:long --minutes 5` reaches us without the flag's name, `--minutes=5` as a variable: npm takes flags for itself.
const isNumber = (text: string | undefined): boolean => /^\d+(\.\d+)?$/.test(text ?? "");
const filters = positionals.filter((word) => !(flags.long && isNumber(word)));
const minutes = Number(
  [flags.minutes, process.env.npm_config_minutes, ...positionals].find(isNumber) ?? longMinutes,
);
const reports = mkdtempSync(join(tmpdir(), "pharos-test-"));
process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

interface FileOutcome {
  readonly file: string;
  readonly report: FileReport;
  /** Why there is no whole report. */
  readonly crash: string | null;
  readonly output: string;
  readonly tookMs: number;
}

const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => !flags.fast || fastFolders.includes(file.split("/")[0] ?? ""))
  .filter((file) => filters.length === 0 || filters.some((part) => `test/${file}`.includes(part)))
  .sort();
console.log(`${files.length} test files, seed ${flags.seed}${flags.long ? `, ${minutes} minutes` : ""}`);
const binary = flags.fast ? null : await builtBinary();
const outcomes = await runAll(files);
finish(outcomes);

async function runAll(all: readonly string[]): Promise<readonly FileOutcome[]> {
  const { alone = [], long = [], short = [] } = Object.groupBy(all, mannerOf);
  const done: FileOutcome[] = [];
  const running = new Set<Promise<void>>();
  const begin = (file: string): void => {
    const ended = runFile(file).then((outcome) => {
      done.push(outcome);
      tell(outcome);
      running.delete(ended);
    });
    running.add(ended);
  };
  const idleCores = watchCores();
  for (const file of [...long, ...short]) {
    while (running.size >= filesAtOnceMin && (running.size >= filesAtOnceMax || idleCores() < idleCoresMin))
      await Promise.race([...running, new Promise<void>((resume) => setTimeout(resume, watchMs))]);
    begin(file);
  }
  await Promise.all(running);
  for (const file of alone) {
    begin(file);
    await Promise.all(running);
  }
  return done.sort((left, right) => left.file.localeCompare(right.file));
}

/** Says each time how many cores were idle since it said so last; 0 where that was a moment ago. */
function watchCores(): () => number {
  const idleMs = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0);
  let last = { atMs: performance.now(), idleMs: idleMs() };
  return () => {
    const now = { atMs: performance.now(), idleMs: idleMs() };
    if (now.atMs - last.atMs < watchMs) return 0;
    const cores = (now.idleMs - last.idleMs) / (now.atMs - last.atMs);
    last = now;
    return cores;
  };
}

function mannerOf(file: string): "alone" | "long" | "short" {
  const head = readFileSync(join(root, "test", file), "utf8").split("\n", 12);
  const says = (word: string): boolean => head.some((line) => line.startsWith(`// ${word}:`));
  if (says("Alone")) return "alone";
  return says("Long") ? "long" : "short";
}

function runFile(file: string): Promise<FileOutcome> {
  const report = join(reports, `${file.replaceAll("/", "-")}.xml`);
  const args = ["test", `./test/${file}`, `--timeout=${testTimeoutMs}`, "--no-orphans"];
  const started = performance.now();
  const child = spawn(process.execPath, [...args, "--reporter=junit", `--reporter-outfile=${report}`], {
    cwd: root,
    env: childEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      child.kill("SIGKILL");
    },
    fileTimeoutMs + (flags.long ? minutes * 60_000 : 0),
  );
  return new Promise((done) => {
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString("utf8");
      const ended = late ? "it took too long" : signal !== null ? `it ended by ${signal}` : null;
      done({ file, output, tookMs: performance.now() - started, ...outcomeOf(report, code, ended) });
    });
  });
}

/** The caller's PHAROS_* settings must not reach the commands under test. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PHAROS_"));
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: "1",
    PHAROS_TEST_SEED: flags.seed,
    ...(binary === null ? {} : { PHAROS_TEST_BINARY: binary }),
    ...(flags.long ? { PHAROS_TEST_LONG: "1", PHAROS_TEST_MINUTES: String(minutes) } : {}),
  };
}

/** A file that left no report, or none that agrees with its exit code, has crashed, whatever it said before. */
function outcomeOf(
  path: string,
  code: number | null,
  ended: string | null,
): { report: FileReport; crash: string | null } {
  const nothing: FileReport = { passed: 0, failed: [], skipped: [], unexplained: [] };
  if (ended !== null) return { report: nothing, crash: ended };
  let report: FileReport;
  try {
    report = readReport(readFileSync(path, "utf8"));
  } catch {
    return { report: nothing, crash: `exit code ${code} without a report` };
  }
  if (code !== 0 && report.failed.length === 0)
    return { report, crash: `exit code ${code} outside of a test` };
  const ran = report.passed + report.failed.length + report.skipped.length + report.unexplained.length;
  return { report, crash: ran === 0 ? "it has no test" : null };
}

function tell({ file, report, crash, output, tookMs }: FileOutcome): void {
  const bad = crash !== null || report.failed.length > 0;
  console.log(
    `${bad ? "FAIL" : "ok  "} test/${file}  ${report.passed} passed, ${(tookMs / 1000).toFixed(1)} s${crash === null ? "" : `: ${crash}`}`,
  );
  if (bad) console.log(output.replaceAll(/^\((?:pass|skip)\).*\n/gm, "").trimEnd());
}

function finish(all: readonly FileOutcome[]): void {
  const failures = all.flatMap(({ file, report, crash }) => [
    ...report.failed.map((name) => `${file}: ${name}`),
    ...report.unexplained.map((name) => `${file}: ${name}: skipped without a reason`),
    ...(crash === null ? [] : [`${file}: ${crash}`]),
  ]);
  const skips = all.flatMap(({ file, report }) => report.skipped.map((skip) => ({ file, ...skip })));
  const passed = all.reduce((sum, { report }) => sum + report.passed, 0);
  for (const { file, name, reason } of skips) console.log(`skipped: ${file}: ${name}: ${reason}`);
  for (const failure of failures) console.log(`failed: ${failure}`);
  if (flags.long && filters.length === 0) keepResult(passed, failures.length, skips.length);
  console.log(
    `${passed} passed, ${failures.length} failed${skips.length === 0 ? "" : `, ${skips.length} skipped`}`,
  );
  process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;
}

function keepResult(passed: number, failed: number, skipped: number): void {
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const result = {
    commit,
    seed: Number(flags.seed),
    date: new Date().toISOString(),
    minutes,
    passed,
    failed,
    skipped,
  };
  writeFileSync(join(root, "test", "long.json"), `${JSON.stringify(result, null, 2)}\n`);
}
