// The members of a control plane's feed, wired. In: its store, trust and publisher key. Out: who may follow, the answers to those who join and
// report, how far each is behind, and what commands ask of it.
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { createMetrics, type Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { LocalOperations } from "../control/local.ts";
import { openHeartbeat } from "../snapshot/heartbeat.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Head, PopEntry } from "../snapshot/types.ts";
import type { Store } from "../store/open.ts";
import { createPops } from "../store/pops.ts";
import { createMembers, type Members } from "../sync/members.ts";
import { createGate, type FeedAccess, type Gate } from "../sync/members-gate.ts";
import { createJoins } from "../sync/members-join.ts";
import { createLags } from "../sync/members-lag.ts";
import { createRegistrar } from "../sync/members-registrar.ts";
import { createReports } from "../sync/members-reports.ts";
import { type PopPlane, type PopState, popOperations, popPlaneOf } from "./pop-plane.ts";

export interface MembershipOptions {
  readonly store: Store;
  readonly trust: Trust;
  readonly secretKey: SecretKey;
  readonly access: FeedAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Membership {
  readonly gate: Gate;
  /** Who is listed. */
  readonly members: Members;
  readonly operations: LocalOperations;
  readonly pops: PopPlane;
  /** Tells of each new registry. */
  onSigned(listener: () => void): void;
  /** Answers /sync/join and /sync/report; null for any other path. */
  answer(request: Request): Promise<Response> | null;
  /** The store may have new heads. */
  look(): void;
  /** A heartbeat was sent that names these heads. */
  beat(heartbeat: Uint8Array, heads: readonly Head[]): void;
  /** Prometheus text of each POP as it is now. */
  metricsText(): string;
}

/** Signs the registry where commands changed it while no control plane ran, and begins to answer. */
export async function createMembership(options: MembershipOptions): Promise<Membership> {
  const { store, trust, clock, random } = options;
  const { snapshots } = store;
  const pops = createPops(store, random);
  const members = createMembers({ store: snapshots, trust });
  const lags = createLags(clock);
  const reports = createReports({ ...options, members });
  let signed: () => void = () => undefined;
  const onSigned = (): void => {
    members.reload();
    signed();
  };
  const registrar = createRegistrar({ ...options, pops, store: snapshots, onSigned });
  const joins = createJoins({ ...options, pops, registrar, store: snapshots });

  function stateOf(pop: PopEntry): PopState {
    const heard = reports.heard(pop.key);
    if (heard === null) return { ...pop, said: null };
    const { report, atMs } = heard;
    const { level, load, pages } = report;
    const lag = lags.of(report, (page) => members.gets(pop.key, page));
    return {
      ...pop,
      said: { level, load, pagesHeld: pages, ageMs: Math.round(clock.monotonicMs() - atMs), lag },
    };
  }

  const look = (): void => {
    snapshots.refresh();
    lags.look(snapshots.heads());
  };
  look();
  await registrar.sign();
  const plane = popPlaneOf({ pops, stateOf, onChanged: registrar.sign });
  return {
    members,
    gate: createGate({ members, access: options.access, random }),
    operations: popOperations(plane),
    pops: plane,
    onSigned(listener) {
      signed = listener;
    },
    answer: (request) => joins(request) ?? reports.fetch(request),
    look,
    beat(heartbeat, heads) {
      const opened = openHeartbeat(heartbeat);
      if (opened.ok) lags.beat(opened.value.value.sequence, heads);
    },
    metricsText: () => textOf(pops.list().map(stateOf)),
  };
}

/** Made anew at each scrape: a POP that was revoked leaves no last value behind. */
function textOf(states: readonly PopState[]): string {
  const metrics = createMetrics();
  const gauge = (name: string, help: string) => metrics.gauge(name, help, "pop");
  const members = gauge("pop_members", "POPs that may follow; 1 each.");
  const drained = gauge("pop_drained", "1: visitors are to be led elsewhere.");
  const level = gauge("pop_level", "As the POP reports it; 0: confirmed by a source, 1: no source.");
  const load = gauge("pop_load_permille", "Thousandths of the POP's processors that are busy.");
  const age = gauge("pop_report_age_ms", "Since the POP's last report (ms).");
  const generations = gauge("pop_lag_generations", "Generations that the POP lacks, over all its pages.");
  const lagMs = gauge("pop_lag_ms", "How long the oldest generation that the POP lacks has been there (ms).");
  for (const { name, revoked, drained: isDrained, said } of states) {
    if (revoked) continue;
    members.set(1, name);
    drained.set(isDrained ? 1 : 0, name);
    if (said === null) continue;
    level.set(said.level, name);
    load.set(said.load, name);
    age.set(said.ageMs, name);
    if (said.lag === null) continue;
    generations.set(said.lag.generations, name);
    lagMs.set(said.lag.ms, name);
  }
  return metrics.text();
}
