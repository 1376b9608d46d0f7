// Things held in memory for a moment, each for who put it there alone. In: a thing, whose it is. Out: its name. The oldest go first.
import type { Random } from "../base/random.ts";

export interface Held<Thing> {
  hold(thing: Thing, owner: string): string;
  /** Null where it is not there, no longer, or somebody else's. */
  at(name: string, owner: string): Thing | null;
}

export function createHeld<Thing>(random: Random, max: number): Held<Thing> {
  const held = new Map<string, { readonly thing: Thing; readonly owner: string }>();
  return {
    hold(thing, owner) {
      const name = Buffer.from(random.bytes(16)).toString("hex");
      held.set(name, { thing, owner });
      for (const oldest of held.keys()) {
        if (held.size <= max) break;
        held.delete(oldest);
      }
      return name;
    },
    at(name, owner) {
      const found = held.get(name);
      return found === undefined || found.owner !== owner ? null : found.thing;
    },
  };
}
