// Who comes first. In: candidates with distance and weight, the visitor's network. Out: the same, the nearest first; among equals a visitor's
// network always meets the same one first, and each gets visitors by its weight.
import type { Address } from "../zones/networks.ts";

export interface Ranked {
  readonly name: string;
  readonly weight: number;
  /** Null where the visitor's place or the candidate's is unknown. */
  readonly km: number | null;
}

/**
 * Sorted by distance, then cut into groups of equals: all that are at most `nearKm` farther than the first of their group. Those of unknown
 * distance are the last group. Within a group by weighted rendezvous (Thaler, Ravishankar 1998; Schindelhauer, Schomaker 2005): when one of
 * them dies its visitors alone go elsewhere.
 */
export function inOrder<Candidate extends Ranked>(
  candidates: readonly Candidate[],
  nearKm: number,
  visitor: Address,
): readonly Candidate[] {
  return groupsOf(candidates, nearKm).flatMap((group) =>
    group.length === 1 ? group : byRendezvous(group, visitor),
  );
}

/** True where the first `count` of the order depend on who the visitor is, and not on where alone. Equals behind them change no answer. */
export function hasEquals(candidates: readonly Ranked[], nearKm: number, count: number): boolean {
  let before = 0;
  for (const { length } of groupsOf(candidates, nearKm)) {
    if (before >= count) return false;
    if (length > 1) return true;
    before += length;
  }
  return false;
}

function groupsOf<Candidate extends Ranked>(
  candidates: readonly Candidate[],
  nearKm: number,
): readonly Candidate[][] {
  const sorted = candidates.toSorted((a, b) => kmOf(a) - kmOf(b) || (a.name < b.name ? -1 : 1));
  const groups: Candidate[][] = [];
  let firstKm = Number.NEGATIVE_INFINITY;
  for (const candidate of sorted) {
    const km = kmOf(candidate);
    const group = groups.at(-1);
    if (group !== undefined && km <= firstKm + nearKm) group.push(candidate);
    else {
      groups.push([candidate]);
      firstKm = km;
    }
  }
  return groups;
}

/** Above every distance on earth, and finite, so that two of them are equal. */
const unknownKm = 1e9;
const kmOf = ({ km }: Ranked): number => km ?? unknownKm;

function byRendezvous<Candidate extends Ranked>(
  group: readonly Candidate[],
  visitor: Address,
): readonly Candidate[] {
  const scored = group.map((candidate) => ({ candidate, score: scoreOf(candidate, visitor) }));
  scored.sort((a, b) => b.score - a.score || (a.candidate.name < b.candidate.name ? -1 : 1));
  return scored.map(({ candidate }) => candidate);
}

function scoreOf({ name, weight }: Ranked, visitor: Address): number {
  if (weight <= 0) return 0;
  return weight / -Math.log((hashOf(visitor, name) + 0.5) / 2 ** 32);
}

/** FNV-1a of 32 bits, and murmur3's last steps behind it: FNV alone leaves the high bits of short inputs alike. */
function hashOf(visitor: Address, name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of visitor) hash = Math.imul(hash ^ byte, 0x01000193);
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
