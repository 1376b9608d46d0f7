// The steering half of `pharos dns`. In: what the operator gave. Out: the view that a process answers from, and the one node that follows and probes
// for all processes of this machine.
import { mkdirSync } from "node:fs";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type DnsNode, startNode } from "../dns/node.ts";
import { type LiveSteering, openSteering } from "../dns/steering-live.ts";
import { dial } from "../host/dial.ts";
import { withMirrors } from "../sync/mirror-read.ts";
import type { Context } from "./flags.ts";
import { readPopKey } from "./pop-key.ts";
import { readRootKey } from "./read-keys.ts";
import { feedAddress } from "./source-address.ts";

/** What the flags said. */
export interface SteeringSettings {
  readonly data: string;
  readonly steering?: string | undefined;
  readonly rootKey: readonly string[];
  readonly source: readonly string[];
}

/** Of the process that uses it: its log and its metrics. */
export type SteeringContext = Pick<Context, "clock" | "random"> & {
  readonly log: Log;
  readonly metrics: Metrics;
};

/** For each process. Throws Fault `usage` where the plan is broken. */
export function liveSteering(settings: SteeringSettings, context: SteeringContext): LiveSteering {
  return openSteering({ ...context, planPath: settings.steering ?? null, folder: settings.data });
}

/**
 * For one process of a node. Without a key of its own (`pharos pop join --data <folder>`) it shows the other nodes nothing, and follows open feeds.
 * Throws the Faults of keys and sources.
 */
export async function steeringNode(
  settings: SteeringSettings,
  live: LiveSteering,
  context: SteeringContext,
): Promise<DnsNode> {
  const { data: folder } = settings;
  const sources = settings.source.map(feedAddress);
  const rootKeys = settings.rootKey.map(readRootKey);
  const key = readPopKey(folder);
  mkdirSync(folder, { recursive: true });
  const { plan, facts } = live.view();
  return startNode({
    ...context,
    ...{ folder, plan, before: facts, rootKeys, sources, key },
    dial: withMirrors(dial, context.clock),
  });
}
