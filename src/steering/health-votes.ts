// What the DNS nodes say together. In: this node's sight and the others' views. Out: who is up. Pure.
// Anyone is down when more than half of the nodes that see anything, and have an opinion of it, say so. One that sees nobody has lost its own line,
// not the world: its word does not count, and it goes by the others. Where nobody sees anybody, each goes by itself.

import { Buffer } from "node:buffer";
import { limits } from "../base/limits.ts";
import { compareSeen, type Seen, type SeenKind } from "../snapshot/view.ts";

/** What one node says of each that it has an opinion of: a POP by its name, the others as below. */
export type Sight = ReadonlyMap<string, boolean>;

/** A POP's first address of IPv6 is looked at as if it were one more POP. */
const sixMark = "/6";
export const sixOf = (name: string): string => `${name}${sixMark}`;

const addressMark = "@";
const cdnMark = "cdn:";
export const cdnOf = (name: string): string => `${cdnMark}${name}`;
export const staticHost = "static:";
/** One of several addresses of a POP. */
export const addressOf = (octets: Uint8Array): string =>
  `${addressMark}${Buffer.from(octets).toString("hex")}`;

/** Over IPv4 or IPv6, where that decides who sees anyone. */
function familyOf(name: string): 4 | 6 | null {
  if (name.startsWith(addressMark)) return name.length === addressMark.length + 32 ? 6 : 4;
  if (name.endsWith(sixMark)) return 6;
  return name.includes(":") ? null : 4;
}

/** As it stands in a signed view. */
export function seenOf(sight: Sight): readonly Seen[] {
  const sees = [...sight].flatMap(([key, up]): readonly Seen[] => {
    if (key === staticHost) return [{ name: "static", up, kind: "static" }];
    if (key.startsWith(cdnMark)) return [{ name: key.slice(cdnMark.length), up, kind: "cdn" }];
    if (key.startsWith(addressMark)) return [{ name: key.slice(addressMark.length), up, kind: "address" }];
    if (key.endsWith(sixMark)) return [];
    const upSix = sight.get(sixOf(key));
    return [upSix === undefined ? { name: key, up } : { name: key, up, upSix }];
  });
  return sees.toSorted(compareSeen).slice(0, limits.viewSeenMax);
}

export function sightOf(sees: readonly Seen[]): Sight {
  const sight = new Map<string, boolean>();
  for (const { name, up, upSix, kind = "pop" } of sees) {
    sight.set(votedAs[kind](name), up);
    if (upSix !== undefined) sight.set(sixOf(name), upSix);
  }
  return sight;
}

const votedAs: Readonly<Record<SeenKind, (name: string) => string>> = {
  pop: (name) => name,
  cdn: cdnOf,
  static: () => staticHost,
  address: (octets) => `${addressMark}${octets}`,
};

export interface Verdict {
  readonly up: boolean;
  readonly saysUp: number;
  readonly saysDown: number;
  /** False where this node's own word was not counted. */
  readonly ownCounts: boolean;
}

export function seesAnyone(sight: Sight): boolean {
  return sight.values().some((up) => up);
}

/**
 * By family: whoever has no line over IPv6 sees no POP there. Where no node has one, `pop` is there what it is over IPv4. CDNs and the static host have a name
 * as their way: on them has a say who sees anyone at all.
 */
export function verdictByFamily(name: string, pop: string, own: Sight, others: readonly Sight[]): Verdict {
  const wanted = familyOf(name);
  if (wanted === null) return verdictOn(name, own, others);
  const [mine = own, ...views] = [own, ...others].map(
    (sight) => new Map([...sight].filter(([one]) => familyOf(one) === wanted)),
  );
  if (wanted === 6 && name !== pop && ![mine, ...views].some(seesAnyone))
    return verdictByFamily(pop, pop, own, others);
  return verdictOn(name, mine, views);
}

export function verdictOn(name: string, own: Sight, others: readonly Sight[]): Verdict {
  const seeing = [own, ...others].filter(seesAnyone);
  const voters = seeing.length > 0 ? seeing : [own];
  const opinions = voters.map((sight) => sight.get(name)).filter((up) => up !== undefined);
  const saysDown = opinions.filter((up) => !up).length;
  const saysUp = opinions.length - saysDown;
  // A tie leaves it in: a dead address beside living ones costs a browser a moment, a living one left out may be the last.
  return { up: saysDown <= saysUp, saysUp, saysDown, ownCounts: voters.includes(own) };
}
