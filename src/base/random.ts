// Randomness as a value that is passed in. In: a seed, or the machine's entropy. Out: bytes, integers, fractions.
import { hash, randomFillSync } from "node:crypto";

export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** An integer in [0, below), `below` at most 2^32. */
  below(below: number): number;
  /** A fraction in [0, 1). */
  fraction(): number;
}

/** Entropy of the operating system: for keys, ids, jitter. */
export const systemRandom: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
  below: (below) => Math.floor((randomFillSync(new Uint32Array(1))[0] ?? 0) * (below / 2 ** 32)),
  fraction: () => (randomFillSync(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};

/**
 * A generator that gives the same numbers for the same seed: for the demo, simulations and tests, never for keys.
 * splitmix32 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    below: (below) => Math.floor((next() / 2 ** 32) * below),
    fraction: () => next() / 2 ** 32,
  };
}

/**
 * Names that follow from a text: the same text gives the same numbers, and nobody meets another's by chance, as 32 bits of a seed would.
 * sha256 over a count and the text.
 */
export function randomFrom(text: string): Random {
  let block = Buffer.alloc(0);
  let blocks = 0;
  const next = (): number => {
    if (block.length === 0) block = hash("sha256", `${blocks++}/${text}`, "buffer");
    const value = block.readUInt32BE();
    block = block.subarray(4);
    return value;
  };
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
    below: (below) => Math.floor((next() / 2 ** 32) * below),
    fraction: () => next() / 2 ** 32,
  };
}
