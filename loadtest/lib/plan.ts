// What a run is, as data that the runner writes and k6 reads. In: a scenario, a profile, addresses. Out: shapes, and the arithmetic of stages.
// Pure and without imports, because it is loaded by two runtimes: k6 and the runner.

export const phases = ["calm", "ramp", "spike", "after"] as const;
export type Phase = (typeof phases)[number];

/** From the rate at which the stage before ended to `toPerSecond`, in a straight line; 0 seconds is a jump. */
export interface Stage {
  readonly phase: Phase;
  readonly toPerSecond: number;
  readonly seconds: number;
}

/** What k6 measures. `late`: ms between the moment at which the generator had to do something and the one at which it did. `visit`: ms from the visitor's first try to the whole answer, connecting and tries of other addresses included. */
export type Measure =
  | "visit"
  | "visits_failed"
  | "first_address_failed"
  | "generation_fell"
  | "age"
  | "answers"
  | "late"
  | "dropped_iterations";

/** What must hold of a measure, in k6's words: `p(95)<80`, `count==0`, `rate<0.001`. */
export interface Threshold {
  readonly measure: Measure;
  readonly phase?: Phase;
  readonly holds: string;
  /** For people. */
  readonly says: string;
}

/** Shares of kinds of visits; they need not add up to 1. */
export type Mix = Readonly<Record<string, number>>;

export interface Plan {
  readonly scenario: string;
  readonly startPerSecond: number;
  readonly stages: readonly Stage[];
  /** Virtual users, all made before the first visit. */
  readonly visitors: number;
  readonly mix: Mix;
  /** `host:port`, or `https://host:port`, when no resolver is asked. */
  readonly addresses: readonly string[];
  /** `http://…` of the resolver that visitors ask, or null. */
  readonly resolver: string | null;
  /** `http://…` to be told that the first visit is due; empty: nobody waits for it. */
  readonly begun: string;
  /** `host:port` over TLS, for kinds that go by HTTP/2; empty: they go by plain HTTP/1.1. */
  readonly secureAddresses: readonly string[];
  readonly hosts: readonly string[];
  /** Large files of a page of their own; empty where the mix asks for none. */
  readonly files: { readonly host: string; readonly paths: readonly string[] };
  readonly thresholds: readonly Threshold[];
  /** Length of the intervals over which percentiles are told. */
  readonly sliceSeconds: number;
  /** One visit in so many is told by interval and kind, and its answer's generation, level and age are looked at; all are counted with their phase, time, status and failure. */
  readonly toldOneIn: number;
  /** Processor time (ms) that each visit wastes in the generator: a control of the harness itself, 0 elsewhere. */
  readonly wasteMs: number;
}

/** Seconds of the whole run. */
export const lengthOf = (stages: readonly Stage[]): number =>
  stages.reduce((sum, { seconds }) => sum + seconds, 0);

/** Visits that the stages ask for: the area below their line. */
export function visitsAsked(startPerSecond: number, stages: readonly Stage[]): number {
  let from = startPerSecond;
  let visits = 0;
  for (const { toPerSecond, seconds } of stages) {
    visits += ((from + toPerSecond) / 2) * seconds;
    from = toPerSecond;
  }
  return visits;
}

/** Visits a second that are asked for at this moment. */
export function rateAt(second: number, startPerSecond: number, stages: readonly Stage[]): number {
  let from = startPerSecond;
  let begun = 0;
  for (const { toPerSecond, seconds } of stages) {
    if (second < begun + seconds) return from + ((toPerSecond - from) * (second - begun)) / seconds;
    begun += seconds;
    from = toPerSecond;
  }
  return from;
}

/** The stage's phase at this moment; the last one's after the end. */
export function phaseAt(second: number, stages: readonly Stage[]): Phase {
  let end = 0;
  for (const { phase, seconds } of stages) {
    end += seconds;
    if (second < end) return phase;
  }
  return stages.at(-1)?.phase ?? "after";
}

/** The name under which k6 keeps a measure, or a part of it. */
export function seriesOf(measure: string, tags: Readonly<Record<string, string>> = {}): string {
  const inner = Object.entries(tags).map(([name, value]) => `${name}:${value}`);
  return inner.length === 0 ? measure : `${measure}{${inner.join(",")}}`;
}

export const seriesOfThreshold = ({ measure, phase }: Threshold): string =>
  seriesOf(measure, phase === undefined ? {} : { phase });

/** Failures are told by these kinds. */
export const failureKinds = ["refused", "silence", "reset", "status", "other"] as const;
export type FailureKind = (typeof failureKinds)[number];
