// Claim: every kind of visitor gets what it came for, from every POP, by HTTP/1.1 and by HTTP/2 over TLS.
// Variables: none; 20 visits a second for 5 seconds, all kinds, three pages, one of the POPs over TLS.
// Threshold: no visit fails, 95 of 100 take less than 80 ms, no page becomes older.
// Does not prove: anything about load. Run it first, so that what fails later fails because of load.
import { tourMix } from "../lib/mix.ts";
import { type Scenario, spikeThresholds } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "smoke",
  claim: "Every kind of visitor gets what it came for, from every POP, by HTTP/1.1 and by HTTP/2 over TLS.",
  variables: "none: 20 visits a second for 5 seconds",
  provesNot: "anything about load",
  top: "peaks",
  pages: 2,
  secure: true,
  course: () => ({
    startPerSecond: 20,
    stages: [
      { phase: "calm", toPerSecond: 20, seconds: 1 },
      { phase: "spike", toPerSecond: 20, seconds: 4 },
    ],
    mix: tourMix,
    visitors: 40,
    thresholds: spikeThresholds,
    acts: [],
  }),
};
