// Claim: visitors far away, on lines that lose connections and carry little, get the page: late by the distance, and none of them misses it.
// Variables: none of the POPs are near: toxiproxy stands before each, with 20, 90 and 250 ms to and fro, one of them with 100 kB/s, one that resets connections for a
// fifth of the top. A tenth of the profile's top, since a proxy shares the machine.
// Threshold: fewer than 0.1 % of visits fail with all addresses tried, no page becomes older; half of the visits take less than 300 ms.
// Does not prove: lost packets and their retransmission (loopback loses none), nor TLS.
import { incidentMix } from "../lib/mix.ts";
import { type Scenario, spikeCourse, topBegins } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "slow-network",
  claim: "Visitors far away on poor lines get the page: late by the distance, and none misses it.",
  variables:
    "a tenth of the profile's top; distances of 20, 90 and 250 ms, 100 kB/s on one line, resets on another",
  provesNot: "lost packets and their retransmission, nor TLS",
  top: "peaks",
  pages: 0,
  secure: false,
  slow: [{ delayMs: 20 }, { delayMs: 90, kilobytesPerSecond: 100 }, { delayMs: 250 }],
  course: (profile, peak) => {
    const slower = Math.max(4, Math.round(peak / 10));
    const begin = topBegins(profile);
    return spikeCourse(profile, slower, incidentMix, {
      visitors: Math.ceil(slower * 2) + 100,
      thresholds: [
        {
          measure: "visits_failed",
          holds: "rate<0.001",
          says: "fewer than one visit in a thousand fails, all addresses tried",
        },
        {
          measure: "generation_fell",
          holds: "count==0",
          says: "no visitor of a POP sees an older page than before",
        },
        {
          measure: "visit",
          phase: "spike",
          holds: "p(50)<300",
          says: "half of the visits at the top take less than 300 ms",
        },
      ],
      acts: [
        { atS: begin + profile.holdS / 5, do: "reset-line", pop: 0, untilS: begin + (2 * profile.holdS) / 5 },
      ],
    });
  },
};
