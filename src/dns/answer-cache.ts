// Answers that may be given again. In: a question, the network it is asked for, a body. Out: the body, to whom it holds. Bounded by bytes, and dropped
// whole when zones or steering change: nothing in it has an age of its own.
//
// A body holds for everyone (scope 0), or for one network: then the question's entry says of how many bits such networks are, and there is an entry
// for each network. An answer that would be another one if more bits were given holds for just the network that was asked for.
import { createRecent, type Recent } from "../base/recent.ts";
import type { Body } from "./body.ts";

export interface AnswerCache {
  /** `address` and its `bits`: the client's subnet, or all of the resolver. */
  get(question: string, address: Uint8Array, bits: number): Body | undefined;
  put(question: string, address: Uint8Array, bits: number, body: Body): void;
  /** Forgets everything. */
  clear(): void;
}

/** How many bits the networks of a question have, by length of address: few. */
interface Scopes {
  readonly four: readonly number[];
  readonly sixteen: readonly number[];
}

type Entry = Body | Scopes;

const isBody = (entry: Entry): entry is Body => "bytes" in entry;
/** An entry's own objects, beside its bytes: it, its key, its places in maps. */
const entryBytes = 600;
const costOf = (entry: Entry): number => entryBytes + (isBody(entry) ? entry.end : 0);

/** Marks a network whose answer depends on bits that were not given. */
const exact = 1_000;

export function createAnswerCache(bytesMax: number): AnswerCache {
  const fresh = (): Recent<Entry> => createRecent<Entry>(bytesMax, costOf);
  let entries = fresh();
  return {
    get(question, address, bits) {
      const entry = entries.get(question);
      if (entry === undefined || isBody(entry)) return entry;
      for (const length of address.length === 4 ? entry.four : entry.sixteen) {
        if (length > bits && length < exact) continue;
        if (length >= exact && length - exact !== bits) continue;
        const body = entries.get(question + networkKey(address, length));
        if (body !== undefined && isBody(body)) return body;
      }
      return undefined;
    },
    put(question, address, bits, body) {
      if (body.scope === 0) return entries.set(question, body);
      const length = body.scope > bits ? exact + bits : body.scope;
      const known = entries.get(question);
      const scopes = known === undefined || isBody(known) ? { four: [], sixteen: [] } : known;
      const family = address.length === 4 ? "four" : "sixteen";
      if (!scopes[family].includes(length))
        entries.set(question, { ...scopes, [family]: [...scopes[family], length] });
      entries.set(question + networkKey(address, length), body);
    },
    clear() {
      entries = fresh();
    },
  };
}

/** Its length, and the address's octets as far as they count. */
function networkKey(address: Uint8Array, length: number): string {
  const bits = length >= exact ? length - exact : length;
  let key = String.fromCharCode(length);
  for (let octet = 0; 8 * octet < bits; octet++) {
    const over = 8 * octet + 8 - bits;
    key += String.fromCharCode(
      over > 0 ? (address[octet] as number) & (0xff << over) : (address[octet] as number),
    );
  }
  return key;
}
