// What one process of a DNS node does for all of them: follows the feed, asks POPs how they are, listens to the other nodes, and writes what came
// of it into the data folder, where the others and the next start find it. In: the plan, sources, keys. Out: the facts file, two answers for the
// ops address. With the control plane dead, the feed gone and after a restart it goes on with what lies on the disk.
import { join } from "node:path";
import { type Clock, every, type Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { dial } from "../host/dial.ts";
import { writeFileWhole } from "../host/files.ts";
import { requestPath } from "../host/request-path.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import { openStore, type Store } from "../store/open.ts";
import { startSweeping } from "../store/sweeping.ts";
import { trustOf } from "../store/trusted.ts";
import { createFollower, type Follower } from "../sync/follow.ts";
import { createMembers, type Members } from "../sync/members.ts";
import { createProver } from "../sync/members-proof.ts";
import { type Health, startHealth, type TargetState } from "./health.ts";
import { type NodeState, startViews, type Views, viewPath } from "./node-views.ts";
import { createPagesState } from "./pages-state.ts";
import {
  encodeFacts,
  type PageFacts,
  type PopFacts,
  type Standing,
  type SteeringFacts,
} from "./steering-facts.ts";
import { factsFile } from "./steering-live.ts";
import type { PlanPop, SteeringPlan } from "./steering-plan.ts";

export interface NodeOptions {
  readonly folder: string;
  readonly plan: SteeringPlan;
  /** What was known at the last stop. */
  readonly before: SteeringFacts;
  readonly rootKeys: readonly PublicKey[];
  /** Feeds, the nearest first; none goes on with the registry that is held. */
  readonly sources: readonly string[];
  /** This node's own key, where it has joined a control plane. */
  readonly key: SecretKey | null;
  readonly dial: typeof dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface DnsNode {
  /** Answers /view and /steering; null for any other path. */
  answer(request: Request): Response | null;
  /** Another plan, such as after a reload; what is known of those that it still names is kept. */
  replan(plan: SteeringPlan): void;
  stop(): Promise<void>;
}

/** The registry and the pages, as far as they were ever heard of. */
interface Known {
  readonly members: Members | null;
  pages(): readonly PageFacts[];
  stop(): Promise<void>;
}

export async function startNode(options: NodeOptions): Promise<DnsNode> {
  const { folder, clock, log } = options;
  let { plan, before: facts } = options;
  let written = "";
  let writing: Promise<void> = Promise.resolve();
  const known = await follow(options, () => update());
  let probing = startProbing();
  const ticking = every(clock, limits.probeRoundMs, update);
  watchNode(
    options.metrics,
    () => facts,
    () => probing.health,
  );

  function startProbing(): { readonly health: Health; readonly views: Views } {
    const health: Health = startHealth({
      ...options,
      plan,
      before: facts,
      keyOf: (pop) => keyOf(pop, known.members),
      others: () => views.others(),
      onChanged: () => update(),
    });
    const views: Views = startViews({
      ...options,
      nodes: plan.nodes,
      sight: health.sight,
      onChanged: () => update(),
    });
    return { health, views };
  }

  /** Writes where something is other than it was. One writing at a time: the last word stays. */
  function update(): void {
    facts = factsNow(plan, known, probing.health);
    const text = encodeFacts(facts);
    if (text === written) return;
    written = text;
    writing = writing.then(async () => {
      if (text !== written) return;
      try {
        await writeFileWhole(join(folder, factsFile), Buffer.from(text), 0o644);
      } catch (thrown) {
        written = "";
        log.error("What this node knows of its POPs could not be written; it is tried again.", {
          why: messageOf(thrown),
        });
      }
    });
  }

  update();
  return {
    answer(request) {
      const path = requestPath(request.url);
      if (path === viewPath) return viewAnswer(probing.views);
      if (path !== "/steering") return null;
      const body = healthView(probing.health, probing.views.states(), facts);
      return Response.json(body, { headers: { "cache-control": "no-store" } });
    },
    replan(next) {
      plan = next;
      probing.health.stop();
      probing.views.stop();
      probing = startProbing();
      update();
    },
    async stop() {
      ticking.cancel();
      probing.health.stop();
      probing.views.stop();
      await known.stop();
      await writing;
    },
  };
}

/** A store that cannot be opened costs the registry and `TXT _status`, not the answers. */
async function follow(options: NodeOptions, onChanged: () => void): Promise<Known> {
  const { folder, clock, log, sources } = options;
  let store: Store;
  try {
    store = await openStore({ folder, clock, log });
  } catch (thrown) {
    log.error(
      "The store of this node cannot be opened: no registry is followed, POPs are led to by their keys in the plan.",
      {
        why: messageOf(thrown),
      },
    );
    return { members: null, pages: () => [], stop: async () => undefined };
  }
  const trust = trustOf(store.snapshots, options.rootKeys);
  const members = createMembers({ store: store.snapshots, trust });
  const prover = options.key === null ? null : createProver(options.key);
  const follower: Follower | null =
    sources.length === 0
      ? null
      : createFollower({ ...options, store: store.snapshots, trust, prover, key: prover?.key ?? "" });
  const timers: Timer[] = [startSweeping({ ...options, store: store.snapshots })];
  follower?.onDocument(() => {
    members.reload();
    onChanged();
  });
  follower?.onApplied(onChanged);
  follower?.start();
  return {
    members,
    pages: createPagesState({ ...options, store: store.snapshots }),
    async stop() {
      for (const timer of timers) timer.cancel();
      await follower?.stop();
      await store.close();
    },
  };
}

function keyOf({ key, name }: PlanPop, members: Members | null): PublicKey | null {
  return key ?? members?.named(name)?.key ?? null;
}

function standingOf(pop: PlanPop, members: Members | null): Standing {
  const key = keyOf(pop, members);
  if (key === null) return "unknown";
  const entry = members?.entry(key) ?? null;
  if (entry === null) return "member";
  if (members?.standing(key) === "revoked") return "revoked";
  return entry.drained ? "drained" : "member";
}

function factsNow(plan: SteeringPlan, { members, pages }: Known, health: Health): SteeringFacts {
  const states = health.states();
  const of = (kind: TargetState["kind"]) => states.filter((state) => state.kind === kind);
  const byPop = Map.groupBy(of("pop"), ({ pop }) => pop ?? "");
  const [host] = of("static");
  return {
    pops: Object.fromEntries(
      [...plan.pops.values()].flatMap((pop): [string, PopFacts][] => {
        const all = byPop.get(pop.name);
        return all === undefined
          ? []
          : [[pop.name, { ...popFacts(all), standing: standingOf(pop, members) }]];
      }),
    ),
    cdns: Object.fromEntries(of("cdn").map(({ name, verdict: { up } }) => [name, up])),
    // Nobody has an opinion before somebody has asked.
    fallback:
      host === undefined || host.verdict.saysUp + host.verdict.saysDown === 0 ? null : host.verdict.up,
    pages: pages(),
  };
}

/** A POP lives where one of its addresses does; full is it as one says that lives. */
function popFacts(all: readonly TargetState[]): Omit<PopFacts, "standing"> {
  const isSix = ({ address }: TargetState): boolean => address?.includes(":") === true;
  const first = all.filter((one) => all[0] !== undefined && isSix(one) === isSix(all[0]));
  const six = all.filter((one) => !first.includes(one));
  const isUp = (list: readonly TargetState[]): boolean => list.some(({ verdict }) => verdict.up);
  const dead = [first, six]
    .filter(isUp)
    .flatMap((list) => list.filter(({ verdict }) => !verdict.up).map(({ address }) => address ?? ""));
  return {
    up: isUp(first),
    ...(six.length === 0 ? {} : { upSix: isUp(six) }),
    ...(dead.length === 0 ? {} : { dead }),
    full: (all.find(({ verdict }) => verdict.up) ?? all[0])?.full === true,
  };
}

function viewAnswer(views: Views): Response {
  const bytes = views.own();
  if (bytes === null)
    return new Response("This node has no key to sign a view with: see pharos pop join.\n", { status: 404 });
  return new Response(Buffer.from(bytes), {
    headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
  });
}

/** What an operator looks at when an answer is not the one he expected. */
function healthView(health: Health, nodes: readonly NodeState[], facts: SteeringFacts) {
  return {
    targets: health
      .states()
      .map(({ name, kind, pop, address, sees, streak, full, report, tookMs, trouble, verdict }) => ({
        name,
        kind,
        address,
        up: verdict.up,
        seen_up_here: sees,
        probes_against_it: streak,
        votes: { up: verdict.saysUp, down: verdict.saysDown, own_counts: verdict.ownCounts },
        full,
        standing: facts.pops[pop ?? ""]?.standing ?? null,
        level: report?.level ?? null,
        load: report?.load ?? null,
        took_ms: tookMs === null ? null : Math.round(tookMs),
        trouble,
      })),
    nodes,
    facts,
  };
}

function watchNode(metrics: Metrics, facts: () => SteeringFacts, health: () => Health): void {
  const each = (read: (one: PopFacts) => boolean) => () =>
    Object.entries(facts().pops).map(([name, one]) => [name, read(one) ? 1 : 0] as const);
  metrics.watchEach(
    "dns_pop_up",
    "POPs that are up, as the nodes agree.",
    "pop",
    each(({ up }) => up),
  );
  metrics.watchEach(
    "dns_pop_full",
    "POPs that report being full.",
    "pop",
    each(({ full }) => full),
  );
  metrics.watchEach("dns_pop_load", "Load that POPs report, in thousandths of their processors.", "pop", () =>
    health()
      .states()
      .flatMap(({ name, pop, report }) =>
        report === null || name !== pop ? [] : [[name, report.load] as const],
      ),
  );
}
