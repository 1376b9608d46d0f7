// Claim: none is made true or false; it finds the knee: the highest rate at which 95 of 100 visits take less than 80 ms and none fails.
// Variables: the top (profile), which is reached in a straight line over twice the length of the top.
// Threshold: the knee is at least half of the profile's top. Told: the rate at the knee, and what gave way there: the POPs, or the generator.
// Does not prove: how long the rate at the knee can be held (spike-1000x at that rate does). Where the generator is at its end the run is invalid, as always.
import { incidentMix } from "../lib/mix.ts";
import { rateAt } from "../lib/plan.ts";
import { type Observed, type Scenario, spikeCourse, spikeThresholds } from "../lib/scenario.ts";

const kneeMs = 80;

export const scenario: Scenario = {
  name: "breakpoint",
  claim:
    "Visits become more in a straight line: where is the knee, the highest rate with 95 of 100 below 80 ms?",
  variables: "the top, and the time to reach it (profile)",
  provesNot: "how long the rate at the knee can be held",
  top: "peaks",
  pages: 2,
  secure: false,
  course: (profile, peak) =>
    spikeCourse(profile, peak, incidentMix, {
      stages: [
        { phase: "calm", toPerSecond: Math.max(1, peak / 20), seconds: profile.calmS },
        { phase: "spike", toPerSecond: peak, seconds: profile.holdS * 2 },
      ],
      thresholds: spikeThresholds.filter(({ measure }) => measure === "generation_fell"),
    }),
  expects: ({ number, failedBySlice, sliceSeconds }: Observed, { stages, startPerSecond }) => {
    const slow = failedBySlice.findIndex(
      (failed, slice) => failed > 0 || (number(`visit{slice:${slice}}`, "p(95)") ?? 0) >= kneeMs,
    );
    const top = Math.max(...stages.map(({ toPerSecond }) => toPerSecond));
    const knee = slow === -1 ? top : rateAt(slow * sliceSeconds, startPerSecond, stages);
    return [
      {
        what: `the knee: visits a second at p95 = ${kneeMs} ms`,
        wanted: `>= ${Math.round(top / 2)}`,
        got: slow === -1 ? `above ${top}, as far as it was asked` : String(Math.round(knee)),
        ok: knee >= top / 2,
      },
    ];
  },
};
