// What a zone is once it was checked: names with their record sets, never changed. In: a name. Out: what stands there, or what stands above it.
// Names with nothing of their own but with names below them (empty non-terminals) are in the map too, with no sets: they exist (RFC 4592, 2.2.2).
import { type Name, parent } from "./names.ts";
import type { RecordSet } from "./types.ts";

export interface Zone {
  readonly origin: Name;
  readonly soa: RecordSet;
  /** The SOA as answers without data carry it: its TTL is theirs (RFC 2308, 3). */
  readonly negative: RecordSet;
  readonly nodes: ReadonlyMap<Name, readonly RecordSet[]>;
  /** Names below the origin from which on others answer. */
  readonly cuts: ReadonlySet<Name>;
  /** Names whose addresses or canonical name are chosen for each visitor: the map that chooses. */
  readonly steered: ReadonlyMap<Name, string>;
}

/** Zones by their origins. */
export type ZoneSet = ReadonlyMap<Name, Zone>;

/** The set of a type at a name. */
export function setOf(sets: readonly RecordSet[] | undefined, type: number): RecordSet | undefined {
  if (sets === undefined) return undefined;
  for (const set of sets) if (set.type === type) return set;
  return undefined;
}

/** The highest cut at or above a name; what stands there is not ours to say. */
export function cutAbove({ cuts, origin }: Pick<Zone, "cuts" | "origin">, name: Name): Name | null {
  let found: Name | null = null;
  for (let at: Name | null = name; at !== null && at !== origin; at = parent(at))
    if (cuts.has(at)) found = at;
  return found;
}

/** The name whose records stand for a name that does not exist (RFC 4592, 3.3.1), which may not exist itself; null outside the zone. */
export function sourceOf({ nodes }: Pick<Zone, "nodes">, name: Name): Name | null {
  for (let at = parent(name); at !== null; at = parent(at)) if (nodes.has(at)) return `\x01*${at}`;
  return null;
}
