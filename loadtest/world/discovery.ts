// How long pharos dns takes to find out that a POP is down, or up again. In: a seed. Out: times, by running the health rules of three DNS nodes
// (`startHealth`, `startViews`, with their probes, votes and signed views) on a clock that is moved by hand, over a network that is made up.

import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Dialled, DialOptions } from "../../src/host/dial.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { type Health, startHealth } from "../../src/steering/health.ts";
import { startViews, type Views } from "../../src/steering/node-views.ts";
import { noFacts } from "../../src/steering/steering-facts.ts";
import { readPlan } from "../../src/steering/steering-toml.ts";
import { type ManualClock, manualClock } from "../../test/support/manual-clock.ts";

/** From the moment at which a POP stops (or answers again) to the one from which on a process of a node answers by it (s), ascending. */
export interface Discovery {
  readonly refused: readonly number[];
  readonly silent: readonly number[];
  readonly back: readonly number[];
}

type Manner = "up" | "refused" | "silent";

const nodesCount = 3;
const popsCount = 24;
/** One that lives on: a node that sees nobody takes its own line for the cause. */
const steady = "steady";
/** Every other POP stops at a moment of its own within the first of these, and answers again within the second. */
const stopping = { fromMs: 10_000, untilMs: 12_000 };
const returning = { fromMs: 26_000, untilMs: 28_000 };
const endMs = 44_000;
const stepMs = 100;

interface Pop {
  readonly name: string;
  readonly manner: Exclude<Manner, "up">;
  readonly downMs: number;
  readonly upMs: number;
}

export async function discover(seed: number): Promise<Discovery> {
  const random = seededRandom(seed);
  const between = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }): number =>
    fromMs + random.fraction() * (untilMs - fromMs);
  const pops: readonly Pop[] = Array.from({ length: popsCount }, (_none, at) => ({
    name: `p${at}`,
    manner: at % 2 === 0 ? "refused" : "silent",
    downMs: between(stopping),
    upMs: between(returning),
  }));
  const clock = manualClock();
  const nodes = startNodes(pops, clock, seed);
  const found = { refused: [] as number[], silent: [] as number[], back: [] as number[] };
  const saw = nodes.map(() => new Map([...pops.map(({ name }) => [name, true] as const), [steady, true]]));
  while (clock.monotonicMs() < endMs) {
    await clock.advance(stepMs);
    for (const [at, { health }] of nodes.entries())
      for (const { name, verdict } of health.states()) {
        if (saw[at]?.get(name) === verdict.up) continue;
        saw[at]?.set(name, verdict.up);
        const pop = pops.find((one) => one.name === name) as Pop;
        const sinceMs = clock.monotonicMs() - (verdict.up ? pop.upMs : pop.downMs);
        // The process that probes writes a file, at which the ones that answer look so often.
        const lookMs = random.fraction() * limits.factsPollMs;
        found[verdict.up ? "back" : pop.manner].push((sinceMs + lookMs) / 1_000);
      }
  }
  for (const { health, views } of nodes) {
    health.stop();
    views.stop();
  }
  for (const times of Object.values(found)) times.sort((a, b) => a - b);
  return found;
}

interface Node {
  readonly health: Health;
  readonly views: Views;
}

function startNodes(pops: readonly Pop[], clock: ManualClock, seed: number): readonly Node[] {
  const keys = Array.from(
    { length: nodesCount },
    (_none, at) => generateKeyPair("pop", seededRandom(seed + at)).secretKey,
  );
  const popTables = [...pops.map(({ name }) => name), steady].map(
    (name) => `[[pop]]\nname = "${name}"\naddresses = ["192.0.2.1"]\nprobe = "http://${name}"\n`,
  );
  const nodeTables = keys.map(
    ({ publicKey }, at) => `[[node]]\nname = "n${at}"\nkey = "${publicKey}"\nurl = "http://n${at}"\n`,
  );
  const plan = readPlan([...popTables, ...nodeTables].join("\n"), "world.toml");
  const nodes: Node[] = [];
  const dial = (url: string, options: DialOptions): Promise<Dialled> => {
    const name = new URL(url).hostname;
    const node = /^n(\d+)$/.exec(name);
    if (node !== null) return Promise.resolve(answerOf(200, nodes[Number(node[1])]?.views.own() ?? null));
    const pop = pops.find((one) => one.name === name);
    const nowMs = clock.monotonicMs();
    if (pop === undefined || nowMs < pop.downMs || nowMs >= pop.upMs)
      return Promise.resolve(answerOf(200, null));
    if (pop.manner === "refused") return Promise.reject(new Error("Connection refused."));
    return new Promise((_resolve, reject) =>
      options.signal?.addEventListener("abort", () => reject(new Error("No answer."))),
    );
  };
  for (const [at, key] of keys.entries()) {
    const parts = { plan, dial, clock, random: seededRandom(seed * nodesCount + at), log: silentLog };
    const health: Health = startHealth({
      ...parts,
      before: noFacts,
      keyOf: () => null,
      others: () => views.others(),
      onChanged() {},
      metrics: createMetrics(),
    });
    const views: Views = startViews({
      ...{ nodes: plan.nodes, key, sight: health.sight, onChanged() {} },
      ...{ dial, clock, log: silentLog, metrics: createMetrics() },
    });
    nodes.push({ health, views });
  }
  return nodes;
}

function answerOf(status: number, bytes: Uint8Array | null): Dialled {
  async function* body(): AsyncIterable<Uint8Array> {
    if (bytes !== null) yield bytes;
  }
  return { status, header: () => undefined, body: body(), close() {} };
}
