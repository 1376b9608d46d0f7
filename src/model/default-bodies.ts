// What an update says when its author writes nothing. In: a status, whether it is the first. Out: the sentence that Statuspage
// puts there (source: captured pages).
import type { IncidentStatus, MaintenanceStatus } from "./view.ts";

const bodies: Readonly<Record<IncidentStatus | MaintenanceStatus, string>> = {
  investigating: "We are continuing to investigate this issue.",
  identified: "The issue has been identified and a fix is being implemented.",
  monitoring: "A fix has been implemented and we are monitoring the results.",
  resolved: "This incident has been resolved.",
  postmortem: "A post-mortem has been published.",
  scheduled: "We will be undergoing scheduled maintenance during this time.",
  in_progress: "Scheduled maintenance is currently in progress. We will provide updates as necessary.",
  verifying: "Verification is currently underway for the maintenance items.",
  completed: "The scheduled maintenance has been completed.",
};

export function defaultBody(status: IncidentStatus | MaintenanceStatus, first: boolean): string {
  return first && status === "investigating" ? "We are currently investigating this issue." : bodies[status];
}
