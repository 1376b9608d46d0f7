// The course of an incident and of a maintenance: which status may follow which. In: what it is, what it is to become. Out: sentences.
// Real-time incidents go to and fro while they are open, and are opened again when trouble comes back; work goes forward, back only from
// verifying or when it turns out not to be done. A published post-mortem closes for good: its own commands take it back.
import type { Sentences } from "./checks.ts";
import type { IncidentStatus, MaintenanceStatus } from "./view.ts";

type Status = IncidentStatus | MaintenanceStatus;

const open: readonly Status[] = ["investigating", "identified", "monitoring", "resolved"];
const begun: readonly Status[] = ["in_progress", "verifying", "completed"];

/** What may be told next, itself included: an update that changes nothing else tells its own status again. */
export const nextStatuses: Readonly<Record<Status, readonly Status[]>> = {
  investigating: open,
  identified: open,
  monitoring: open,
  resolved: open,
  postmortem: ["postmortem"],
  scheduled: ["scheduled", "in_progress", "completed"],
  in_progress: begun,
  verifying: begun,
  completed: begun,
};

/** What may be told first: one that is written down afterwards is over already. */
const firstStatuses = (maintenance: boolean): readonly Status[] =>
  maintenance ? ["scheduled", ...begun] : open;

/** `from` is null for a new one. */
export function checkCourse(from: Status | null, to: Status, maintenance: boolean): Sentences {
  const allowed = from === null ? firstStatuses(maintenance) : nextStatuses[from];
  if (allowed.includes(to)) return [];
  const what = maintenance ? "maintenance" : "incident";
  const was =
    from === null ? `A new ${what}` : `${what === "incident" ? "An" : "A"} ${what} that is "${from}"`;
  const why = from === "postmortem" ? " Take the post-mortem back to open the incident again." : "";
  return [`${was} cannot become "${to}"; allowed are ${allowed.join(", ")}.${why}`];
}
