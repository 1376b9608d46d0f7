// How long the way takes. In: places, a visitor, a pair's own number. Out: milliseconds.
import { seededRandom } from "../../src/base/random.ts";
import { distanceKm, type Place } from "../../src/steering/distance.ts";
import { assumptions as assumed } from "./assumptions.ts";
import { logNormal, type Visitor } from "./visitors.ts";

const pathFactorMin = 1.15;

/** The same between two places both ways. `factor`: how much longer than the great circle the path is. */
export function roundTripMs(from: Place, to: Place, factor: number): number {
  return (2 * distanceKm(from, to) * factor) / assumed.fibreSpeed.value;
}

/** Each pair of a network and a place has a path of its own: `pair` is any number that stands for it. */
export function pathFactor(pair: number): number {
  const drawn = logNormal(assumed.pathFactor.value, assumed.pathSpread.value, seededRandom(pair));
  return Math.max(pathFactorMin, drawn);
}

/** Round trips until the first byte is there. tls: TCP, TLS 1.3, request. quic: HTTP/3, which does the first two at once. warm: the connection is there. */
export const roundTrips = { warm: 1, quic: 2, tls: 3 } as const;

export interface Ways {
  /** Visitor to POP and back, own network included. */
  readonly popMs: number;
  /** Visitor to resolver; and resolver to a DNS node, where it must ask. */
  readonly dnsMs: number;
}

export function firstByteMs(visitor: Visitor, ways: Ways, kind: keyof typeof roundTrips | "first"): number {
  const trips = kind === "first" ? roundTrips.tls : roundTrips[kind];
  return (kind === "first" ? ways.dnsMs : 0) + trips * ways.popMs + visitor.answerMs;
}

/** The value that so many of a hundred are at or below, by nearest rank. */
export function percentile(sorted: ArrayLike<number>, of100: number): number {
  const at = Math.max(0, Math.ceil((of100 / 100) * sorted.length) - 1);
  return sorted[at] ?? Number.NaN;
}
