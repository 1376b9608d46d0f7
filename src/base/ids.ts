// Names for entities. In: randomness. Out: 12 characters of [a-z0-9], the shape of Statuspage ids (62 bits).
import type { Random } from "./random.ts";

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
const idChars = 12;

/** A new id: 12 characters of [a-z0-9]. */
export function newId(random: Random): string {
  let id = "";
  for (let at = 0; at < idChars; at++) id += alphabet[random.below(alphabet.length)];
  return id;
}
