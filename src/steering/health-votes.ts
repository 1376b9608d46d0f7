// What the DNS nodes say together. In: this node's sight and the others' views. Out: who is up. Pure.
// A POP is down when more than half of the nodes that see anything, and have an opinion of it, say so. One that sees nobody has lost its own line,
// not the world: its word does not count, and it goes by the others. Where nobody sees anybody, each goes by itself.

/** What one node says of each POP that it has an opinion of. */
export type Sight = ReadonlyMap<string, boolean>;

/** A POP's address of IPv6 is looked at as if it were one more, under this name. */
const sixMark = "/6";
export const sixOf = (name: string): string => `${name}${sixMark}`;
export const isSix = (name: string): boolean => name.endsWith(sixMark);

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

/** By family: whoever has no line over IPv6 sees no POP there. Where no node has one, a POP is there what it is over IPv4. */
export function verdictByFamily(name: string, own: Sight, others: readonly Sight[]): Verdict {
  const wanted = isSix(name);
  const [mine = own, ...views] = [own, ...others].map(
    (sight) => new Map([...sight].filter(([one]) => isSix(one) === wanted)),
  );
  if (wanted && ![mine, ...views].some(seesAnyone))
    return verdictByFamily(name.slice(0, -sixMark.length), own, others);
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
