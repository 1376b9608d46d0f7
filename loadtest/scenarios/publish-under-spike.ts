// Claim: an incident can be told once a second while a thousand times as many people look: everyone sees a page that only becomes newer.
// Variables: the top (profile); one publish a second from the beginning of the top to its end.
// Threshold: no visit fails, 95 of 100 take less than 80 ms, no visitor of a POP sees an older page, what is shown was confirmed less than 10 s ago,
// every write is acknowledged, and every POP has the last generation when the run ends.
// Does not prove: how fast a publish is visible on a large page (`npm run bench publish`).
import { incidentMix } from "../lib/mix.ts";
import {
  type Observed,
  type Scenario,
  spikeCourse,
  spikeThresholds,
  topBegins,
  topEnds,
} from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "publish-under-spike",
  claim:
    "An incident is told once a second while a thousand times as many look, and everyone sees a page that only becomes newer.",
  variables: "the top and its length (profile); one publish a second at the top",
  provesNot: "how fast a publish is visible on a large page",
  top: "peaks",
  pages: 2,
  secure: false,
  course: (profile, peak) =>
    spikeCourse(profile, peak, incidentMix, {
      thresholds: [
        ...spikeThresholds,
        { measure: "age", holds: "max<10000", says: "what is shown was confirmed less than 10 s ago" },
      ],
      acts: [{ atS: topBegins(profile), do: "publish", untilS: topEnds(profile), everyMs: 1_000 }],
    }),
  expects: ({ pops, done }: Observed) => {
    const published = done.filter(({ what }) => what === "publish");
    const refused = published.filter(({ failed }) => failed).length;
    const last = new Map(pops.map(({ pop, generation }) => [pop, generation]));
    const generations = [...new Set(last.values())];
    return [
      {
        what: "publishes acknowledged",
        wanted: "all",
        got: `${published.length - refused} of ${published.length}`,
        ok: refused === 0 && published.length > 0,
      },
      {
        what: "generation at the end, all POPs",
        wanted: `the same, above ${published.length}`,
        got: generations.join(", "),
        ok: generations.length === 1 && (generations[0] ?? 0) > published.length,
      },
    ];
  },
};
