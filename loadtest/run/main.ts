// `npm run loadtest <scenario>`, `pharos loadtest <scenario>`. In: argv, PHAROS_COMMAND (how pharos is run, JSON). Out: a verdict; its exit code.
// Runs on Bun and on Node's type stripping alike, and imports nothing of Pharos: it sees what an operator sees.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Profile, Scenario } from "../lib/scenario.ts";
import { unsilence } from "./acts.ts";
import { type Asked, readAsked } from "./asked.ts";
import { profiles, scenarios } from "./catalogue.ts";
import { type Children, createChildren } from "./children.ts";
import { ciScenarios, runCi } from "./ci.ts";
import { getK6 } from "./k6.ts";
import { ratioToRaw } from "./micro.ts";
import { foreignNetwork, startNetwork } from "./network.ts";
import { runOnce } from "./once.ts";
import { reportOf } from "./report.ts";
import { type Attempt, readSummary, type Summary } from "./summary.ts";
import { exitCodes, linesOf } from "./verdict.ts";

const script = resolve(import.meta.dirname, "../lib/main.ts");
const usageCode = 2;
/** Not a scenario: the set of those that are run with every change. */
const ciName = "ci";
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const out = (line: string): void => void process.stdout.write(`${line}\n`);

const help = `Usage: pharos loadtest <scenario> [--profile P] [--peak N] [--hold S] [--report F] [--summary F] [--compare F]
       pharos loadtest <scenario> --target URL [--i-own-this HOST]
       pharos loadtest ci [--without-controls] [--save]

Starts the demo network on 127.0.0.0/8 (or aims at --target), lets visitors come as k6 plays them, and says passed (0), failed (1) or invalid (3).

Scenarios:
${scenarios.map(({ name, claim }) => `  ${name.padEnd(20)} ${claim}`).join("\n")}
  ${ciName.padEnd(20)} What is run with every change: ${ciScenarios.join(", ")}, slowly, the controls of the harness, one ratio.

Profiles:
${profiles.map(({ name, about }) => `  ${name.padEnd(20)} ${about}`).join("\n")}`;

/** Runs what argv asks for, and gives the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const read = readAsked(
    argv,
    [...scenarios.map(({ name }) => name), ciName],
    profiles.map(({ name }) => name),
  );
  if (read.kind === "help") {
    out(help);
    return 0;
  }
  if (read.kind === "wrong") {
    say(`pharos loadtest: ${read.sentence}`);
    return usageCode;
  }
  const { asked } = read;
  const earlier = asked.compare === null ? null : readSummary(asked.compare);
  if (typeof earlier === "string") {
    say(`pharos loadtest: --compare: ${earlier}`);
    return usageCode;
  }
  const k6 = getK6(say);
  if (k6.kind === "missing") {
    say(`pharos loadtest: ${k6.sentence}`);
    return 1;
  }
  if (asked.scenario === ciName) return runSet(k6, asked);
  const summary = await load(
    asked,
    scenarioNamed(asked.scenario),
    profileOf(profileNamed(asked.profile), asked),
    k6,
  );
  tell(summary);
  write(summary, earlier, asked);
  return exitCodes[summary.verdict.outcome];
}

function scenarioNamed(wanted: string): Scenario {
  const found = scenarios.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`The catalogue has no scenario ${wanted}.`);
  return found;
}

function profileNamed(wanted: string): Profile {
  const found = profiles.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`The catalogue has no profile ${wanted}.`);
  return found;
}

/** What is run with every change, on one network: starting one takes as long as most of it. */
const runSet = (
  k6: { readonly file: string; readonly version: string },
  { withoutControls, saves }: Asked,
): Promise<number> =>
  inFolder(async (folder, children) => {
    const [pharos, profile] = [pharosCommand(), profileNamed("ci")];
    const scenario = scenarioNamed("smoke");
    say("Starting the demo network: a control plane, three POPs, DNS, and a POP over TLS.");
    const network = await startNetwork({ pharos, folder, children, profile, scenario, say });
    const [peak = 1] = profile.peaks;
    return runCi({
      k6,
      withControls: !withoutControls,
      saves,
      run: (name) =>
        runOnce({
          ...{ scenario: scenarioNamed(name), profile, peak, network, target: "demo network", k6, script },
          ...{ folder: join(folder, name), children, attempts: [], say, step },
        }),
      ratio: () => ratioToRaw(network, children, folder),
      out,
    });
  });

/** How pharos is run: as who started us says, else from the source beside us. */
function pharosCommand(): readonly string[] {
  const said = JSON.parse(process.env.PHAROS_COMMAND ?? "null") as readonly string[] | null;
  return said ?? [process.execPath, resolve(import.meta.dirname, "../../src/main.ts")];
}

function profileOf(profile: Profile, { peak, holdS }: Asked): Profile {
  const peaks = peak === null ? {} : { peaks: [peak], warmPeaks: [peak] };
  return { ...profile, ...peaks, ...(holdS === null ? {} : { holdS, soakS: holdS }) };
}

/** The first of the profile's rates at which the generator is not what is measured; the last one is what it is. */
async function load(
  asked: Asked,
  scenario: Scenario,
  profile: Profile,
  k6: { readonly file: string; readonly version: string },
): Promise<Summary> {
  const attempts: Attempt[] = [];
  const peaks = profile[scenario.top];
  for (const [at, peak] of peaks.entries()) {
    const isLast =
      at + 1 === peaks.length || !sensibleToGoLower(scenario, profile, peak, peaks[at + 1] ?? peak);
    const summary = await inFolder((folder, children) => runAt(folder, children, peak, !isLast));
    const { outcome, reasons } = summary.verdict;
    if (outcome !== "invalid" || isLast) return summary;
    for (const { sentence } of reasons) say(sentence);
    say(
      `Invalid at ${peak.toLocaleString("en")}/s; once more at ${(peaks[at + 1] ?? 0).toLocaleString("en")}/s.`,
    );
    attempts.push({
      peak,
      outcome,
      reasons: reasons.map(({ sentence }) => sentence),
      measured: `${summary.visits.ended.toLocaleString("en")} visits until then, p95 at the top ${ms(summary.visitors.spike?.p95 ?? null)}, in the POPs ${ms(summary.server.p95)}; k6 used ${(100 * summary.generator.busiest).toFixed(0)} % of its cores at most.`,
    });
  }
  throw new Error("The profile has no rate.");

  async function runAt(
    folder: string,
    children: Children,
    peak: number,
    endsWhenBusy: boolean,
  ): Promise<Summary> {
    const pharos = pharosCommand();
    if (asked.target === null) say("Starting the demo network: a control plane, three POPs, DNS.");
    const network =
      asked.target === null
        ? await startNetwork({ pharos, folder, children, profile, scenario, say })
        : foreignNetwork(asked.target);
    const target = asked.target === null ? "demo network" : asked.target.origin;
    return runOnce({
      scenario,
      profile,
      peak,
      network,
      target,
      k6,
      script,
      folder,
      children,
      attempts,
      endsWhenBusy,
      say,
      step,
    });
  }
}

/** A scenario with a rate of its own has no lower one. */
function sensibleToGoLower(scenario: Scenario, profile: Profile, peak: number, next: number): boolean {
  const top = (rate: number): number =>
    Math.max(...scenario.course(profile, rate).stages.map(({ toPerSecond }) => toPerSecond));
  return top(next) < top(peak);
}

/** A folder of its own; every process that was started is ended, and the folder forgotten, however it goes. */
async function inFolder<Result>(
  work: (folder: string, children: Children) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-loadtest-"));
  const children = createChildren();
  const stop = (): void => {
    unsilence();
    void children.end().then(() => process.exit(1));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    return await work(folder, children);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    await children.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

let stepShown = false;
/** On a terminal the line is rewritten. */
function step(line: string): void {
  const rewrites = process.stderr.isTTY === true;
  process.stderr.write(`${rewrites && stepShown ? "\u001b[1A\u001b[2K" : ""}${line}\n`);
  stepShown = true;
}

const ms = (value: number | null): string =>
  value === null ? "-" : `${value.toFixed(value < 10 ? 2 : 0)} ms`;

function tell(summary: Summary): void {
  const { visitors, server, generator, visits, attempts, topRate, profile } = summary;
  for (const [phase, { count, p50, p95, p99 }] of Object.entries(visitors))
    if (count > 0)
      out(
        `${phase.padEnd(6)} ${count.toLocaleString("en").padStart(9)} visits   p50 ${ms(p50)}   p95 ${ms(p95)}   p99 ${ms(p99)}`,
      );
  if (server.count > 0)
    out(
      `in the POPs' own histogram, at the top: p50 ${ms(server.p50)}   p95 ${ms(server.p95)}   p99 ${ms(server.p99)}`,
    );
  if (visits.asked > 0)
    out(
      `k6 used at most ${(100 * generator.busiest).toFixed(0)} % of its cores for 2 s, and was late by ${ms(generator.lateMs)} at the top (p95); ${visits.ended.toLocaleString("en")} of ${Math.round(visits.asked).toLocaleString("en")} visits took place`,
    );
  for (const one of attempts)
    out(`invalid at ${one.peak.toLocaleString("en")}/s: ${one.reasons.join(" ")} ${one.measured ?? ""}`);
  for (const line of linesOf(
    summary.verdict,
    `${summary.scenario}, profile ${profile}${visits.asked > 0 ? `, up to ${topRate.toLocaleString("en")} visits a second` : ""}.`,
  ))
    out(line);
}

/** Both files are written, where nothing else is said below the folder that is Pharos's own here. */
function write(summary: Summary, earlier: Summary | null, { report, summary: file }: Asked): void {
  const base = join(".pharos", "loadtest", summary.scenario);
  const [html, json] = [report ?? `${base}.html`, file ?? `${base}.json`];
  for (const path of [html, json]) mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(json, `${JSON.stringify(summary, null, 1)}\n`);
  writeFileSync(html, reportOf(summary, earlier));
  out(`Report: ${html}, numbers: ${json}`);
}

// By this variable a compiled pharos runs us as Bun would; what we start is to be pharos again.
delete process.env.BUN_BE_BUN;
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  say(`pharos loadtest: ${thrown instanceof Error ? thrown.message : thrown}`);
  process.exitCode = 1;
}
