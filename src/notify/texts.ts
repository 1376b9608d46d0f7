// What a job says, and until when that may still be corrected. In: an occasion, the page as it is. Out: the page as it is told of, or that it was taken back.
// Who was not told yet reads what the page says, for `correctionMs`; from then on what it said by then.
import { limits } from "../base/limits.ts";
import type { Occasion, PageOccasion } from "../model/occasion.ts";
import { wholeIncident } from "../model/recall.ts";
import type { Incident, IncidentUpdate, PageView } from "../model/view.ts";
import { isTold, updateIn } from "./occasions.ts";

/** What readers would see of it now. */
export interface Text {
  /** Equal where nothing of it was corrected. */
  readonly print: string;
  /** When it was last changed. */
  readonly changedMs: number;
}

/** Null where it is there no more, or is not to be told any more. */
export function textOf(view: PageView, occasion: PageOccasion): Text | null {
  if (occasion.kind === "component")
    return view.componentById.has(occasion.component) ? { print: "", changedMs: 0 } : null;
  const incident = view.incidentById.get(occasion.incident);
  if (incident === undefined) return null;
  const { name, window } = incident;
  switch (occasion.kind) {
    case "reminder":
      return window?.from === occasion.from
        ? { print: JSON.stringify([name, window]), changedMs: incident.updatedAt }
        : null;
    case "postmortem": {
      const update = incident.updates.find(({ status }) => status === "postmortem");
      return update === undefined ? null : textIn(incident, update);
    }
    default: {
      const found = updateIn(view, occasion.incident, occasion.update);
      return found === null || !isTold(found) ? null : textIn(incident, found.update);
    }
  }
}

function textIn({ name, window }: Incident, update: IncidentUpdate): Text {
  const { body, status, displayAt, affectedComponents, updatedAt } = update;
  return {
    print: JSON.stringify([name, window, body, status, displayAt, affectedComponents]),
    changedMs: updatedAt,
  };
}

export const correctedUntil = (occurredMs: number): number => occurredMs + limits.correctionMs;

/** The incident as it is kept with the job: with the updates that a message may tell of. */
export function keptOf(view: PageView, occasion: Occasion): Incident | null {
  const incident = "incident" in occasion ? view.incidentById.get(occasion.incident) : undefined;
  if (incident === undefined) return null;
  const update = "update" in occasion ? occasion.update : null;
  const updates = incident.updates.filter(({ id }, place) => place < limits.toldUpdatesMax || id === update);
  return { ...wholeIncident(incident), updates };
}

/** The page with the incident as it was kept. */
export function viewWith(view: PageView, kept: Incident | null): PageView {
  if (kept === null) return view;
  const incidentById = new Map(view.incidentById).set(kept.id, kept);
  const replaced = (list: readonly Incident[]): readonly Incident[] =>
    list.map((it) => (it.id === kept.id ? kept : it));
  const isMaintenance = kept.window !== null;
  const isThere = view.incidentById.has(kept.id);
  const [incidents, maintenances] = [replaced(view.incidents), replaced(view.maintenances)];
  if (isThere) return { ...view, incidentById, incidents, maintenances };
  return isMaintenance
    ? { ...view, incidentById, maintenances: [...maintenances, kept] }
    : { ...view, incidentById, incidents: [kept, ...incidents] };
}
