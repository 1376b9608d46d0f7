// What the commands about zones share. In: paths. Out: zones with their mistakes, the operator's plan of steering, which maps a zone may name.
import type { Clock } from "../base/clock.ts";
import { hasMap, mayAlias, type SteeringPlan } from "../steering/steering-plan.ts";
import type { Zone } from "../zones/zone.ts";
import { type Mistake, showMistake } from "../zones/zone-draft.ts";
import { type KnownMaps, readZone } from "../zones/zone-files.ts";

export const zoneFileHelp = "zone files: master files, or TOML where the name ends so";

export const steeringFlag = {
  kind: "path",
  help: "TOML file of POPs, maps and overrides; without it, maps that zones name are not looked for",
} as const;

export function mapsOf(plan: SteeringPlan): KnownMaps {
  return { has: (map) => hasMap(plan, map), mayAlias: (map) => mayAlias(plan, map) };
}

export interface LookedAt {
  readonly path: string;
  readonly zone: Zone | null;
  /** Why there is none, a sentence each, with line and column. */
  readonly mistakes: readonly string[];
  /** What is allowed, and probably not meant. */
  readonly remarks: readonly string[];
}

export async function lookAtZones(
  paths: readonly string[],
  plan: SteeringPlan | null,
  clock: Clock,
): Promise<readonly LookedAt[]> {
  const found: LookedAt[] = [];
  for (const path of paths) {
    const { checked } = await readZone(path, plan === null ? null : mapsOf(plan), clock);
    const said = (list: readonly Mistake[]): readonly string[] => list.map(showMistake);
    found.push(
      checked.ok
        ? { path, zone: checked.value.zone, mistakes: [], remarks: said(checked.value.remarks) }
        : { path, zone: null, mistakes: said(checked.reason), remarks: [] },
    );
  }
  return found;
}
