// The page's overall indicator. In: a view. Out: indicator and words, from components, and by setting from open incidents.
// | worst component      | indicator   | words                      | worst open impact (rule "incidents") | indicator | words                 |
// | operational          | none        | All Systems Operational    | none                                 | none      | All Systems Operational |
// | under_maintenance    | maintenance | Service Under Maintenance  | maintenance (in progress)            | maintenance | Service Under Maintenance |
// | degraded_performance | minor       | Partially Degraded Service | minor                                | minor     | Minor Service Outage  |
// | partial_outage       | major       | Partial System Outage      | major                                | major     | Partial System Outage |
// | major_outage         | critical    | Major Service Outage       | critical                             | critical  | Major Service Outage  |
// Captures disagree on whether an open incident counts while no component is at fault, so it is the page's `indicatorRule`.
// A component at fault decides under both rules: an open incident of impact major with one degraded component reads "minor".
import { worstOf } from "./group.ts";
import { isClosed } from "./order.ts";
import type { ComponentStatus, Impact, Incident, PageView } from "./view.ts";

/** The state of a page in the API's words. */
export type OverallDescription =
  | "All Systems Operational"
  | "Service Under Maintenance"
  | "Partially Degraded Service"
  | "Minor Service Outage"
  | "Partial System Outage"
  | "Major Service Outage";

export interface OverallStatus {
  readonly indicator: Impact;
  readonly description: OverallDescription;
}

const byComponent: Readonly<Record<ComponentStatus, OverallStatus>> = {
  operational: { indicator: "none", description: "All Systems Operational" },
  under_maintenance: { indicator: "maintenance", description: "Service Under Maintenance" },
  degraded_performance: { indicator: "minor", description: "Partially Degraded Service" },
  partial_outage: { indicator: "major", description: "Partial System Outage" },
  major_outage: { indicator: "critical", description: "Major Service Outage" },
};

const byImpact: Readonly<Record<Impact, OverallStatus>> = {
  none: byComponent.operational,
  maintenance: byComponent.under_maintenance,
  minor: { indicator: "minor", description: "Minor Service Outage" },
  major: byComponent.partial_outage,
  critical: byComponent.major_outage,
};

const impactWeight: Readonly<Record<Impact, number>> = {
  none: 0,
  maintenance: 1,
  minor: 2,
  major: 3,
  critical: 4,
};

/** The worst of some impacts; none when there are none. Maintenance is announced, so any fault outranks it. */
export function worstImpact(impacts: Iterable<Impact>): Impact {
  let worst: Impact = "none";
  for (const impact of impacts) if (impactWeight[impact] > impactWeight[worst]) worst = impact;
  return worst;
}

/** Indicator and words of the page, by the table above. */
export function overallStatus(view: PageView): OverallStatus {
  const worst = worstOf(view.components.filter((it) => !it.group).map((it) => it.status));
  const fault = worst !== "operational" && worst !== "under_maintenance";
  if (fault || view.page.indicatorRule === "components") return byComponent[worst];
  const impact = worstImpact([...openImpacts(view.incidents), ...goingOn(view.maintenances)]);
  return impact === "none" ? byComponent[worst] : byImpact[impact];
}

function openImpacts(incidents: readonly Incident[]): readonly Impact[] {
  return incidents.filter((it) => !isClosed(it)).map((it) => it.impact);
}

/** A maintenance that has begun counts as maintenance, whatever its own impact. */
function goingOn(maintenances: readonly Incident[]): readonly Impact[] {
  return maintenances
    .filter(({ status }) => status === "in_progress" || status === "verifying")
    .map(() => "maintenance");
}
