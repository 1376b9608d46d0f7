// `pharos doctor`: would a POP start here, and be well? In: the settings of `pharos edge`. Out: a line a finding, each with what to do about it.
import { type Check, checks, type Finding, type Given } from "./doctor-checks.ts";
import { edgeFlags } from "./edge-flags.ts";
import { type Context, defineCommand } from "./flags.ts";

const { role: _role, tied: _tied, json: _json, ...flags } = edgeFlags;

export const command = defineCommand({
  name: "doctor",
  table: "edge",
  summary: "look at what a POP needs of this machine, and say what to fix",
  about:
    "Takes the flags, variables and table of `pharos edge`, and changes nothing. Ends with 1 where something would keep the POP from working.",
  example: [
    "doctor --root-key root.pub --source https://origin.example.org --listen 0.0.0.0:80",
    "doctor --config /etc/pharos/pharos.toml --json",
  ],
  flags: {
    ...flags,
    keys: { kind: "path", help: "folder of a publisher's keys, where this machine is a control plane too" },
    json: { kind: "boolean", help: "one JSON object with a list of findings" },
  },
  async run(values, context) {
    return reportOf(checks, values, values.json, context);
  },
});

/** Makes the checks, says what they found, and gives the exit code. */
export async function reportOf(
  checks: readonly Check[],
  given: Given,
  json: boolean,
  context: Context,
): Promise<number> {
  const surroundings = { clock: context.clock, proc: "/proc", env: context.env };
  const found = await Promise.all(
    checks.map((check) => findingsOf(check, () => check.run(given, surroundings))),
  );
  const findings = found.flat();
  const failed = findings.filter(({ state }) => state === "fail").length;
  const doubtful = findings.filter(({ state }) => state === "warn").length;
  if (json) context.out(JSON.stringify({ ok: failed === 0, findings }));
  else {
    for (const { check, state, says, fix } of findings)
      context.out(`${state.padEnd(4)}  ${check.padEnd(12)}  ${says}${fix === undefined ? "" : ` ${fix}`}`);
    context.out(`${findings.length} findings: ${failed} to fix, ${doubtful} to look at.`);
  }
  return failed === 0 ? 0 : 1;
}

interface Named extends Finding {
  readonly check: string;
}

/** A check that cannot be made on this machine says so, and keeps no other from being made. */
async function findingsOf(
  { name }: Check,
  run: () => Promise<readonly Finding[]>,
): Promise<readonly Named[]> {
  const findings = await run().catch((thrown): Finding[] => [
    { state: "warn", says: `This cannot be looked at here: ${thrown}.` },
  ]);
  return findings.map((finding) => ({ check: name, ...finding }));
}
