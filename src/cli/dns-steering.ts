// The steering half of `pharos dns`. In: what the operator gave. Out: the view that a process answers from, and the one node that follows and probes
// for all processes of this machine.
import { mkdirSync } from "node:fs";
import type { Log } from "../base/log.ts";
import { createMetrics, type Metrics } from "../base/metrics.ts";
import { dial } from "../host/dial.ts";
import { requestPath } from "../host/request-path.ts";
import { explain } from "../steering/explain.ts";
import { startNode } from "../steering/node.ts";
import { type LiveSteering, openSteering } from "../steering/steering-live.ts";
import { mapOfAll } from "../steering/steering-plan.ts";
import { withMirrors } from "../sync/mirror-read.ts";
import { createLastGood, type LastGood } from "../zones/last-good.ts";
import { parseNetwork } from "../zones/networks.ts";
import { typeNumber, type Visitor } from "../zones/types.ts";
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

/** For each process. Throws Fault `usage` where the plan is broken, and never held. */
export function liveSteering(
  settings: SteeringSettings,
  context: SteeringContext & { readonly lastGood: LastGood | null },
): LiveSteering {
  return openSteering({ ...context, planPath: settings.steering ?? null, folder: settings.data });
}

/** What one process of a node does for all: it follows, probes, and answers for steering at the ops address. */
export interface KeptSteering {
  /** /steering, /view and /explain; null for any other path. */
  answer(request: Request): Response | null;
  reload(): void;
  stop(): Promise<void>;
}

/**
 * Without a key of its own (`pharos pop join --data <folder>`) it shows the other nodes nothing, and follows open feeds. Throws the Faults of keys,
 * sources and plan.
 */
export async function keepSteering(
  settings: SteeringSettings,
  context: SteeringContext,
): Promise<KeptSteering> {
  const { data: folder } = settings;
  const sources = settings.source.map(feedAddress);
  const rootKeys = settings.rootKey.map(readRootKey);
  mkdirSync(folder, { recursive: true });
  const key = readPopKey(folder);
  // Its views are for `explain`; what they count has been counted by the processes that answer.
  const lastGood = createLastGood(folder, false, context.log);
  const live = liveSteering(settings, { ...context, lastGood, metrics: createMetrics() });
  const { plan, facts } = live.view();
  const node = await startNode({
    ...context,
    ...{ folder, plan, before: facts, rootKeys, sources, key },
    dial: withMirrors(dial, context.clock),
  });
  return {
    answer: (request) => answerExplain(request, live) ?? node.answer(request),
    reload() {
      if (live.reload() === null) node.replan(live.view().plan);
    },
    async stop() {
      live.stop();
      await node.stop();
    },
  };
}

function answerExplain(request: Request, live: LiveSteering): Response | null {
  if (requestPath(request.url) !== explainPath) return null;
  const { searchParams } = new URL(request.url);
  const [map, from, type] = ["map", "from", "type"].map((name) => searchParams.get(name) ?? "");
  const visitor = visitorOf(from ?? "");
  const number = typeNumber(type || "A");
  if (visitor === null || number === null)
    return new Response("Ask ?map=<map>&from=<address or network>&type=<type>.\n", { status: 400 });
  const explained = explain(live.view(), map || mapOfAll, number, visitor);
  if (explained === null) return new Response("The plan has no such map.\n", { status: 404 });
  return Response.json(explained, { headers: { "cache-control": "no-store" } });
}

export const explainPath = "/explain";

/** An address is a resolver that says nothing of its client, a network is a client subnet; null for what is neither. */
export function visitorOf(text: string): Visitor | null {
  const network = parseNetwork(text);
  if (network === null) return null;
  return text.includes("/")
    ? { resolver: network.address, subnet: network }
    : { resolver: network.address, subnet: null };
}
