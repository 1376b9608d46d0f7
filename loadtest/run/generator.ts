// One run of k6. In: its file, a plan, cores. Out: the numbers that it left; a sentence where it could not do its work.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../lib/plan.ts";
import { type Children, lastLineOf, type Started } from "./children.ts";

/** As k6's handleSummary gives them. */
export interface K6Numbers {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>;
}

export interface Generator {
  readonly pid: number;
  /** Throws an Error whose message is a sentence. */
  finished(): Promise<K6Numbers>;
  /** Ends it early; its numbers are of what it did until then. */
  interrupt(): void;
}

/** k6's exit code where a threshold did not hold: that is for the verdict to say. */
const thresholdsFailed = 99;

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
  const child: Started = children.start(
    [
      k6,
      "run",
      ...["--quiet", "--no-color", "--address", "127.0.0.1:0", "--log-output", `file=${logFile},level=error`],
      ...["-e", `PLAN=${planFile}`, "-e", `NUMBERS=${numbersFile}`, script],
    ],
    { logFile, cores, env: { ...process.env, K6_NO_USAGE_REPORT: "true" } },
  );
  return {
    pid: child.pid,
    interrupt: () => child.kill("SIGINT"),
    async finished() {
      const code = await child.exited;
      if ((code === 0 || code === thresholdsFailed) && existsSync(numbersFile))
        return JSON.parse(readFileSync(numbersFile, "utf8")) as K6Numbers;
      throw new Error(`k6 ended with ${code}: ${lastLineOf(logFile)}`);
    },
  };
}

/** One number; null where nothing of the kind happened. A rate or a counter of nothing is 0. */
export function numberOf({ metrics }: K6Numbers, series: string, value: string): number | null {
  const found = metrics[series]?.values;
  if (found === undefined) return null;
  if (found.count === 0 && value !== "count") return null;
  return found[value] ?? null;
}
