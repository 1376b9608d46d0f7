// Claim: ten thousand visits a second on connections that are there already are answered as fast as ten.
// Variables: the top (profile `warmPeaks`: 10,000/s), how long it is held. Held still: 90 % revalidations of the page, 10 % pollers.
// Threshold: 95 of 100 visits at the top take less than 80 ms, none fails, none is dropped, no page becomes older.
// Does not prove: anything about new connections (spike-1000x), which cost a server more than the answer.
import { warmMix } from "../lib/mix.ts";
import { type Scenario, spikeCourse } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "spike-1000x-warm",
  claim: "Ten thousand visits a second on connections that are kept are answered as fast as ten.",
  variables: "the top and its length (profile); held still: revalidations and pollers on kept connections",
  provesNot: "anything about new connections",
  top: "warmPeaks",
  pages: 6,
  secure: false,
  course: (profile, peak) => spikeCourse(profile, peak, warmMix),
};
