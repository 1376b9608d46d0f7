// What a process of `pharos dns` answers from: zones and steering. In: flags. Out: a `Find`, and a new one after each change that holds.
import type { Metrics } from "../base/metrics.ts";
import { makeFind } from "../dns/find.ts";
import type { Steer } from "../dns/steering.ts";
import type { Find } from "../dns/types.ts";
import type { ZoneSet } from "../dns/zone.ts";
import { type KnownMaps, openZoneFiles } from "../dns/zone-files.ts";
import type { DnsOptions } from "./dns-flags.ts";
import type { Context } from "./flags.ts";

export interface DnsSource {
  readonly find: Find;
  /** Reads everything again; what does not hold stays as it was, and is said. */
  reload(): Promise<void>;
  stop(): void;
}

export interface SourceParts {
  readonly options: Pick<DnsOptions, "zone" | "data" | "steering">;
  readonly context: Pick<Context, "clock" | "log">;
  readonly metrics: Metrics;
  /** Told of each new `Find`: what was answered by the one before is not to be given again. */
  onFind(find: Find): void;
}

const nobody: Steer = () => ({ sets: [], scope: 0, first: "", country: "" });
const noMaps: KnownMaps = { has: () => false, mayAlias: () => false };

/** Throws Fault `usage` where a zone does not hold. */
export async function openDnsSource({ options, context, metrics, onFind }: SourceParts): Promise<DnsSource> {
  const { clock, log } = context;
  const findOf = (zones: ZoneSet): Find => makeFind(zones, nobody);
  const files = await openZoneFiles({
    paths: options.zone,
    maps: noMaps,
    clock,
    log,
    metrics,
    onZones: (zones) => onFind(findOf(zones)),
  });
  return {
    find: findOf(files.zones),
    reload: async () => void (await files.reload()),
    stop: () => files.stop(),
  };
}
