// What a scenario says of itself. In: a profile. Out: a claim, stages, thresholds, what happens meanwhile, and what must have been seen after.
import type { Mix, Stage, Threshold } from "./plan.ts";

/** What a machine (or a fleet) is asked for. */
export interface Profile {
  readonly name: string;
  readonly about: string;
  /** Visits a second at the top, the first that the generator can honestly ask for. */
  readonly peaks: readonly number[];
  /** The same on connections that are kept. */
  readonly warmPeaks: readonly number[];
  readonly calmS: number;
  readonly rampS: number;
  readonly holdS: number;
  readonly afterS: number;
  /** Virtual users of k6 for each visit a second, and at least. */
  readonly visitorsPerRate: number;
  readonly visitorsMin: number;
  /** Cores for `taskset`; null lets the system choose. */
  readonly generatorCores: string | null;
  readonly pharosCores: string | null;
  readonly workers: number;
  /** Of events-storm, dns-flood and soak. */
  readonly listeners: number;
  readonly queriesPerSecond: number;
  readonly soakS: number;
}

/** What the runner does to the installation while visitors come. */
export type Act =
  | { readonly atS: number; readonly do: "publish"; readonly untilS: number; readonly everyMs: number }
  | { readonly atS: number; readonly do: "write"; readonly untilS: number; readonly everyMs: number }
  | { readonly atS: number; readonly do: "kill-pop"; readonly pop: number }
  | { readonly atS: number; readonly do: "silence-pop"; readonly pop: number; readonly untilS: number }
  | { readonly atS: number; readonly do: "reset-line"; readonly pop: number; readonly untilS: number }
  | { readonly atS: number; readonly do: "kill-control" }
  | { readonly atS: number; readonly do: "join-pop" };

/** One POP at one second of a run, as its operator would see it. */
export interface PopSample {
  readonly second: number;
  readonly pop: string;
  /** False where its ops address did not answer. */
  readonly answers: boolean;
  readonly generation: number;
  readonly level: number;
  /** Answers since its start. */
  readonly served: number;
  /** Visitors who asked for bodies that were not there, and what was fetched for them. */
  readonly lazyAsks: number;
  readonly lazyFlights: number;
}

/** What the runner did, and when it was done. */
export interface Done {
  readonly second: number;
  readonly what: string;
  readonly tookMs: number;
  readonly failed: boolean;
}

export interface Observed {
  readonly pops: readonly PopSample[];
  readonly done: readonly Done[];
  /** A number that k6 told: `number("visit{phase:spike}", "p(95)")`; null where there is none. */
  number(series: string, value: string): number | null;
  /** By interval: failed visits. */
  readonly failedBySlice: readonly number[];
  readonly sliceSeconds: number;
  /** Largest resident memory and most open files of all of Pharos, by second. */
  readonly memoryMb: readonly number[];
  readonly files: readonly number[];
  /** The moments of the two. */
  readonly seconds: readonly number[];
  readonly processCount: number;
  /** Bodies that POPs have asked the source for by name so far, by second. */
  readonly fetchedAtSource: readonly number[];
}

/** One line of the verdict. */
export interface Row {
  readonly what: string;
  /** What must hold; empty for a number that is only told. */
  readonly wanted: string;
  readonly got: string;
  /** Null where nothing had to hold. */
  readonly ok: boolean | null;
  /** It is about how long something takes, which neighbours on the machine change. */
  readonly time?: true;
}

export interface Course {
  readonly startPerSecond: number;
  readonly stages: readonly Stage[];
  readonly mix: Mix;
  readonly visitors: number;
  readonly thresholds: readonly Threshold[];
  readonly acts: readonly Act[];
}

/** What toxiproxy makes of the way to a POP. */
export interface SlowLine {
  /** To and fro together. */
  readonly delayMs: number;
  readonly kilobytesPerSecond?: number;
}

export interface Scenario {
  readonly name: string;
  /** One sentence that the run makes true or false. */
  readonly claim: string;
  /** What can be set, and what is held still. */
  readonly variables: string;
  readonly provesNot: string;
  /** Whether its top is `peaks` or `warmPeaks` of the profile. */
  readonly top: "peaks" | "warmPeaks";
  /** Pages beside the demo's. */
  readonly pages: number;
  /** A POP that answers by HTTP/2 over TLS. */
  readonly secure: boolean;
  /** Large files of one more page, which POPs fetch when they are first asked for. */
  readonly files?: number;
  /** A line before each POP, in their order. */
  readonly slow?: readonly SlowLine[];
  /** Where it is not k6 that asks. */
  readonly driver?: "events" | "dns";
  course(profile: Profile, peak: number): Course;
  /** What must have been seen beside the thresholds. */
  expects?(observed: Observed, course: Course): readonly Row[];
}

/** Calm, ramp, top, and calm again: the shape of the hour in which a product fails. */
export function spikeStages(profile: Profile, peak: number, calmPerSecond: number): readonly Stage[] {
  return [
    { phase: "calm", toPerSecond: calmPerSecond, seconds: profile.calmS },
    { phase: "ramp", toPerSecond: peak, seconds: profile.rampS },
    { phase: "spike", toPerSecond: peak, seconds: profile.holdS },
    { phase: "after", toPerSecond: calmPerSecond, seconds: 0 },
    { phase: "after", toPerSecond: calmPerSecond, seconds: profile.afterS },
  ];
}

export const visitorsFor = ({ visitorsPerRate, visitorsMin }: Profile, peak: number): number =>
  Math.max(visitorsMin, Math.ceil(peak * visitorsPerRate));

/** The thresholds of DESIGN §10's spike, shared by all scenarios in which nothing is broken on purpose. */
export const spikeThresholds: readonly Threshold[] = [
  {
    measure: "visit",
    phase: "spike",
    holds: "p(95)<80",
    says: "95 of 100 visits at the top, with connecting, take less than 80 ms",
  },
  { measure: "visits_failed", holds: "rate==0", says: "no visit fails" },
  {
    measure: "generation_fell",
    holds: "count==0",
    says: "no visitor of a POP sees an older page than before",
  },
];

/** Seconds after the beginning at which the top is reached. */
export const topBegins = ({ calmS, rampS }: Profile): number => calmS + rampS;
export const topEnds = (profile: Profile): number => topBegins(profile) + profile.holdS;

/** A spike with something happening at its top; what a scenario changes of it. */
export function spikeCourse(profile: Profile, peak: number, mix: Mix, changed: Partial<Course> = {}): Course {
  const calm = Math.max(1, Math.round(peak / 1_000));
  return {
    startPerSecond: calm,
    stages: spikeStages(profile, peak, calm),
    mix,
    visitors: visitorsFor(profile, peak),
    thresholds: spikeThresholds,
    acts: [],
    ...changed,
  };
}
