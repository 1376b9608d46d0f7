// Numbers as everybody but k6 knows them. In: what k6 counted, a plan. Out: the same with visits by phase, and rates of what failed. Pure.
// k6 counts only what goes wrong, and tells one visit in `toldOneIn` by interval, kind and level: here what follows from that is written out.
import { failureKinds, type Plan, phases, seriesOf } from "./plan.ts";

/** As k6's handleSummary has them. */
export interface K6Numbers {
  readonly metrics: Readonly<Record<string, Metric>>;
}
interface Metric {
  readonly values: Readonly<Record<string, number>>;
}

/** The meter of a phase's visits. */
export const visitName = (phase: string): string => `visit_${phase}`;

export function writtenOut({ metrics }: K6Numbers, { toldOneIn }: Pick<Plan, "toldOneIn">): K6Numbers {
  const count = (series: string): number => metrics[series]?.values.count ?? 0;
  const rate = (part: number, all: number): Metric => ({
    values: all === 0 ? {} : { rate: part / all },
  });
  const ended = phases.reduce((sum, phase) => sum + count(visitName(phase)), 0);
  const silent = failureKinds
    .filter((why) => why !== "status")
    .reduce((sum, why) => sum + count(seriesOf("failures", { why })), 0);
  const written: Record<string, Metric> = {};
  for (const [series, metric] of Object.entries(metrics))
    written[series] = /^(visit\{|answers)/.test(series) ? timesAs(metric, toldOneIn) : metric;
  written.visit = { values: { count: ended } };
  written.visits_failed = rate(count("failures"), ended);
  for (const phase of phases) {
    const visits = metrics[visitName(phase)];
    if (visits !== undefined) written[seriesOf("visit", { phase })] = visits;
    written[seriesOf("first_address_failed", { phase })] = rate(
      count(seriesOf("first_failed", { phase })),
      count(visitName(phase)),
    );
  }
  written[seriesOf("answers", { level: "0" })] = {
    values: { count: Math.max(0, ended - silent - toldOneIn * count("answers")) },
  };
  return { metrics: written };
}

/** Of so many as were told, each stands for `times`. */
const timesAs = ({ values }: Metric, times: number): Metric => ({
  values: values.count === undefined ? values : { ...values, count: values.count * times },
});
