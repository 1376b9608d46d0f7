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
import { showAddress } from "../zones/addresses.ts";
import type { Address } from "../zones/networks.ts";
import { type Course, createCourse, isFull } from "./health-course.ts";
import { type Probed, probePage, probePop } from "./health-probe.ts";
import {
  addressOf,
  cdnOf,
  type Sight,
  sixOf,
  staticHost,
  type Verdict,
  verdictByFamily,
} from "./health-votes.ts";
import type { PopFacts, SteeringFacts } from "./steering-facts.ts";
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
  /** A POP is asked at each of its addresses: as one that is called after it, and a part of it where there are others. */
  readonly kind: "pop" | "cdn" | "static";
  readonly pop: string | null;
  /** Null where the operator says how to ask. */
  readonly address: string | null;
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
  /** What this node alone sees. */
  sight(): Sight;
  states(): readonly TargetState[];
  stop(): void;
}

interface Target extends Pick<TargetState, "name" | "kind" | "pop" | "address"> {
  /** What nodes call it among themselves. */
  readonly votedAs: string;
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
      targets.flatMap(({ votedAs, course }) => {
        const up = course.up();
        return up === null ? [] : [[votedAs, up] as const];
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
      return targets.map(({ votedAs, course, ...rest }) => {
        const verdict = verdictByFamily(votedAs, rest.pop ?? votedAs, own, views);
        return { ...rest, sees: course.up(), streak: course.streak(), verdict };
      });
    },
    stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
    },
  };
}

function targetsOf(options: HealthOptions): readonly Target[] {
  const { plan, before } = options;
  const blank = { capacity: 0, full: false, report: null, tookMs: null, trouble: null };
  const page = (
    named: Pick<Target, "name" | "votedAs"> & { readonly kind: "cdn" | "static" },
    at: ProbeAt,
    up: boolean | null,
  ): Target => ({
    ...{ ...blank, ...named, pop: null, address: null, course: createCourse(up) },
    probe: () => probePage(options, at),
  });
  const pops = [...plan.pops.values()].flatMap((pop) => popTargets(options, pop, before.pops[pop.name]));
  const cdns = [...plan.cdns.values()].map(({ name, probe }) =>
    page({ name, votedAs: cdnOf(name), kind: "cdn" }, probe, before.cdns[name] ?? null),
  );
  const host = { name: "static", votedAs: staticHost, kind: "static" } as const;
  const fallback = plan.fallback === null ? [] : [page(host, plan.fallback.probe, before.fallback)];
  return [...pops, ...cdns, ...fallback];
}

/** At each address, for one of them may be dead alone. */
function popTargets(options: HealthOptions, pop: PlanPop, known: PopFacts | undefined): readonly Target[] {
  const { name, probe, probed, probeSix, probesMore } = pop;
  const target = (votedAs: string, address: Address | null, at: ProbeAt): Target => {
    const shown = address === null ? null : showAddress(address);
    const isSix = address?.length === 16;
    const wasUp = known && (isSix ? (known.upSix ?? known.up) : known.up);
    const isDead = shown !== null && known?.dead?.includes(shown) === true;
    const one: Target = {
      name: votedAs.startsWith(name) ? votedAs : `${name} ${shown}`,
      ...{ kind: "pop", votedAs, pop: name, address: shown, capacity: pop.capacity },
      course: createCourse(isDead ? false : (wasUp ?? null)),
      probe: () => probePop(options, { at, key: options.keyOf(pop), last: one.report }),
      full: known?.full ?? false,
      ...{ report: null, tookMs: null, trouble: null },
    };
    return one;
  };
  return [
    target(name, probed, probe),
    ...(probeSix === null ? [] : [target(sixOf(name), probeSix.address, probeSix.probe)]),
    ...probesMore.map(({ address, probe }) => target(addressOf(address), address, probe)),
  ];
}
