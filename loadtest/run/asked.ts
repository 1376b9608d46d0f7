// The command line of a run. In: argv. Out: what to run, or a sentence of what is wrong with it. Pure.
import { parseArgs } from "node:util";
import { suggestion } from "./nearest.ts";

export interface Asked {
  readonly scenario: string;
  readonly profile: string;
  /** An installation that runs already; null starts the demo network. */
  readonly target: URL | null;
  readonly report: string | null;
  readonly summary: string | null;
  /** A summary of an earlier run, to be shown beside this one. */
  readonly compare: string | null;
  /** Visits a second at the top, in place of the profile's. */
  readonly peak: number | null;
  /** Seconds at the top, likewise. */
  readonly holdS: number | null;
  /** Of `ci`: the controls of the harness have been tried already. */
  readonly withoutControls: boolean;
  /** Of `ci`: the ratio of this run is the one that later ones are held against. */
  readonly saves: boolean;
}

export type Read =
  | { readonly kind: "asked"; readonly asked: Asked }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly sentence: string };

const options = {
  target: { type: "string" },
  profile: { type: "string", default: "laptop" },
  "i-own-this": { type: "string", multiple: true, default: [] as string[] },
  report: { type: "string" },
  summary: { type: "string" },
  compare: { type: "string" },
  peak: { type: "string" },
  hold: { type: "string" },
  "without-controls": { type: "boolean", default: false },
  save: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** `scenarios` and `profiles` are the names that there are. */
export function readAsked(
  argv: readonly string[],
  scenarios: readonly string[],
  profiles: readonly string[],
): Read {
  const wrong = (sentence: string): Read => ({ kind: "wrong", sentence });
  let given: ReturnType<typeof parse>;
  try {
    given = parse(argv);
  } catch (thrown) {
    return wrong(`${thrown instanceof Error ? thrown.message.split("\n")[0] : thrown}`);
  }
  const { values, positionals } = given;
  if (values.help) return { kind: "help" };
  const [scenario, extra] = positionals;
  if (scenario === undefined) return wrong(`Which scenario? There are ${scenarios.join(", ")}.`);
  if (extra !== undefined) return wrong(`One scenario at a time: ${JSON.stringify(extra)} is too many.`);
  if (!scenarios.includes(scenario))
    return wrong(
      `There is no scenario ${JSON.stringify(scenario)}. ${suggestion(scenario, scenarios)}There are ${scenarios.join(", ")}.`,
    );
  if (!profiles.includes(values.profile))
    return wrong(
      `--profile: there is no ${JSON.stringify(values.profile)}. There are ${profiles.join(", ")}.`,
    );
  const target = values.target === undefined ? null : urlOf(values.target);
  if (values.target !== undefined && target === null)
    return wrong(`--target: ${JSON.stringify(values.target)} is no http or https address.`);
  if (target !== null && !isLoopback(target.hostname) && !values["i-own-this"].includes(target.hostname))
    return wrong(
      `--target: ${target.hostname} is not this machine. Load is for installations of your own: say --i-own-this ${target.hostname} if it is.`,
    );
  const peak = positive(values.peak);
  const holdS = positive(values.hold);
  if (Number.isNaN(peak))
    return wrong(`--peak: ${JSON.stringify(values.peak)} is no number of visits a second.`);
  if (Number.isNaN(holdS)) return wrong(`--hold: ${JSON.stringify(values.hold)} is no number of seconds.`);
  const { profile, report = null, summary = null, compare = null } = values;
  const { save: saves, "without-controls": withoutControls } = values;
  if (saves && scenario !== "ci")
    return wrong(
      "--save is for ci, which measures the ratio that is saved; --summary keeps a scenario's numbers.",
    );
  return {
    kind: "asked",
    asked: { scenario, profile, target, report, summary, compare, peak, holdS, withoutControls, saves },
  };
}

const parse = (argv: readonly string[]) =>
  parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });

function positive(text: string | undefined): number | null {
  if (text === undefined) return null;
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : Number.NaN;
}

function urlOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

/** By its text alone: a name that leads to this machine today may lead elsewhere tomorrow. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
