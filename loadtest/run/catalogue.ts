// Scenarios and profiles by name. In: a word of the command line. Out: what it names. Adding one is a file and a line here.
import type { Profile, Scenario } from "../lib/scenario.ts";
import { profile as eightCore } from "../profiles/8-core.ts";
import { profile as ci } from "../profiles/ci.ts";
import { profile as fleet } from "../profiles/fleet.ts";
import { profile as laptop } from "../profiles/laptop.ts";
import { scenario as breakpoint } from "../scenarios/breakpoint.ts";
import { scenario as coldCache } from "../scenarios/cold-cache.ts";
import { scenario as coldPop } from "../scenarios/cold-pop.ts";
import { scenario as dnsFlood } from "../scenarios/dns-flood.ts";
import { scenario as eventsStorm } from "../scenarios/events-storm.ts";
import { scenario as originLoss } from "../scenarios/origin-loss.ts";
import { scenario as popLoss } from "../scenarios/pop-loss.ts";
import { scenario as publishUnderSpike } from "../scenarios/publish-under-spike.ts";
import { scenario as slowNetwork } from "../scenarios/slow-network.ts";
import { scenario as smoke } from "../scenarios/smoke.ts";
import { scenario as soak } from "../scenarios/soak.ts";
import { scenario as spike } from "../scenarios/spike-1000x.ts";
import { scenario as spikeWarm } from "../scenarios/spike-1000x-warm.ts";
import { scenario as writeStorm } from "../scenarios/write-storm.ts";

export const scenarios: readonly Scenario[] = [
  smoke,
  spike,
  spikeWarm,
  originLoss,
  publishUnderSpike,
  popLoss,
  coldCache,
  coldPop,
  writeStorm,
  breakpoint,
  slowNetwork,
  eventsStorm,
  dnsFlood,
  soak,
];

export const profiles: readonly Profile[] = [laptop, ci, eightCore, fleet];
