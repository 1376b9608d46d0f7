// One run of k6. In: its file, a plan, cores. Out: the numbers that it left; a sentence where it could not do its work.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { K6Numbers } from "../lib/numbers.ts";
import type { Plan } from "../lib/plan.ts";
import { type Children, coresIn, lastLineOf, type Started } from "./children.ts";

export interface Generator {
  readonly pid: number;
  /** Throws an Error whose message is a sentence. */
  finished(): Promise<K6Numbers>;
  /** Ends it early; its numbers are of what it did until then. */
  interrupt(): void;
}

/** k6's exit code where it was interrupted: its numbers are of what it did until then. */
const interrupted = 105;
/**
 * A visit leaves 25 kB behind. Looking through what is to be kept, some hundred megabytes, took k6 all of its core for a second and 250 visits at 2,000/s with it; so it does that only where
 * a quarter of the machine's memory is used, which most runs never reach.
 */
const collecting = { GOGC: "off", GOMEMLIMIT: `${Math.floor(totalmem() / 4 / 2 ** 20)}MiB` };
/**
 * On one core Go runs one thing at a time by itself, and one that stays in the kernel, as connecting on loopback does, keeps all others waiting until that is noticed, up to 10 ms: the p99 of a
 * visit was 111 ms by that, and is 4 ms where there is a second.
 */
const threadsMin = 2;

export function startGenerator(options: {
  readonly k6: string;
  readonly script: string;
  readonly plan: Plan;
  readonly folder: string;
  readonly cores: string | null;
  readonly children: Children;
}): Generator {
  const { k6, script, plan, folder, cores, children } = options;
  mkdirSync(folder, { recursive: true });
  const [planFile, numbersFile] = [join(folder, "plan.json"), join(folder, "numbers.json")];
  const logFile = join(folder, "k6.log");
  writeFileSync(planFile, JSON.stringify(plan));
  const threads = String(Math.max(threadsMin, coresIn(cores)));
  const child: Started = children.start(
    [
      k6,
      "run",
      ...["--quiet", "--no-color", "--address", "127.0.0.1:0", "--log-output", `file=${logFile},level=error`],
      ...["-e", `PLAN=${planFile}`, "-e", `NUMBERS=${numbersFile}`, oneFileOf(script, folder)],
    ],
    {
      logFile,
      cores,
      env: { ...collecting, GOMAXPROCS: threads, ...process.env, K6_NO_USAGE_REPORT: "true" },
    },
  );
  return {
    pid: child.pid,
    interrupt: () => child.kill("SIGINT"),
    async finished() {
      const code = await child.exited;
      if ((code === 0 || code === interrupted) && existsSync(numbersFile))
        return JSON.parse(readFileSync(numbersFile, "utf8")) as K6Numbers;
      throw new Error(`k6 ended with ${code}: ${lastLineOf(logFile)}`);
    },
  };
}

/** All modules as one file, where Bun is here to make it: k6 looks for what is imported anew each time it is read. */
function oneFileOf(script: string, folder: string): string {
  const file = join(folder, "visitors.js");
  const flags = [
    "--format=esm",
    "--target=node",
    "--external",
    "k6",
    "--external",
    "k6/*",
    `--outfile=${file}`,
  ];
  const env = { ...process.env, BUN_BE_BUN: "1" };
  const made = spawnSync(process.execPath, ["build", script, ...flags], { stdio: "ignore", env });
  return made.status === 0 && existsSync(file) ? file : script;
}

/** One number; null where nothing of the kind happened. A rate or a counter of nothing is 0. */
export function numberOf({ metrics }: K6Numbers, series: string, value: string): number | null {
  const found = metrics[series]?.values;
  if (found === undefined) return null;
  if (found.count === 0 && value !== "count") return null;
  return found[value] ?? null;
}
