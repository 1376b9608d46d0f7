// Claim: a POP with an empty disk that joins at the top of a spike answers within seconds, and nobody who is led to it misses the page.
// Variables: the top (profile); it joins a fifth into the top, and the name leads to it once it has the page.
// Threshold: no visit fails, 95 of 100 take less than 80 ms, no page becomes older; the POP has the page 10 s after its start.
// Does not prove: the time that its entry into the plan of steering takes an operator; the runner adds it to the visitors' answers.
import { incidentMix } from "../lib/mix.ts";
import { type Observed, type Scenario, spikeCourse, topBegins } from "../lib/scenario.ts";

const readyMsMax = 10_000;

export const scenario: Scenario = {
  name: "cold-pop",
  claim:
    "A POP with an empty disk that joins at the top of a spike answers within seconds, and nobody led to it misses the page.",
  variables: "the top and its length (profile); it joins a fifth into the top",
  provesNot: "how long an operator takes to enter it into the plan of steering",
  top: "peaks",
  pages: 0,
  secure: false,
  course: (profile, peak) =>
    spikeCourse(profile, peak, incidentMix, {
      acts: [{ atS: topBegins(profile) + profile.holdS / 5, do: "join-pop" }],
    }),
  expects: ({ done }: Observed) => {
    const joined = done.find(({ what }) => what === "join-pop");
    return [
      {
        what: "from the start of the empty POP to its having the page",
        wanted: `< ${readyMsMax / 1_000} s`,
        got:
          joined === undefined || joined.failed
            ? "it did not join"
            : `${(joined.tookMs / 1_000).toFixed(1)} s`,
        ok: joined !== undefined && !joined.failed && joined.tookMs < readyMsMax,
        time: true,
      },
    ];
  },
};
