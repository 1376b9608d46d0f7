// One scale for everything that has a colour and a shape. In: statuses, impacts, indicators. Out: one of six marks.
import type { ComponentStatus, Impact, Incident } from "../model/view.ts";

/** The marks of the page: each has a colour, a shape of its own, and always stands beside words. */
export type Mark = "ok" | "deg" | "par" | "maj" | "mnt" | "inf";

export const componentMarks: Readonly<Record<ComponentStatus, Mark>> = {
  operational: "ok",
  degraded_performance: "deg",
  partial_outage: "par",
  major_outage: "maj",
  under_maintenance: "mnt",
};

export const impactMarks: Readonly<Record<Impact, Mark>> = {
  none: "inf",
  minor: "deg",
  major: "par",
  critical: "maj",
  maintenance: "mnt",
};

/** The mark of an overall indicator, whose words are those of impacts; what is not known looks grave. */
export function indicatorMark(indicator: string): Mark {
  if (indicator === "none") return "ok";
  return Object.hasOwn(impactMarks, indicator) ? impactMarks[indicator as Impact] : "maj";
}

/** The mark of an incident: its impact, and a maintenance's own mark. */
export function incidentMark(incident: Incident): Mark {
  return incident.window === null ? impactMarks[incident.impact] : "mnt";
}
