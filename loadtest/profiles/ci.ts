// Short and slow, for correctness on a machine that does other things too.
import type { Profile } from "../lib/scenario.ts";

export const profile: Profile = {
  name: "ci",
  about: "Short and slow, for correctness on a machine that does other things too.",
  peaks: [200],
  warmPeaks: [400],
  calmS: 2,
  rampS: 3,
  holdS: 15,
  afterS: 3,
  visitorsPerRate: 1,
  visitorsMin: 200,
  generatorCores: null,
  pharosCores: null,
  workers: 1,
  listeners: 500,
  queriesPerSecond: 1_000,
  soakS: 60,
};
