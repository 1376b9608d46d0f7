// Property tests that can be repeated. In: arbitraries and a predicate. Out: a test named with its seed; a failure prints the path too.
import { test } from "bun:test";
import fc from "fast-check";
import { count, testLong, testSeed } from "./seed.ts";

/** Fixed, so that `npm test` says the same everywhere; the run's own in `npm run test:long`. */
export const seed = testLong ? testSeed : 8123;
const runs = count(300, 20_000);

export function check<Inputs extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [At in keyof Inputs]: fc.Arbitrary<Inputs[At]> },
  holds: (...inputs: Inputs) => void,
): void {
  test(`${name} (seed ${seed})`, () => {
    fc.assert(fc.property(...arbitraries, holds), { seed, numRuns: runs });
  }, 120_000);
}
