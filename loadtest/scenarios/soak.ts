// Claim: after half an hour of visits and a publish every ten seconds, Pharos holds no more memory and no more open files than in its first minutes.
// Variables: its length (profile `soakS`), a twentieth of the profile's top as the rate.
// Threshold: no visit fails, no page becomes older; the line through memory rises by less than 60 MB an hour a process, that through open files by less than 10 an hour in all.
// Does not prove: leaks of things that this load does not do (subscribers, sign-in, TLS), nor weeks.
import { incidentMix } from "../lib/mix.ts";
import { type Observed, type Scenario, spikeThresholds, visitorsFor } from "../lib/scenario.ts";

const memoryMbAnHourMax = 60;
const filesAnHourMax = 10;
/** Of the run; memory settles at first. */
const settles = 0.3;

export const scenario: Scenario = {
  name: "soak",
  claim:
    "After half an hour of visits and publishes there is no more memory and no more open files in use than at first.",
  variables: "length and rate (profile)",
  provesNot: "leaks of what this load does not do, nor weeks",
  top: "peaks",
  pages: 2,
  secure: false,
  course: (profile, peak) => {
    const perSecond = Math.max(4, Math.round(peak / 20));
    return {
      startPerSecond: perSecond,
      stages: [{ phase: "spike", toPerSecond: perSecond, seconds: profile.soakS }],
      mix: incidentMix,
      visitors: visitorsFor(profile, perSecond),
      thresholds: spikeThresholds,
      acts: [{ atS: 1, do: "publish", untilS: profile.soakS, everyMs: 10_000 }],
    };
  },
  expects: ({ memoryMb, files, seconds, processCount }: Observed) => {
    const row = (what: string, values: readonly number[], max: number, unit: string) => {
      const from = Math.floor(values.length * settles);
      const slope = slopeAnHour(seconds.slice(from), values.slice(from));
      return {
        what,
        wanted: `< ${max}${unit} an hour`,
        got: `${slope.toFixed(1)}${unit} an hour`,
        ok: slope < max,
      };
    };
    return [
      row(`memory of all ${processCount} processes`, memoryMb, memoryMbAnHourMax * processCount, " MB"),
      row("open files of all processes", files, filesAnHourMax, ""),
    ];
  },
};

/** Of the line with the least squares through the values. */
export function slopeAnHour(seconds: readonly number[], values: readonly number[]): number {
  const mean = (all: readonly number[]): number =>
    all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);
  const [middle, level] = [mean(seconds), mean(values)];
  const spread = seconds.reduce((sum, second) => sum + (second - middle) ** 2, 0);
  const lean = seconds.reduce((sum, second, at) => sum + (second - middle) * ((values[at] ?? 0) - level), 0);
  return spread === 0 ? 0 : (lean / spread) * 3_600;
}
