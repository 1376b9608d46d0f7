// Claim: with the control plane killed (kill -9) at the top of a spike, no visitor notices but by the sentence on the page that says how old it is.
// Variables: the top (profile), and when it dies: a quarter into the top.
// Threshold: no visit fails, 95 of 100 take less than 80 ms, no page becomes older, every POP says level 1 within 12 s.
// Does not prove: that publishing comes back (test/e2e/restart), nor days without an origin.
import { incidentMix } from "../lib/mix.ts";
import { type Observed, type Scenario, spikeCourse, topBegins } from "../lib/scenario.ts";

/** 8 s without a heartbeat, the two seconds between heartbeats, and ours to look once a second. */
const saidWithinS = 12;

export const scenario: Scenario = {
  name: "origin-loss",
  claim:
    "With the control plane killed at the top of a spike no visitor loses the page; it says that it is no longer confirmed.",
  variables: "the top and its length (profile); the control plane dies a quarter into the top",
  provesNot: "that publishing comes back, nor days without an origin",
  top: "peaks",
  pages: 2,
  secure: false,
  course: (profile, peak) =>
    spikeCourse(profile, peak, incidentMix, {
      acts: [{ atS: topBegins(profile) + profile.holdS / 4, do: "kill-control" }],
    }),
  expects: ({ pops, done }: Observed) => {
    const killedS = done.find(({ what }) => what === "kill-control")?.second ?? Number.NaN;
    const names = [...new Set(pops.map(({ pop }) => pop))];
    return names.map((pop) => {
      const said = pops.find(
        (sample) => sample.pop === pop && sample.second >= killedS && sample.level === 1,
      );
      const afterS = said === undefined ? null : said.second - killedS;
      return {
        what: `${pop} says level 1 after the origin is gone`,
        wanted: `within ${saidWithinS} s`,
        got: afterS === null ? "never" : `${afterS.toFixed(1)} s`,
        ok: afterS !== null && afterS <= saidWithinS,
      };
    });
  },
};
