// The command that a timer gives. In: view, the timer, the moment. Out: what it does; no ops where it is done or was taken away meanwhile.
import type { DecideContext, Decision } from "./command.ts";
import { publishDraftDue } from "./decide-draft.ts";
import { updateIncident } from "./decide-incident.ts";
import { continueRecurrence, recurrenceOf } from "./decide-recurrence.ts";
import { decided, opOf } from "./drafts.ts";
import { isDue, type Timer, timersOf } from "./timers.ts";
import type { Incident, PageView } from "./view.ts";

export function fireTimer(view: PageView, timer: Timer, context: DecideContext): Decision {
  const { kind, id, at } = timer;
  const stands = timersOf(view).some((it) => it.kind === kind && it.id === id && it.at === at);
  if (!stands || !isDue(view, timer, context.now)) return decided(id, []);
  if (kind === "publish") return publishDraftDue(view, id, context);
  if (kind === "recur") {
    const recurrence = recurrenceOf(view, id);
    return recurrence === undefined ? decided(id, []) : continueRecurrence(view, recurrence, context);
  }
  const incident = view.incidentById.get(id);
  if (incident === undefined) return decided(id, []);
  return kind === "remind" ? remind(view, incident, context) : advance(view, incident, timer, context);
}

/** A step of a maintenance, told as of the moment at which it was due, but not before what was told already. */
function advance(view: PageView, incident: Incident, { kind, at }: Timer, context: DecideContext): Decision {
  const { tellsAtStart, tellsAtEnd } = incident.automation;
  const moment = Math.min(context.now, Math.max(at, incident.updates[0]?.displayAt ?? at));
  const told = moment < context.now ? { at: moment } : {};
  const fields = {
    begin: { status: "in_progress", deliverNotifications: tellsAtStart },
    verify: { status: "verifying", deliverNotifications: false },
    complete: { status: "completed", deliverNotifications: tellsAtEnd },
  } as const;
  const step = fields[kind as keyof typeof fields];
  return updateIncident(
    view,
    { kind: "incident.update", id: incident.id, fields: { ...step, ...told } },
    context,
  );
}

/** No reader sees it: those who notify follow the op-log. One op a start, by its id. */
function remind(view: PageView, { id, window }: Incident, { now }: DecideContext): Decision {
  const from = window?.from ?? now;
  const page = view.page.id;
  return decided(id, [
    ...opOf(page, "reminder", `${id}-${from}`, { incidentId: id, from, at: now }),
    ...opOf(page, "incident", id, { reminded: { at: now, from } }),
  ]);
}
