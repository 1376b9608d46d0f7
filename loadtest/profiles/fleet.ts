// One of many generators against an installation of yours (--target): the rate is each generator's part.
import type { Profile } from "../lib/scenario.ts";

export const profile: Profile = {
  name: "fleet",
  about:
    "One of many generators against an installation of yours (--target): the rate is each generator's part.",
  peaks: [4_000],
  warmPeaks: [10_000],
  calmS: 10,
  rampS: 5,
  holdS: 300,
  afterS: 30,
  visitorsPerRate: 1,
  visitorsMin: 2_000,
  generatorCores: null,
  pharosCores: null,
  workers: 1,
  listeners: 15_000,
  queriesPerSecond: 50_000,
  soakS: 7_200,
};
