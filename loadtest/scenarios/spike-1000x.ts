// Claim: a status page that is visited a thousand times as often within five seconds, mostly by people who come for the first time, stays as fast as before.
// Variables: the top (profile `peaks`: 4,000/s, where the generator cannot: 2,000/s), how long it is held. Held still: the mix, 70 % new connections.
// Threshold: 95 of 100 visits at the top take less than 80 ms with connecting, none fails, none is dropped, no page becomes older.
// Judged: time, status and failure of every visit; generation, level and age of 500 a second (one in four at 2,000/s), for reading them costs k6 a tenth of its core.
// One visit in a hundred goes by HTTP/2 over TLS, to a POP of its own.
// Does not prove: what networks between visitors and POPs do (slow-network), or TLS handshakes of first visits; client and server share a machine.
import { incidentMix } from "../lib/mix.ts";
import { type Scenario, spikeCourse } from "../lib/scenario.ts";

export const scenario: Scenario = {
  name: "spike-1000x",
  claim:
    "Visited a thousand times as often within five seconds, mostly by first visitors, the page stays fast and loses nobody.",
  variables: "the top and its length (profile); held still: the mix, 70 % on new connections",
  provesNot: "what networks do, nor TLS handshakes of first visits; generator and POPs share a machine",
  top: "peaks",
  pages: 6,
  secure: true,
  course: (profile, peak) => spikeCourse(profile, peak, incidentMix),
};
