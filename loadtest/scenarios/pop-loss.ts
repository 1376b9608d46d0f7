// Claim: a POP that dies (kill -9), or whose packets are lost, at the top of a spike costs fewer than one visit in a thousand, since visitors go on to the
// next address of the name; and within 30 s everything is as before.
// Variables: the top (profile). One POP is killed a fifth into the top and comes back after 5 s, as a service manager does; another falls silent at half of it, for
// a fifth of the top. Visitors ask pharos dns, keep its answer for its TTL, try the next address at once on refusal and after 1 s on silence.
// Threshold: fewer than 0.1 % of visits fail with all addresses tried; no page becomes older; no visit fails in the last fifth. First-address failures stand beside.
// Does not prove: the second that a visitor loses at a silent address (it is in the percentiles, which therefore have no threshold), nor clients that keep
// an address for longer than its TTL.
import { incidentMix } from "../lib/mix.ts";
import { type Scenario, spikeCourse, spikeThresholds, topBegins } from "../lib/scenario.ts";

const backWithinS = 30;

export const scenario: Scenario = {
  name: "pop-loss",
  claim:
    "A POP that dies or falls silent at the top of a spike costs fewer than one visit in a thousand, and 30 s later all is as before.",
  variables: "the top and its length (profile); one POP is killed, another's packets are dropped",
  provesNot:
    "the second that visitors lose at a silent address, nor clients that keep an address beyond its TTL",
  top: "peaks",
  pages: 2,
  secure: false,
  course: (profile, peak) => {
    const begin = topBegins(profile);
    const part = profile.holdS / 5;
    return spikeCourse(profile, peak, incidentMix, {
      // Who waits a second for a silent address is a visitor under way meanwhile.
      visitors: Math.ceil(peak * 1.6) + 50,
      thresholds: [
        ...spikeThresholds.filter(({ measure }) => measure === "generation_fell"),
        {
          measure: "visits_failed",
          holds: "rate<0.001",
          says: "fewer than one visit in a thousand fails, all addresses tried",
        },
      ],
      acts: [
        { atS: begin + part, do: "kill-pop", pop: 0 },
        { atS: begin + 2.5 * part, do: "silence-pop", pop: 1, untilS: begin + 3.5 * part },
      ],
    });
  },
  expects: ({ failedBySlice, sliceSeconds, done, number }, { stages }) => {
    const healedS = done.find(({ what }) => what === "unsilence-pop")?.second ?? Number.NaN;
    const lengthS = stages.reduce((sum, { seconds }) => sum + seconds, 0);
    const lastBad = failedBySlice.findLastIndex((count) => count > 0);
    const backS = Math.max(0, (lastBad + 1) * sliceSeconds - healedS);
    const first = number("first_address_failed{phase:spike}", "rate");
    return [
      {
        what: "last failed visit after both were back",
        wanted: `within ${backWithinS} s`,
        got: Number.isNaN(healedS)
          ? "it never fell silent"
          : `${backS.toFixed(1)} s, watched for ${(lengthS - healedS).toFixed(0)} s`,
        ok: !Number.isNaN(healedS) && backS <= backWithinS,
      },
      {
        what: "visits whose first address failed, at the top",
        wanted: "",
        got: first === null ? "unknown" : `${(100 * first).toFixed(3)} %`,
        ok: null,
      },
    ];
  },
};
