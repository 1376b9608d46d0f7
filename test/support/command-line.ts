// Commands as an operator gives them, in this process. In: a clock, chance. Out: a function that runs one, and gives its exit code and what it said.
import { readFileSync } from "node:fs";
import type { Clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { type Random, systemRandom } from "../../src/base/random.ts";
import { commandEntries } from "../../src/cli/commands.ts";
import { dispatch } from "../../src/cli/dispatch.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function commandLine({
  clock,
  random = () => systemRandom,
  env = {},
}: {
  readonly clock: Clock;
  readonly random?: () => Random;
  readonly env?: Readonly<Record<string, string>>;
}): (...argv: readonly string[]) => Promise<Said> {
  return async (...argv) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await dispatch(argv, commandEntries, {
      clock,
      random: random(),
      log: silentLog,
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      env,
      argv: [],
      terminal: false,
      stopSignal: () => new AbortController().signal,
      readFile: (path) => readFileSync(path, "utf8"),
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
}
