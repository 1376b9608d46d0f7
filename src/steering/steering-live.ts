// The view that a process answers from. In: the operator's file, location files, the facts that the node's first process writes. Out: a `Steer`
// over the newest of them. A file that breaks while the process runs is said, and the last good one stays.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Clock, every } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type LastGood, printOf } from "../zones/last-good.ts";
import type { Steer } from "../zones/types.ts";
import { openGeo } from "./geo.ts";
import { createSteer, networksOf } from "./steering.ts";
import type { SteeringView } from "./steering-decision.ts";
import { decodeFacts, noFacts, type SteeringFacts } from "./steering-facts.ts";
import { noPlan, type SteeringPlan } from "./steering-plan.ts";
import { PlanError, readPlan } from "./steering-toml.ts";

/** In the data folder of a DNS node. */
export const factsFile = "steering.json";

const broken = "The plan of steering is broken; the one before it stays in force.";

export interface LiveOptions {
  /** The operator's file; null steers nothing but `TXT _status`. */
  readonly planPath: string | null;
  /** Data folder of this node. */
  readonly folder: string;
  /** Null: a plan that does not hold is refused whatever held before. */
  readonly lastGood: LastGood | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface LiveSteering {
  readonly steer: Steer;
  view(): SteeringView;
  /** Rises with every view: answers that were made from an older one are to be made again. */
  generation(): number;
  /** Tells of each new view. Gives back its end. */
  onSwapped(listener: () => void): () => void;
  /** Reads plan and location files again. Null where they hold; else why the last good ones stay, which is said too. */
  reload(): string | null;
  stop(): void;
}

/** Throws Fault `usage` where the plan cannot be read or is broken, and never held: a server must not start on steering that nobody meant. */
export function openSteering(options: LiveOptions): LiveSteering {
  const { planPath, folder, lastGood, clock, log, metrics } = options;
  const swaps = metrics.counter(
    "dns_steering_swaps_total",
    "Views that steering answered from, one after the other.",
  );
  const listeners = new Set<() => void>();
  const factsPath = join(folder, factsFile);
  let factsText: string | null = null;
  let refused = false;
  let generation = 0;
  let view = viewOf(planPath === null ? noPlan : planAtStart(planPath));

  function planAtStart(path: string): SteeringPlan {
    try {
      return loadKept(path);
    } catch (thrown) {
      const kept = lastGood?.read(path)?.get(path);
      if (!(thrown instanceof Fault) || kept === undefined) throw thrown;
      log.error(broken, { why: thrown.message });
      return readPlan(kept, path);
    }
  }

  function loadKept(path: string): SteeringPlan {
    // Before it is read: a change meanwhile is then seen as one.
    const print = printOf([path]);
    const plan = loadPlan(path);
    void lastGood?.keep(path, [path], print);
    return plan;
  }

  function viewOf(plan: SteeringPlan): SteeringView {
    const paths = plan.geo.map((path) => resolve(dirname(planPath ?? ""), path));
    return {
      plan,
      facts: readFacts() ?? noFacts,
      geo: openGeo({ ...options, paths }),
      networks: networksOf(plan),
    };
  }

  /** Null where they are the same as last time, or of no use. */
  function readFacts(): SteeringFacts | null {
    let text: string | null;
    try {
      text = textOf(factsPath);
    } catch (thrown) {
      if (!refused) log.warn("What this node knew of its POPs cannot be read.", { why: messageOf(thrown) });
      refused = true;
      return null;
    }
    if (text === null || text === factsText) return null;
    const facts = decodeFacts(text);
    if (!facts.ok && !refused)
      log.warn("What this node knew of its POPs cannot be read; it is found out again.", {
        path: factsPath,
        why: facts.reason,
      });
    refused = !facts.ok;
    if (!facts.ok) return null;
    factsText = text;
    return facts.value;
  }

  function swap(next: SteeringView): void {
    view = next;
    generation++;
    swaps.add();
    for (const listener of listeners) listener();
  }

  const polling = every(clock, limits.factsPollMs, () => {
    const facts = readFacts();
    if (facts !== null) swap({ ...view, facts });
  });

  return {
    steer: createSteer(() => view),
    view: () => view,
    generation: () => generation,
    onSwapped(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reload() {
      if (planPath === null) return null;
      try {
        const { facts } = view;
        swap({ ...viewOf(loadKept(planPath)), facts });
        return null;
      } catch (thrown) {
        const why = messageOf(thrown);
        log.error(broken, { why });
        return why;
      }
    },
    stop: () => polling.cancel(),
  };
}

/** Throws Fault `usage` with the place and what is wrong there. */
export function loadPlan(path: string): SteeringPlan {
  try {
    return readPlan(readFileSync(path, "utf8"), path);
  } catch (thrown) {
    const why =
      thrown instanceof PlanError ? thrown.message : `${path} cannot be read: ${messageOf(thrown)}.`;
    throw new Fault("usage", why, "Repair it, or name another one with --steering.", { cause: thrown });
  }
}

/** A file that is not there yet is no trouble: the first process writes it as soon as it knows something. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== "ENOENT") throw thrown;
    return null;
  }
}
