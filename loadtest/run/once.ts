// One run at one rate. In: a scenario, a profile, a network that stands. Out: a summary with its verdict.
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { lengthOf, type Plan, phaseAt, visitsAsked } from "../lib/plan.ts";
import type { Profile, Scenario } from "../lib/scenario.ts";
import { startActing } from "./acts.ts";
import { type Children, coresIn } from "./children.ts";
import { openDesk } from "./desk.ts";
import { drive } from "./driven.ts";
import { numberOf, startGenerator } from "./generator.ts";
import { busiestShare, type GeneratorSample, generatorShareMax, reasonsAgainst } from "./honesty.ts";
import type { Network } from "./network.ts";
import { openSlowLines } from "./slow-lines.ts";
import {
  type Attempt,
  type Material,
  measuredOf,
  observedOf,
  type Summary,
  summaryFormat,
  visitsOf,
} from "./summary.ts";
import { rowOf, verdictOf } from "./verdict.ts";
import { startWatch, type Tick } from "./watch.ts";

export interface Once {
  readonly scenario: Scenario;
  readonly profile: Profile;
  readonly peak: number;
  readonly network: Network;
  readonly target: string;
  readonly k6: { readonly file: string; readonly version: string };
  /** `lib/main.ts` of this folder. */
  readonly script: string;
  readonly folder: string;
  readonly children: Children;
  readonly attempts: readonly Attempt[];
  /** There is a lower rate to try: a run that measures its generator is ended at once. */
  readonly endsWhenBusy?: boolean;
  /** A control of the harness itself: see Plan. */
  readonly wasteMs?: number;
  say(line: string): void;
  /** The line of progress, which may be rewritten. */
  step(line: string): void;
}

/** Longer runs have longer intervals: k6 compares each visit that is told with each interval, and eighty of them took it as long as the visit itself. */
const slicesMax = 30;
/** Visits a second that are told by interval and kind: enough for a p99 of each. */
const toldPerSecond = 500;

export async function runOnce(once: Once): Promise<Summary> {
  if (once.scenario.driver !== undefined) return runDriven(once);
  const { scenario, profile, peak, network, children, folder, say, step } = once;
  const course = scenario.course(profile, peak);
  const lengthS = lengthOf(course.stages);
  const sliceSeconds = Math.max(1, Math.ceil(lengthS / slicesMax));
  const lines =
    scenario.slow === undefined
      ? null
      : await openSlowLines(network.pops, scenario.slow, {
          children,
          folder,
          cores: profile.generatorCores,
          say,
        });
  // Who comes by a slow line is led by its address: DNS knows only the POPs' own.
  const desk = await openDesk(lines === null ? deskOf(network) : { dns: null, fixed: lines.places, port: 0 });
  let begunMs = Number.POSITIVE_INFINITY;
  const second = (): number =>
    begunMs === Number.POSITIVE_INFINITY ? -1 : (performance.now() - begunMs) / 1_000;
  const plan: Plan = {
    scenario: scenario.name,
    startPerSecond: course.startPerSecond,
    stages: course.stages,
    visitors: course.visitors,
    mix: course.mix,
    addresses: network.pops.map(({ listen }) => listen),
    resolver: network.dns === null && lines === null ? null : `${desk.url}/addresses`,
    begun: `${desk.url}/begun`,
    secureAddresses: network.secure.map(({ listen }) => listen.replace("https://", "")),
    hosts: network.hosts,
    files: network.files,
    thresholds: course.thresholds,
    sliceSeconds,
    toldOneIn: Math.max(
      1,
      Math.floor(Math.max(...course.stages.map(({ toPerSecond }) => toPerSecond)) / toldPerSecond),
    ),
    wasteMs: once.wasteMs ?? 0,
  };
  step(`k6 makes ${course.visitors.toLocaleString("en")} virtual users`);
  const generator = startGenerator({
    k6: once.k6.file,
    script: once.script,
    plan,
    folder: join(folder, `k6-${peak}`),
    cores: profile.generatorCores,
    children,
  });
  let last: Tick | null = null;
  const cores = coresIn(profile.generatorCores);
  let isEnding = false;
  const endIfBusy = (samples: readonly GeneratorSample[]): void => {
    if (once.endsWhenBusy !== true || isEnding || busiestShare(samples, cores) <= generatorShareMax) return;
    isEnding = true;
    generator.interrupt();
  };
  const watch = startWatch(
    network,
    { pid: generator.pid, cores: profile.generatorCores },
    second,
    (tick) => {
      if (tick.second >= 0) step(progressOf(tick, last, plan, lengthS));
      last = tick;
    },
    endIfBusy,
  );
  const finished = generator.finished();
  await Promise.race([desk.begun, finished]);
  begunMs = performance.now();
  const acting = startActing(course.acts, { network, desk, lines, second, say });
  try {
    const numbers = await finished;
    await acting.stop();
    await watch.stop();
    const material: Material = {
      course,
      numbers,
      ticks: watch.ticks,
      generator: watch.generator,
      done: acting.done,
      sliceSeconds,
      cores,
    };
    return summaryOf(once, material, isEnding);
  } finally {
    await acting.stop();
    await watch.stop();
    await desk.end();
  }
}

/** Another client than k6: the same network, watch and verdict. */
async function runDriven(once: Once): Promise<Summary> {
  const { scenario, profile, peak, network } = once;
  const course = scenario.course(profile, peak);
  const begunMs = performance.now();
  const watch = startWatch(
    network,
    { pid: process.pid, cores: profile.generatorCores },
    () => (performance.now() - begunMs) / 1_000,
    () => undefined,
  );
  try {
    const driven = await drive(once);
    await watch.stop();
    const numbers = { metrics: {} };
    const ticks = watch.ticks;
    const lasted = [{ phase: "spike", toPerSecond: 0, seconds: ticks.at(-1)?.second ?? 1 }] as const;
    const material: Material = {
      course: { ...course, stages: lasted },
      numbers,
      ticks,
      generator: [],
      done: [],
      sliceSeconds: 1,
      cores: 1,
    };
    return { ...summaryOf(once, material), verdict: verdictOf(driven.rows, driven.reasons) };
  } finally {
    await watch.stop();
  }
}

function deskOf({ dns, pops }: Network): Parameters<typeof openDesk>[0] {
  return { dns, fixed: pops.map(({ listen }) => listen), port: Number(pops[0]?.listen.split(":")[1] ?? 0) };
}

/** `isCut`: it was ended before its time, and what was not asked is no lack. */
function summaryOf(once: Once, material: Material, isCut = false): Summary {
  const { scenario, profile, peak, target, k6, attempts } = once;
  const { course, numbers, generator, cores, done } = material;
  const planned = visitsOf(material, visitsAsked(course.startPerSecond, course.stages));
  const visits = isCut ? { ...planned, asked: planned.ended + planned.dropped } : planned;
  const rows = [
    ...course.thresholds.map((threshold) =>
      rowOf(threshold, (series, value) => numberOf(numbers, series, value)),
    ),
    ...(scenario.expects?.(observedOf(material), course) ?? []),
  ];
  const measured = measuredOf(material);
  const { claim, variables, provesNot } = scenario;
  return {
    format: summaryFormat,
    scenario: scenario.name,
    ...{ claim, variables, provesNot, target },
    profile: profile.name,
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? "",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    generatorCores: profile.generatorCores ?? "any",
    pharosCores: profile.pharosCores ?? "any",
    k6: k6.version,
    peak,
    topRate: Math.max(...course.stages.map(({ toPerSecond }) => toPerSecond)),
    attempts,
    verdict: verdictOf(
      rows,
      reasonsAgainst({ ...visits, generator, cores, lateMs: measured.generator.lateMs, top: measured.top }),
    ),
    visits,
    ...measured,
    done,
  };
}

function progressOf(tick: Tick, before: Tick | null, plan: Plan, lengthS: number): string {
  const served = (one: Tick): number => one.pops.reduce((sum, pop) => sum + pop.served, 0);
  const rate =
    before === null ? 0 : (served(tick) - served(before)) / Math.max(0.1, tick.second - before.second);
  const levels = tick.pops.map(({ answers, level, generation }) =>
    answers ? `${generation}/${level}` : "-",
  );
  const left = Math.min(tick.second, lengthS);
  return `${left.toFixed(0).padStart(3)} of ${lengthS} s, ${phaseAt(tick.second, plan.stages).padEnd(5)}  ${Math.max(0, rate).toFixed(0).padStart(6)} answers/s  generation/level ${levels.join(" ")}`;
}
