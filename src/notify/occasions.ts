// What of the op-log subscribers are told of. In: ops in the order of the log, views. Out: occasions, each with the moment at which it happened.
// What an import or a filling-in of the past says happened elsewhere or long ago: nobody is told of it.
import type { PageOccasion } from "../model/occasion.ts";
import type { Op } from "../model/op.ts";
import type { Incident, IncidentUpdate, PageView } from "../model/view.ts";

export interface Happened {
  readonly occasion: PageOccasion;
  readonly occurredMs: number;
}

/** `view` is the page at least as new as the ops. */
export function occasionsOf(
  ops: readonly Op[],
  view: (page: string) => PageView | null,
): readonly Happened[] {
  return decisionsIn(ops).flatMap((decision) => {
    const [first] = decision;
    const page = first === undefined ? null : view(first.page);
    return page === null ? [] : decision.flatMap((op) => occasionOf(op, decision, page) ?? []);
  });
}

/** Ops of one page, moment and actor that follow each other were decided together; the page's own time is the last of them. */
function decisionsIn(ops: readonly Op[]): readonly (readonly Op[])[] {
  const decisions: Op[][] = [];
  let open: Op[] | null = null;
  for (const op of ops) {
    const [first] = open ?? [];
    const same = first?.page === op.page && first.at === op.at && first.actor === op.actor;
    if (open === null || !same) {
      open = [];
      decisions.push(open);
    }
    open.push(op);
    if (op.kind === "page") open = null;
  }
  return decisions;
}

function occasionOf(op: Op, decision: readonly Op[], view: PageView): Happened | null {
  const { page, at: occurredMs } = op;
  const told = (occasion: PageOccasion): Happened => ({ occasion, occurredMs });
  switch (op.kind) {
    case "update": {
      if (op.fields.createdAt !== op.at || typeof op.fields.incidentId !== "string") return null;
      const found = updateIn(view, op.fields.incidentId, op.id);
      if (found === null || !isTold(found)) return null;
      const incident = found.incident.id;
      return found.update.status === "postmortem"
        ? told({ kind: "postmortem", page, incident })
        : told({ kind: "update", page, incident, update: op.id });
    }
    case "reminder": {
      const { incidentId: incident, from } = op.fields;
      if (typeof incident !== "string" || typeof from !== "number") return null;
      return view.incidentById.has(incident) ? told({ kind: "reminder", page, incident, from }) : null;
    }
    case "component": {
      const changed = changeOf(op, decision, view);
      return changed && told({ kind: "component", page, component: op.id, stamp: op.hlc, ...changed });
    }
    default:
      return null;
  }
}

export interface FoundUpdate {
  readonly incident: Incident;
  readonly update: IncidentUpdate;
}

export function updateIn(view: PageView, incident: string, update: string): FoundUpdate | null {
  const held = view.incidentById.get(incident);
  const found = held?.updates.find(({ id }) => id === update);
  return held === undefined || found === undefined ? null : { incident: held, update: found };
}

/** Whether its author wants it told. An incident that was filled in afterwards tells of nothing that is dated back, as what it says is over. */
export function isTold({ incident, update }: FoundUpdate): boolean {
  if (!update.deliverNotifications) return false;
  const first = incident.updates.reduce(
    (oldest, it) => (it.createdAt < oldest.createdAt ? it : oldest),
    update,
  );
  return update.displayAt >= update.createdAt || first.displayAt >= first.createdAt;
}

/** What a change of a component alone says: no incident caused it, and the component was there before. */
function changeOf(
  { id, at, fields }: Op,
  decision: readonly Op[],
  view: PageView,
): { readonly was: string; readonly is: string } | null {
  const { status, updatedAt, createdAt } = fields;
  if (typeof status !== "string" || updatedAt !== at || createdAt !== undefined) return null;
  if (decision.some(({ kind }) => kind === "incident" || kind === "update")) return null;
  const began = decision.find((op) => op.kind === "transition" && op.fields.componentId === id);
  if (began === undefined || typeof began.fields.at !== "number") return null;
  const before = began.fields.at;
  const was = view.transitions.get(id)?.findLast((it) => it.at < before)?.status ?? "operational";
  return was === status || !view.componentById.has(id) ? null : { was, is: status };
}
