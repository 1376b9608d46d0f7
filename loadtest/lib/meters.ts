// What k6 counts. In: a plan. Out: meters, and the options by which k6 keeps them apart.
// k6 compares every sample with every series of its meter that was asked for, and sorts those with thresholds anew every two seconds. So each phase has a meter of its own, what
// goes wrong is counted and what goes well is not, and only one visit in `toldOneIn` is told by its interval and kind.
import { Counter, Trend } from "k6/metrics";
import { visitName } from "./numbers.ts";
import { failureKinds, lengthOf, type Plan, phases, seriesOf } from "./plan.ts";

export const slicesOf = (plan: Plan): readonly string[] =>
  Array.from({ length: Math.ceil(lengthOf(plan.stages) / plan.sliceSeconds) + 3 }, (_, at) => String(at));

export const meters = {
  visits: new Map(phases.map((phase) => [phase, new Trend(visitName(phase), true)])),
  told: new Trend("visit", true),
  age: new Trend("age", true),
  late: new Trend("late", true),
  generationFell: new Counter("generation_fell"),
  /** Answers by a level that is not the usual. */
  degraded: new Counter("answers"),
  failures: new Counter("failures"),
  firstFailed: new Counter("first_failed"),
};

/** k6 keeps apart what a threshold names; these always hold, for it is the runner that judges. */
export function keptApart(plan: Plan): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  const see = (series: string, always: string): void => {
    all[series] = [always];
  };
  const slices = slicesOf(plan);
  for (const name of ["dropped_iterations", "generation_fell", "failures", "first_failed"])
    see(name, "count>=0");
  for (const slice of slices) see(seriesOf("visit", { slice }), "max>=0");
  for (const kind of Object.keys(plan.mix)) see(seriesOf("visit", { kind }), "max>=0");
  for (const phase of phases) {
    see(seriesOf("late", { phase }), "max>=0");
    see(seriesOf("first_failed", { phase }), "count>=0");
  }
  for (const why of failureKinds) see(seriesOf("failures", { why }), "count>=0");
  for (const slice of slices) {
    see(seriesOf("failures", { slice }), "count>=0");
    for (const why of failureKinds) see(seriesOf("failures", { slice, why }), "count>=0");
  }
  for (const level of ["1", "3"]) see(seriesOf("answers", { level }), "count>=0");
  return all;
}
