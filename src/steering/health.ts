// Who lives, who is full: found out by asking, once a round, on the injected clock. In: whom to ask and whose reports to believe. Out: what this
// node sees, and what it decides together with the others. Knows no file and no zone.
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { dial } from "../host/dial.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Report } from "../snapshot/types.ts";
import { type Course, createCourse, isFull } from "./health-course.ts";
import { type Probed, type ProbeParts, probePage, probePop } from "./health-probe.ts";
import { type Sight, sixOf, type Verdict, verdictByFamily } from "./health-votes.ts";
import type { SteeringFacts } from "./steering-facts.ts";
import type { PlanPop, ProbeAt, SteeringPlan } from "./steering-plan.ts";

export interface HealthOptions {
  readonly plan: SteeringPlan;
  /** What was known at the last stop. */
  readonly before: SteeringFacts;
  /** The key by which a POP signs; null where nobody vouches for one. */
  keyOf(pop: PlanPop): PublicKey | null;
  /** Views of the other nodes that count at this moment. */
  others(): readonly Sight[];
  /** Something that a verdict follows from may have changed. */
  onChanged(): void;
  readonly dial: typeof dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What is known of one who is asked, for the health view and `explain`. */
export interface TargetState {
  readonly name: string;
  readonly kind: "pop" | "cdn" | "static";
  /** This node's own opinion; null before there is one. */
  readonly sees: boolean | null;
  readonly streak: number;
  readonly full: boolean;
  readonly report: Report | null;
  /** Of the last probe. */
  readonly tookMs: number | null;
  readonly trouble: string | null;
  readonly verdict: Verdict;
}

export interface Health {
  /** What this node alone sees of POPs. */
  sight(): Sight;
  states(): readonly TargetState[];
  stop(): void;
}

interface Target {
  readonly name: string;
  readonly kind: TargetState["kind"];
  readonly capacity: number;
  readonly course: Course;
  probe(): Promise<Probed>;
  full: boolean;
  report: Report | null;
  tookMs: number | null;
  trouble: string | null;
}

/** Begins to ask; the first round at once. */
export function startHealth(options: HealthOptions): Health {
  const { clock, random, log, metrics, others, onChanged } = options;
  const probes = metrics.counter(
    "dns_probes_total",
    "Probes of POPs, CDNs and the static host, by outcome.",
    "outcome",
  );
  const targets = targetsOf(options);
  const timers = new Map<Target, Timer>();
  let stopped = false;

  const sight = (): Sight =>
    new Map(
      targets.flatMap(({ kind, name, course }) => {
        const up = course.up();
        return kind !== "pop" || up === null ? [] : [[name, up] as const];
      }),
    );

  function take(target: Target, probed: Probed): void {
    probes.add(1, probed.kind === "failed" ? probed.why : "answered");
    const wasFull = target.full;
    target.trouble = probed.kind === "failed" ? probed.detail : null;
    if (probed.kind === "answered") {
      target.tookMs = probed.tookMs;
      target.report = probed.report ?? target.report;
      if (probed.report !== null) target.full = isFull(wasFull, probed.report.load, target.capacity);
    }
    const turned = target.course.took(probed.kind === "answered");
    if (turned) say(target);
    if (turned || wasFull !== target.full) onChanged();
  }

  function say({ name, kind, course, trouble }: Target): void {
    if (course.up() === true) log.info("It answers: this node says that it is up.", { name, kind });
    else log.warn("It does not answer: this node says that it is down.", { name, kind, why: trouble });
  }

  /** By the beginning of the last one, so that probes that time out make no round longer. */
  function round(target: Target, startMs: number): void {
    const jitterMs = random.below(limits.probeJitterMs);
    const waitMs = Math.max(0, startMs + jitterMs - clock.monotonicMs());
    const ask = async (): Promise<void> => {
      if (stopped) return;
      round(target, startMs + limits.probeRoundMs);
      const probed = await target.probe();
      if (!stopped) take(target, probed);
    };
    timers.set(
      target,
      clock.after(waitMs, () => void ask()),
    );
  }

  for (const target of targets) round(target, clock.monotonicMs());
  return {
    sight,
    states() {
      const own = sight();
      const views = others();
      return targets.map(({ name, kind, course, full, report, tookMs, trouble }) => {
        const sees = course.up();
        const alone = {
          up: sees ?? true,
          saysUp: sees === true ? 1 : 0,
          saysDown: sees === false ? 1 : 0,
          ownCounts: true,
        };
        const verdict = kind === "pop" ? verdictByFamily(name, own, views) : alone;
        return { name, kind, sees, streak: course.streak(), full, report, tookMs, trouble, verdict };
      });
    },
    stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
    },
  };
}

function targetsOf(options: HealthOptions): readonly Target[] {
  const { plan, before, keyOf } = options;
  const blank = { capacity: 0, full: false, report: null, tookMs: null, trouble: null };
  const page = (name: string, kind: "cdn" | "static", at: ProbeAt, up: boolean | null): Target => ({
    ...{ ...blank, name, kind, course: createCourse(up) },
    probe: () => probePage(options, at),
  });
  const pops = [...plan.pops.values()].flatMap((pop) => {
    const known = before.pops[pop.name];
    const own = popTarget(options, pop, { name: pop.name, at: pop.probe }, keyOf, known);
    if (pop.probeSix === null) return [own];
    const six = known && { ...known, up: known.upSix ?? known.up };
    return [own, popTarget(options, pop, { name: sixOf(pop.name), at: pop.probeSix }, keyOf, six)];
  });
  const cdns = [...plan.cdns.values()].map(({ name, probe }) =>
    page(name, "cdn", probe, before.cdns[name] ?? null),
  );
  const fallback =
    plan.fallback === null ? [] : [page("static", "static", plan.fallback.probe, before.fallback)];
  return [...pops, ...cdns, ...fallback];
}

function popTarget(
  parts: ProbeParts,
  pop: PlanPop,
  { name, at }: { readonly name: string; readonly at: ProbeAt },
  keyOf: HealthOptions["keyOf"],
  before: { readonly up: boolean; readonly full: boolean } | undefined,
): Target {
  const target: Target = {
    name,
    kind: "pop",
    capacity: pop.capacity,
    course: createCourse(before?.up ?? null),
    probe: () => probePop(parts, { at, key: keyOf(pop), last: target.report }),
    full: before?.full ?? false,
    report: null,
    tookMs: null,
    trouble: null,
  };
  return target;
}
