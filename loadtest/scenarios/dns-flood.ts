// Claim: the DNS server of the demo answers a flood of queries for a steered name, and loses fewer than one in a thousand.
// Variables: queries a second (profile `queriesPerSecond`), for how long (profile `holdS`). By dnsperf: UDP, from 127.0.0.1, a steered name and some that do not exist.
// Threshold: the rate is reached by 99 %, fewer than 0.1 % of the queries are lost, the mean answer takes less than 10 ms.
// Does not prove: a flood from many addresses (rate limits are by network), nor beside nginx's peers (`npm run bench dns`).
import { type Scenario, visitorsFor } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "dns-flood",
  claim:
    "The DNS server answers a flood of queries for a steered name, and loses fewer than one in a thousand.",
  variables: "queries a second and their time (profile)",
  provesNot: "a flood from many addresses",
  top: "peaks",
  pages: 0,
  secure: false,
  driver: "dns",
  course: (profile, peak) => ({
    startPerSecond: 0,
    stages: [{ phase: "spike", toPerSecond: 0, seconds: profile.holdS }],
    mix: {},
    visitors: visitorsFor(profile, peak),
    thresholds: [],
    acts: [],
  }),
};
