// Time to first byte and who comes where. In: POPs, visitors, answers of the steering. Out: percentiles, and the share at the nearest living POP.
import { distanceKm } from "../../src/steering/distance.ts";
import { firstByteMs, pathFactor, percentile, roundTripMs, type Ways } from "./latency.ts";
import type { PopPlace } from "./pops.ts";
import type { Visitor } from "./visitors.ts";

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Between which values p50 and p99 of all visitors lie with 95 %, as far as drawing these goes (order statistics, binomial). */
  readonly p50Within: readonly [number, number];
  readonly p99Within: readonly [number, number];
}

export interface FirstBytes {
  readonly warm: Percentiles;
  readonly quic: Percentiles;
  readonly tls: Percentiles;
  readonly first: Percentiles;
  /** Share of visitors whose first connection goes to the nearest living POP, or one that the steering takes for equally near. */
  readonly atNearest: number;
  /** Share of visitors for whom it is in the answer at all. */
  readonly hasNearest: number;
  /** Share of visitors, a POP. */
  readonly shares: readonly number[];
  /** Warm, a visitor, for the map (ms). */
  readonly warmMs: readonly number[];
}

export interface Scene {
  readonly pops: readonly PopPlace[];
  readonly visitors: readonly Visitor[];
  readonly answers: readonly (readonly number[])[];
  readonly living: ReadonlySet<number>;
  readonly nearKm: number;
}

/** The address of an answer that a visitor tries first. */
export function firstTried({ shuffle }: Visitor, answer: readonly number[]): number {
  return answer[shuffle === null ? 0 : Math.floor(shuffle * answer.length)] ?? Number.NaN;
}

/** `dnsNodes`: where the authoritative servers stand; resolvers ask the nearest. */
export function measure(scene: Scene, dnsNodes: readonly PopPlace[]): FirstBytes {
  const { pops, visitors, answers } = scene;
  const kinds = { warm: [], quic: [], tls: [], first: [] } as Record<keyof typeof byKind, number[]>;
  const visits = pops.map(() => 0);
  let atNearest = 0;
  let hasNearest = 0;
  for (const [at, visitor] of visitors.entries()) {
    const answer = answers[at] ?? [];
    const number = firstTried(visitor, answer);
    const pop = pops[number];
    if (pop === undefined) throw new Error(`Visitor ${at} was led to nobody.`);
    visits[number] = (visits[number] ?? 0) + 1;
    const near = nearestOf(scene, visitor);
    if (near.has(number)) atNearest++;
    if (answer.some((one) => near.has(one))) hasNearest++;
    const ways = waysOf(at, visitor, pop, number, dnsNodes);
    for (const kind of Object.keys(kinds) as (keyof typeof byKind)[])
      kinds[kind].push(firstByteMs(visitor, ways, kind));
  }
  const warmMs = [...kinds.warm];
  return {
    ...(Object.fromEntries(
      Object.entries(kinds).map(([kind, all]) => [kind, percentilesOf(all)]),
    ) as typeof byKind),
    atNearest: atNearest / visitors.length,
    hasNearest: hasNearest / visitors.length,
    shares: visits.map((count) => count / visitors.length),
    warmMs,
  };
}

declare const byKind: Pick<FirstBytes, "warm" | "quic" | "tls" | "first">;

/** POPs that live and are at most `nearKm` farther than the nearest that does. */
function nearestOf({ pops, living, nearKm }: Scene, { place }: Visitor): ReadonlySet<number> {
  const kms = pops.map((pop, at) => (living.has(at) ? distanceKm(place, pop) : Number.POSITIVE_INFINITY));
  const least = Math.min(...kms);
  return new Set(kms.flatMap((km, at) => (km <= least + nearKm ? [at] : [])));
}

const pairsApart = 1_000;

function waysOf(
  at: number,
  visitor: Visitor,
  pop: PopPlace,
  number: number,
  dnsNodes: readonly PopPlace[],
): Ways {
  const popMs = visitor.accessMs + roundTripMs(visitor.place, pop, pathFactor(at * pairsApart + number));
  const factor = pathFactor(at * pairsApart + pairsApart - 1);
  const asked = Math.min(...dnsNodes.map((node) => roundTripMs(visitor.resolverPlace, node, factor)));
  const dnsMs =
    visitor.accessMs +
    roundTripMs(visitor.place, visitor.resolverPlace, factor) +
    (visitor.asksAnew ? asked : 0);
  return { popMs, dnsMs };
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const within = (of100: number): readonly [number, number] => {
    const off = 196 * Math.sqrt(((of100 / 100) * (1 - of100 / 100)) / sorted.length);
    return [percentile(sorted, of100 - off), percentile(sorted, Math.min(100, of100 + off))];
  };
  return {
    ...{ p50: percentile(sorted, 50), p95: percentile(sorted, 95), p99: percentile(sorted, 99) },
    ...{ p50Within: within(50), p99Within: within(99) },
  };
}
