// Claim: ten thousand open pages hear of each publish within a second, and when all of them lose their connection at once they are back within seconds.
// Variables: how many listen (profile `listeners`), spread over the POPs. Five publishes, then every connection is cut at once and opened again, then five more.
// Threshold: all listen; each publish reaches all of them, 99 of 100 within 1 s of its time; after the storm all listen again within 10 s. Aim: 250 ms.
// Does not prove: lines of real visitors (slow-network), proxies in between. k6 has no event streams: the client is loadtest/run/listeners.ts.
import { type Scenario, visitorsFor } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "events-storm",
  claim:
    "Ten thousand open pages hear of each publish within a second, and after losing their connections at once they are back within seconds.",
  variables: "how many listen (profile); ten publishes, a storm of reconnections between them",
  provesNot: "lines of real visitors, nor proxies in between",
  top: "peaks",
  pages: 0,
  secure: false,
  driver: "events",
  course: (profile, peak) => ({
    startPerSecond: 0,
    stages: [{ phase: "spike", toPerSecond: 0, seconds: 30 }],
    mix: {},
    visitors: visitorsFor(profile, peak),
    thresholds: [],
    acts: [],
  }),
};
