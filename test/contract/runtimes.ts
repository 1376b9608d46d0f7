// On what the contract is held to. In: PHAROS_RUNTIME, or none for all. Out: the runtimes, how to start each, and what each may lack.
import { spawnSync } from "node:child_process";
import { builtBinary } from "../support/binary.ts";
import { denoProgram } from "../support/pop.ts";
import { skipUnless } from "../support/skip.ts";

/** What some runtime does without. */
export type Gap = "HTTP/3" | "worker processes" | "certificate swap" | "DNS on several processes";

/** All that is lacking anywhere. A contract test that a runtime does not pass names one of these, or the runtime is broken. */
export const gaps: Readonly<Record<string, readonly Gap[]>> = {
  bun: [],
  binary: [],
  deno: ["HTTP/3", "worker processes", "certificate swap", "DNS on several processes"],
};

export interface Runtime {
  /** `bun`, `deno`, `binary`, or the path that PHAROS_RUNTIME names. */
  readonly name: string;
  /** What `startPop` takes: a binary's is its path, once it is built. */
  program(): Promise<string>;
  /** `test`, or its skipping twin where the runtime is absent. */
  readonly test: ReturnType<typeof skipUnless>;
  /** `test` for what may be lacking: skipped, and by that name, exactly where the table allows it. */
  needing(gap: Gap): ReturnType<typeof skipUnless>;
  readonly present: boolean;
}

const denoIsPresent = spawnSync(denoProgram, ["--version"]).status === 0;

function runtimeOf(name: string): Runtime {
  const present = name !== "deno" || denoIsPresent;
  const testHere = skipUnless(present, "node_modules/.bin/deno does not run here");
  return {
    name,
    program: async () => (name === "binary" ? builtBinary() : name),
    test: testHere,
    needing: (gap) =>
      gaps[name]?.includes(gap) ? skipUnless(false, `${name} does without ${gap}`) : testHere,
    present,
  };
}

const named = process.env.PHAROS_RUNTIME;

/** Every runtime, or the one that was named. */
export const runtimes: readonly Runtime[] = (named === undefined ? Object.keys(gaps) : [named]).map(
  runtimeOf,
);
