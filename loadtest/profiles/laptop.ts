// Two cores: one asks, the other is all of Pharos.
import type { Profile } from "../lib/scenario.ts";

export const profile: Profile = {
  name: "laptop",
  about: "Two cores: one asks, the other is all of Pharos.",
  peaks: [4_000, 2_000, 1_000],
  warmPeaks: [10_000, 5_000, 2_000],
  calmS: 5,
  rampS: 5,
  holdS: 60,
  afterS: 10,
  visitorsPerRate: 0.25,
  visitorsMin: 200,
  generatorCores: "0",
  pharosCores: "1",
  workers: 1,
  listeners: 10_000,
  queriesPerSecond: 20_000,
  soakS: 1_800,
};
