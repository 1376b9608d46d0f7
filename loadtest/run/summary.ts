// What is kept of a run. In: k6's numbers, ticks, what was done. Out: one JSON document, from which the table, the report and a comparison are made.
import { readFileSync } from "node:fs";
import type { K6Numbers } from "../lib/numbers.ts";
import { failureKinds, lengthOf, type Phase, phases, rateAt, seriesOf } from "../lib/plan.ts";
import type { Course, Done, Observed } from "../lib/scenario.ts";
import { numberOf } from "./generator.ts";
import { between, percentileMs } from "./histogram.ts";
import { busiestShare, type GeneratorSample, shareOf } from "./honesty.ts";
import type { Verdict } from "./verdict.ts";
import type { Tick } from "./watch.ts";

export const summaryFormat = 1;

/** Milliseconds; null where there was nothing. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A line of a chart: a value each at `seconds`; null is a gap. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

export interface Attempt {
  readonly peak: number;
  readonly outcome: Verdict["outcome"];
  readonly reasons: readonly string[];
  /** What was measured until it was ended, in a sentence: for comparison, for it counts as little as the rest of the run. */
  readonly measured?: string;
}

export interface Summary {
  readonly format: typeof summaryFormat;
  readonly scenario: string;
  readonly claim: string;
  readonly variables: string;
  readonly provesNot: string;
  readonly profile: string;
  readonly target: string;
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number };
  readonly generatorCores: string;
  readonly pharosCores: string;
  readonly k6: string;
  readonly peak: number;
  /** The highest rate of the stages: that of the profile's `peak`, where the scenario has none of its own. */
  readonly topRate: number;
  /** Higher rates that were tried before, and why they do not count. */
  readonly attempts: readonly Attempt[];
  readonly verdict: Verdict;
  readonly visits: {
    readonly asked: number;
    readonly ended: number;
    readonly dropped: number;
  };
  /** k6's view. */
  readonly visitors: Readonly<Partial<Record<Phase, Percentiles>>>;
  readonly byKind: Readonly<Record<string, Percentiles>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly answersByLevel: Readonly<Record<string, number>>;
  /** The POPs' own histogram over the top: from having a request to having its answer, of one request in eight. */
  readonly server: Percentiles & { readonly buckets: readonly (readonly [string, number])[] };
  /** Processor time (ms) and largest memory of each process of Pharos. */
  readonly processes: readonly { readonly name: string; readonly cpuMs: number; readonly memoryMb: number }[];
  /** Largest share of its cores that k6 used over two seconds; how late it did what was due at the top (p95, ms). */
  readonly generator: { readonly busiest: number; readonly lateMs: number | null };
  readonly done: readonly Done[];
  /** Begin and end of the top, in seconds. */
  readonly top: readonly [number, number];
  readonly seconds: readonly number[];
  readonly lines: {
    readonly rate: readonly Line[];
    readonly visitors: readonly Line[];
    readonly server: readonly Line[];
    readonly generation: readonly Line[];
    readonly level: readonly Line[];
    readonly cpu: readonly Line[];
    readonly memory: readonly Line[];
    readonly failures: readonly Line[];
  };
}

export interface Material {
  readonly course: Course;
  readonly numbers: K6Numbers;
  readonly ticks: readonly Tick[];
  readonly generator: readonly GeneratorSample[];
  readonly done: readonly Done[];
  readonly sliceSeconds: number;
  readonly cores: number;
}

/** A summary that an earlier run left, or a sentence. */
export function readSummary(file: string): Summary | string {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Partial<Summary>;
    if (read.format === summaryFormat) return read as Summary;
    return `${file} is no summary of a load test of this release.`;
  } catch (thrown) {
    return `${file} cannot be read: ${thrown instanceof Error ? thrown.message : thrown}.`;
  }
}

/** What a scenario looks at for its own rows. */
export function observedOf({ numbers, ticks, done, sliceSeconds, course }: Material): Observed {
  const slices = Math.ceil(lengthOf(course.stages) / sliceSeconds) + 3;
  return {
    pops: ticks.flatMap(({ pops }) => pops),
    done,
    number: (series, value) => numberOf(numbers, series, value),
    failedBySlice: Array.from(
      { length: slices },
      (_, slice) => numberOf(numbers, seriesOf("failures", { slice: String(slice) }), "count") ?? 0,
    ),
    sliceSeconds,
    memoryMb: ticks.map(({ processes }) => processes.reduce((sum, { memoryMb }) => sum + memoryMb, 0)),
    files: ticks.map(({ processes }) => processes.reduce((sum, { files }) => sum + files, 0)),
    seconds: ticks.map(({ second }) => second),
    processCount: Math.max(0, ...ticks.map(({ processes }) => processes.length)),
    fetchedAtSource: ticks.map(({ fetched }) => fetched),
  };
}

export function visitsOf({ numbers }: Material, asked: number): Summary["visits"] {
  const count = (series: string): number => numberOf(numbers, series, "count") ?? 0;
  return { asked, ended: count("visit"), dropped: count("dropped_iterations") };
}

export function percentilesOf(numbers: K6Numbers, series: string): Percentiles {
  const value = (name: string): number | null => numberOf(numbers, series, name);
  return {
    count: value("count") ?? 0,
    p50: value("p(50)"),
    p95: value("p(95)"),
    p99: value("p(99)"),
    max: value("max"),
  };
}

/** The parts of a summary that follow from what was measured. */
export function measuredOf(
  material: Material,
): Pick<
  Summary,
  | "top"
  | "visitors"
  | "byKind"
  | "failures"
  | "answersByLevel"
  | "server"
  | "processes"
  | "generator"
  | "seconds"
  | "lines"
> {
  const { numbers, course, generator, cores } = material;
  const counts = (measure: string, tag: string, values: readonly string[]): Record<string, number> =>
    Object.fromEntries(
      values.map((value) => [value, numberOf(numbers, seriesOf(measure, { [tag]: value }), "count") ?? 0]),
    );
  return {
    visitors: Object.fromEntries(
      phases.map((phase) => [phase, percentilesOf(numbers, seriesOf("visit", { phase }))]),
    ),
    byKind: Object.fromEntries(
      Object.keys(course.mix).map((kind) => [kind, percentilesOf(numbers, seriesOf("visit", { kind }))]),
    ),
    failures: counts("failures", "why", failureKinds),
    answersByLevel: counts("answers", "level", ["0", "1", "3"]),
    top: topOf(course),
    server: serverOf(material),
    processes: processesOf(material),
    generator: {
      busiest: busiestShare(generator, cores),
      lateMs: numberOf(numbers, seriesOf("late", { phase: "spike" }), "p(95)"),
    },
    ...linesOf(material),
  };
}

/** Begin and end of the top, in seconds. */
function topOf({ stages }: Course): readonly [number, number] {
  let from = Number.NaN;
  let until = 0;
  let begun = 0;
  for (const { phase, seconds } of stages) {
    if (phase === "spike") {
      if (Number.isNaN(from)) from = begun;
      until = begun + seconds;
    }
    begun += seconds;
  }
  return [Number.isNaN(from) ? 0 : from, until];
}

function serverOf(material: Material): Summary["server"] {
  const { ticks, course } = material;
  const [fromS, untilS] = topOf(course);
  const from = ticks.findLast(({ second }) => second <= fromS) ?? ticks[0];
  const until = ticks.find(({ second }) => second >= untilS) ?? ticks.at(-1);
  const buckets = between(from?.buckets ?? new Map(), until?.buckets ?? new Map());
  const at = (share: number): number | null => percentileMs(buckets, share);
  return {
    count: Math.max(0, ...buckets.values()),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: null,
    buckets: [...buckets].map(([bound, count]) => [String(bound), count] as const),
  };
}

function processesOf({ ticks }: Material): Summary["processes"] {
  const found = new Map<
    string,
    { readonly first: Map<number, number>; readonly last: Map<number, number>; memoryMb: number }
  >();
  for (const { processes } of ticks)
    for (const { pid, name, cpuMs, memoryMb } of processes) {
      const known = found.get(name) ?? { first: new Map(), last: new Map(), memoryMb: 0 };
      if (!known.first.has(pid)) known.first.set(pid, cpuMs);
      known.last.set(pid, cpuMs);
      known.memoryMb = Math.max(known.memoryMb, memoryMb);
      found.set(name, known);
    }
  return [...found].map(([name, { first, last, memoryMb }]) => ({
    name,
    cpuMs: [...last].reduce((sum, [pid, cpuMs]) => sum + cpuMs - (first.get(pid) ?? 0), 0),
    memoryMb: Math.round(memoryMb),
  }));
}

function linesOf(material: Material): Pick<Summary, "seconds" | "lines"> {
  const { course, numbers, sliceSeconds, generator, cores } = material;
  const ticks = material.ticks.filter(({ second }) => second >= 0);
  const seconds = ticks.map(({ second }) => Math.round(second * 10) / 10);
  const pops = [...new Set(ticks.flatMap((tick) => tick.pops.map(({ pop }) => pop)))];
  const names = [...new Set(ticks.flatMap(({ processes }) => processes.map(({ name }) => name)))].toSorted();
  const sliceAt = (second: number): string => String(Math.max(0, Math.floor((second - 0.01) / sliceSeconds)));
  const ofSlices = (measure: string, value: string): (number | null)[] =>
    seconds.map((second) => numberOf(numbers, seriesOf(measure, { slice: sliceAt(second) }), value));
  const ofPops = (read: (sample: Tick["pops"][number]) => number): Line[] =>
    pops.map((pop) => ({
      name: pop,
      values: ticks.map((tick) => {
        const sample = tick.pops.find((one) => one.pop === pop);
        return sample === undefined || !sample.answers ? null : read(sample);
      }),
    }));
  const growth = (at: number, of: (tick: Tick) => number): number | null => {
    const [before, now] = [ticks[at - 1], ticks[at]];
    if (before === undefined || now === undefined) return null;
    return Math.max(0, of(now) - of(before)) / Math.max(0.001, now.second - before.second);
  };
  // A POP that was started again counts from nothing.
  const servedSince = (at: number): number | null => {
    const [before, now] = [ticks[at - 1], ticks[at]];
    if (before === undefined || now === undefined) return null;
    const grown = now.pops.map(({ pop, served, answers }) => {
      const was = before.pops.find((one) => one.pop === pop);
      return answers ? served - (was?.answers === true && was.served <= served ? was.served : 0) : 0;
    });
    return grown.reduce((sum, one) => sum + one, 0) / Math.max(0.001, now.second - before.second);
  };
  const cpuOf =
    (name: string) =>
    (tick: Tick): number =>
      tick.processes.filter((one) => one.name === name).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const overTicks = (of: (tick: Tick) => number): (number | null)[] => ticks.map((_, at) => growth(at, of));
  const serverAt = (share: number): (number | null)[] =>
    ticks.map((tick, at) => {
      const before = ticks[at - 1];
      return before === undefined ? null : percentileMs(between(before.buckets, tick.buckets), share);
    });
  return {
    seconds,
    lines: {
      rate: [
        {
          name: "asked",
          values: seconds.map((second) => rateAt(second, course.startPerSecond, course.stages)),
        },
        { name: "served by the POPs", values: ticks.map((_, at) => servedSince(at)) },
        {
          name: "ended, as k6 counts",
          values: ofSlices("visit", "count").map((count) => (count === null ? null : count / sliceSeconds)),
        },
      ],
      visitors: ["p(50)", "p(95)", "p(99)"].map((value) => ({
        name: value,
        values: ofSlices("visit", value),
      })),
      server: [0.5, 0.95, 0.99].map((share) => ({ name: `p(${share * 100})`, values: serverAt(share) })),
      generation: ofPops(({ generation }) => generation),
      level: ofPops(({ level }) => level),
      cpu: [
        ...names.map((name) => ({
          name,
          values: overTicks(cpuOf(name)).map((ms) => (ms === null ? null : ms / 10)),
        })),
        { name: "k6", values: k6At(seconds, generator, cores) },
      ],
      memory: names.map((name) => ({
        name,
        values: ticks.map(({ processes }) =>
          processes.some((one) => one.name === name)
            ? processes.filter((one) => one.name === name).reduce((sum, { memoryMb }) => sum + memoryMb, 0)
            : null,
        ),
      })),
      failures: failureKinds.map((why) => ({
        name: why,
        values: seconds.map((second) =>
          numberOf(numbers, seriesOf("failures", { slice: sliceAt(second), why }), "count"),
        ),
      })),
    },
  };
}

/** Of one core, in percent, in the second before each moment. Samples begin with the first visit. */
function k6At(
  seconds: readonly number[],
  samples: readonly GeneratorSample[],
  cores: number,
): (number | null)[] {
  const beginMs = samples[0]?.atMs ?? 0;
  return seconds.map((second) => {
    const end = samples.findLast(({ atMs }) => atMs - beginMs <= second * 1_000);
    const begin = samples.findLast(({ atMs }) => end !== undefined && atMs <= end.atMs - 1_000);
    if (begin === undefined || end === undefined) return null;
    return 100 * cores * shareOf(begin, end, cores);
  });
}
