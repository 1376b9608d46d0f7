// `pharos loadtest`: the harness of loadtest/, which imports nothing of ours and sees what an operator sees. In: a scenario, flags. Out: its exit code.
// From source it is run where it lies; the binary carries it as text and writes it to a temporary folder, for k6 reads files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { selfCommand, spawnChild } from "../host/process.ts";
import { type Context, defineCommand } from "./flags.ts";

/** Written into the binary by build.ts: texts by path below loadtest/. */
declare const __PHAROS_LOADTEST__: Readonly<Record<string, string>> | undefined;

export const command = defineCommand({
  name: "loadtest",
  summary: "let a thousand times as many visitors come, and say whether the page stood it",
  about:
    "Starts a demo network on this machine, or aims at yours, and plays visitors by k6, which is found on PATH or installed by Go. Ends with 0 passed, 1 failed, 2 used wrongly, 3 invalid: the generator was measured, not the server.",
  example: [
    "loadtest spike-1000x --report today.html --compare yesterday.json",
    "loadtest smoke --target https://status.example.org --i-own-this status.example.org",
  ],
  positionals: { scenario: { help: "which one; without it, their names are said" } },
  flags: {
    target: {
      kind: "string",
      help: "address of an installation that runs; without it, a demo network is started",
    },
    "i-own-this": {
      kind: "list",
      help: "hosts that are not this machine and may be loaded, for they are yours",
    },
    profile: {
      kind: "string",
      default: "laptop",
      help: "what the machine is asked for: laptop, ci, 8-core, fleet",
    },
    peak: {
      kind: "integer",
      min: 1,
      max: 1_000_000,
      help: "visits a second at the top, in place of the profile's",
    },
    hold: { kind: "integer", min: 1, max: 1_000_000, help: "seconds at the top, likewise" },
    report: {
      kind: "path",
      help: "file for the report, one HTML page; .pharos/loadtest/<scenario>.html without it",
    },
    summary: { kind: "path", help: "file for all numbers, as JSON; beside the report without it" },
    compare: { kind: "path", help: "summary of an earlier run, shown beside this one" },
  },
  async run({ scenario, ...flags }, context) {
    const given = Object.entries({ ...flags, "i-own-this": flags.iOwnThis, iOwnThis: undefined });
    const words = given.flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().flatMap((one) => [`--${name}`, String(one)]),
    );
    const argv = scenario === undefined ? words : [scenario, ...words];
    if (typeof __PHAROS_LOADTEST__ === "undefined")
      return runHarness(resolve(import.meta.dirname, "../../loadtest"), argv, context);
    const folder = mkdtempSync(join(tmpdir(), "pharos-harness-"));
    try {
      for (const [path, text] of Object.entries(__PHAROS_LOADTEST__)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      return await runHarness(folder, argv, context);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

async function runHarness(folder: string, argv: readonly string[], context: Context): Promise<number> {
  const { env, out } = context;
  const child = spawnChild({
    command: [process.execPath, join(folder, "run", "main.ts"), ...argv],
    // A compiled binary is Bun as well, and by this variable no more than that.
    env: { ...env, BUN_BE_BUN: "1", PHAROS_COMMAND: JSON.stringify(selfCommand()) },
    onLine: out,
  });
  context.stopSignal().addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const { code } = await child.exited;
  return code ?? 1;
}
