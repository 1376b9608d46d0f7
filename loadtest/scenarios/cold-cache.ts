// Claim: POPs that lack what a crowd asks for fetch each body from the source once, not once a visitor.
// Variables: the top (profile). Forty files of 300 kB that POPs fetch when they are first asked for; a tenth of the visits are for them, and a POP with an empty disk joins.
// Threshold: no visit fails, no page becomes older; a flight of the new POP to the source for each file at most once, whoever waits for it.
// Does not prove: what a slow source costs the first visitor (test/edge/lazy), who waits for it.
import { coldMix } from "../lib/mix.ts";
import { type Observed, type Scenario, spikeCourse, spikeThresholds, topBegins } from "../lib/scenario.ts";

const files = 40;

export const scenario: Scenario = {
  name: "cold-cache",
  claim: "POPs that lack what a crowd asks for fetch each body from the source once, not once a visitor.",
  variables: "the top and its length (profile); a POP with an empty disk joins just before the top",
  provesNot: "what a slow source costs the first visitor",
  top: "peaks",
  pages: 0,
  secure: false,
  files,
  course: (profile, peak) =>
    spikeCourse(profile, peak, coldMix, {
      thresholds: spikeThresholds.filter(({ measure }) => measure !== "visit"),
      acts: [{ atS: Math.max(0, topBegins(profile) - profile.rampS), do: "join-pop" }],
    }),
  expects: ({ pops, fetchedAtSource }: Observed) => {
    const fresh = pops.filter(({ pop }) => pop.startsWith("pop-new"));
    const flights = Math.max(0, ...fresh.map(({ lazyFlights }) => lazyFlights));
    const asks = Math.max(0, ...fresh.map(({ lazyAsks }) => lazyAsks));
    return [
      {
        what: "flights of the new POP to the source for visitors",
        wanted: `some, at most ${files}: each file once`,
        got: `${flights}, for ${asks} visitors who had to wait`,
        ok: flights > 0 && flights <= files,
      },
      {
        what: "bodies that the source gave by name, all that the new POP lacked included",
        wanted: "",
        got: String(Math.max(0, ...fetchedAtSource) - (fetchedAtSource[0] ?? 0)),
        ok: null,
      },
    ];
  },
};
