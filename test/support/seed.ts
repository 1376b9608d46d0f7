// The seed of this run, so that what failed by chance can be played again. In: the variables of test/run.ts. Out: numbers.

/** `PHAROS_TEST_SEED`, or a new one where a test runs on its own. test/run.ts prints it and takes it with `--seed`. */
export const testSeed: number = Number(process.env.PHAROS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** True in `npm run test:long`: the full counts. */
export const testLong: boolean = process.env.PHAROS_TEST_LONG === "1";

/** How long a test that has no natural end may go on in `npm run test:long` (minutes). */
export const testMinutes: number = Number(process.env.PHAROS_TEST_MINUTES ?? 0);

/** `usual` in `npm test`, `full` in `npm run test:long`. */
export function count(usual: number, full: number): number {
  return testLong ? full : usual;
}
