// The contract: 1000x on a machine whose generator is no bottleneck.
import type { Profile } from "../lib/scenario.ts";

export const profile: Profile = {
  name: "8-core",
  about: "The contract: 1000x on a machine whose generator is no bottleneck.",
  peaks: [4_000],
  warmPeaks: [10_000],
  calmS: 10,
  rampS: 5,
  holdS: 60,
  afterS: 10,
  visitorsPerRate: 0.5,
  visitorsMin: 1_000,
  generatorCores: "0-3",
  pharosCores: "4-7",
  workers: 1,
  listeners: 10_000,
  queriesPerSecond: 50_000,
  soakS: 1_800,
};
