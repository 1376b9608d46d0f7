// What a process of `pharos dns` answers from: zones and steering. In: flags. Out: a `Find`, and a new one after each change that holds.
import type { Metrics } from "../base/metrics.ts";
import type { SteeringView } from "../steering/steering-decision.ts";
import { hasMap, mayAlias } from "../steering/steering-plan.ts";
import { makeFind } from "../zones/find.ts";
import { createLastGood } from "../zones/last-good.ts";
import type { Find } from "../zones/types.ts";
import { type KnownMaps, openZoneFiles, type Reloaded } from "../zones/zone-files.ts";
import type { DnsOptions } from "./dns-flags.ts";
import { liveSteering } from "./dns-steering.ts";
import type { Context } from "./flags.ts";

export interface DnsSource {
  readonly find: Find;
  /** Reads everything again; what does not hold stays as it was, and is said. */
  reload(): Promise<Reloaded>;
  stop(): void;
}

export interface SourceParts {
  readonly options: Pick<DnsOptions, "zone" | "data" | "role" | "steering" | "rootKey" | "source">;
  readonly context: Pick<Context, "clock" | "log" | "random">;
  readonly metrics: Metrics;
  /** Told of each new `Find`: what was answered by the one before is not to be given again. */
  onFind(find: Find): void;
}

/** Throws Fault `usage` where a zone or the plan of steering does not hold, and never did. */
export async function openDnsSource({ options, context, metrics, onFind }: SourceParts): Promise<DnsSource> {
  // Of the processes that answer one keeps for all.
  const keeps = options.role === "parent" || options.role === "worker-1";
  const lastGood = createLastGood(options.data, keeps, context.log);
  const live = liveSteering(options, { ...context, metrics, lastGood });
  try {
    const files = await openZoneFiles({
      ...context,
      metrics,
      lastGood,
      paths: options.zone,
      maps: mapsOf(live.view),
      onZones(changed) {
        zones = changed;
        onFind(findOf());
      },
    });
    let { zones } = files;
    const findOf = (): Find => makeFind(zones, live.steer);
    live.onSwapped(() => onFind(findOf()));
    return {
      find: findOf(),
      async reload() {
        // First: zones may name maps that came with it.
        const plan = live.reload();
        const read = await files.reload();
        return plan === null ? read : { ...read, refused: [plan, ...read.refused] };
      },
      stop() {
        files.stop();
        live.stop();
      },
    };
  } catch (thrown) {
    live.stop();
    throw thrown;
  }
}

function mapsOf(view: () => SteeringView): KnownMaps {
  return {
    has: (map) => hasMap(view().plan, map),
    mayAlias: (map) => mayAlias(view().plan, map),
  };
}
