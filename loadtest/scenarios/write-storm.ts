// Claim: editors who write ten times a second do not slow down visitors, and visitors do not slow down editors: reads and writes do not compete.
// Variables: the top (profile), writes a second. Held still: each write is a new incident through the management API, beside a spike of reads.
// Threshold: no visit fails, 95 of 100 take less than 80 ms, no page becomes older; every write is acknowledged, 95 of 100 within 1 s.
// Does not prove: how long an installation with years of history takes for a write (`npm run bench control`).
import { incidentMix } from "../lib/mix.ts";
import { type Observed, type Scenario, spikeCourse, topBegins, topEnds } from "../lib/scenario.ts";

const everyMs = 100;
const ackMsMax = 1_000;

export const scenario: Scenario = {
  name: "write-storm",
  claim: "Ten writes a second beside a thousandfold crowd: neither slows down the other.",
  variables: "the top and its length (profile); ten new incidents a second at the top",
  provesNot: "what a write costs in an installation with years of history",
  top: "peaks",
  pages: 0,
  secure: false,
  course: (profile, peak) =>
    spikeCourse(profile, peak, incidentMix, {
      acts: [{ atS: topBegins(profile), do: "write", untilS: topEnds(profile), everyMs }],
    }),
  expects: ({ done }: Observed) => {
    const writes = done.filter(({ what }) => what === "write");
    const acked = writes.filter(({ failed }) => !failed).map(({ tookMs }) => tookMs);
    const p95 = acked.toSorted((left, right) => left - right)[Math.floor(acked.length * 0.95)] ?? Number.NaN;
    return [
      {
        what: "writes acknowledged",
        wanted: "all",
        got: `${acked.length} of ${writes.length}`,
        ok: writes.length > 0 && acked.length === writes.length,
      },
      {
        what: "from a write to its ack, p95",
        wanted: `< ${ackMsMax} ms`,
        got: `${p95.toFixed(0)} ms`,
        ok: p95 < ackMsMax,
        time: true,
      },
    ];
  },
};
