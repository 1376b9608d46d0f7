// English words for what the API says in snake_case. In: a status or an impact. Out: what people read.
import type { ComponentStatus, Impact, Incident, IncidentStatus, MaintenanceStatus } from "../model/view.ts";

export const componentWords = {
  operational: "Operational",
  degraded_performance: "Degraded performance",
  partial_outage: "Partial outage",
  major_outage: "Major outage",
  under_maintenance: "Under maintenance",
} as const satisfies Readonly<Record<ComponentStatus, string>>;

export const impactWords = {
  none: "No impact",
  minor: "Minor impact",
  major: "Major impact",
  critical: "Critical impact",
  maintenance: "Maintenance",
} as const satisfies Readonly<Record<Impact, string>>;

export const statusWords = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
  postmortem: "Postmortem",
  scheduled: "Scheduled",
  in_progress: "In progress",
  verifying: "Verifying",
  completed: "Completed",
} as const satisfies Readonly<Record<IncidentStatus | MaintenanceStatus, string>>;

/** What an update is called: its status, or "Update" where it repeats the status of the one before it. */
export function updateWord(incident: Incident, at: number): string {
  const update = incident.updates[at];
  if (update === undefined) return "Update";
  return incident.updates[at + 1]?.status === update.status ? "Update" : statusWords[update.status];
}

/** Text of the level 1 banner by language; `{time}` stands for the time of the last confirmation. */
export function bannerTexts(): Record<string, string> {
  return { en: "This page may be out of date: we cannot reach its source. Last confirmed {time}." };
}
