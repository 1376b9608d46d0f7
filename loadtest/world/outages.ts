// A year of failures. In: a seed, who can fail. Out: when each is down, by itself and with its region, and when the DNS nodes know it.
import { type Random, seededRandom } from "../../src/base/random.ts";
import { assumptions as assumed } from "./assumptions.ts";
import type { Discovery } from "./discovery.ts";
import type { Region } from "./pops.ts";

export const yearS = 365 * 86_400;
const hourS = 3_600;

/** Seconds since the year began; `to` is not in it. */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/** POPs, the static host, DNS nodes and the control plane are all machines that fail. */
export interface Machine {
  readonly name: string;
  /** Null: what happens to regions does not concern it. */
  readonly region: Region | null;
}

export interface Year {
  /** When each machine is really down; sorted, apart from each other. */
  readonly down: readonly (readonly Span[])[];
  /** When the DNS nodes hold it for down. */
  readonly known: readonly (readonly Span[])[];
  readonly regionOutages: number;
}

/** Each machine and each region has a stream of its own: another machine beside them changes nothing for the others. */
export function drawYear(machines: readonly Machine[], found: Discovery, seed: number): Year {
  const regions = [...new Set(machines.flatMap(({ region }) => (region === null ? [] : [region])))];
  const byRegion = new Map(regions.map((region) => [region, regionSpans(region, seed)]));
  const chance = machines.map(({ name }) => seededRandom(streamOf(name, seed)));
  const down = machines.map(({ region }, at) => {
    const own = ownSpans(chance[at] as Random);
    return united([...own, ...(region === null ? [] : (byRegion.get(region) ?? []))]);
  });
  const known = down.map((spans, at) =>
    united(spans.flatMap((span) => noticed(span, found, chance[at] as Random))),
  );
  return { down, known, regionOutages: [...byRegion.values()].reduce((sum, spans) => sum + spans.length, 0) };
}

function ownSpans(random: Random): readonly Span[] {
  const { popDown, popOutages } = assumed;
  return poisson(random, popOutages.value, (popDown.value * yearS) / popOutages.value);
}

function regionSpans(region: Region, seed: number): readonly Span[] {
  const { regionOutages, regionOutage } = assumed;
  return poisson(seededRandom(streamOf(region, seed)), regionOutages.value, regionOutage.value * hourS);
}

/** Outages come at any time, whatever came before, and last as chance has it: most are short, a few long. */
function poisson(random: Random, aYear: number, meanS: number): readonly Span[] {
  const spans: Span[] = [];
  const wait = (): number => (-Math.log(1 - random.fraction()) * yearS) / aYear;
  for (let fromS = wait(); fromS < yearS; ) {
    const toS = Math.min(yearS, fromS - Math.log(1 - random.fraction()) * meanS);
    spans.push({ fromS, toS });
    fromS = toS + wait();
  }
  return spans;
}

/** None where it was over before it was found out. */
function noticed({ fromS, toS }: Span, found: Discovery, random: Random): readonly Span[] {
  const isSilent = random.fraction() < assumed.silentShare.value;
  const times = isSilent ? found.silent : found.refused;
  const one = (list: readonly number[]): number => list[random.below(list.length)] ?? 0;
  const knownS = fromS + one(times);
  const backS = toS + one(found.back);
  return knownS >= toS ? [] : [{ fromS: knownS, toS: Math.min(yearS, backS) }];
}

/** Sorted, and one where they touch. */
export function united(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromS - b.fromS)) {
    const last = joined.at(-1);
    if (last === undefined || span.fromS > last.toS) joined.push(span);
    else joined[joined.length - 1] = { fromS: last.fromS, toS: Math.max(last.toS, span.toS) };
  }
  return joined;
}

export const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { fromS, toS }) => sum + toS - fromS, 0);

/** FNV-1a of 32 bits. */
function streamOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
