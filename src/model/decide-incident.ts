// Commands on incidents and maintenances. In: view, command, moment. Out: the incident, its update, the components' statuses
// with their transitions, and the page's time of change, in this order; or a refusal.
import { limits } from "../base/limits.ts";
import {
  checkAffected,
  checkBody,
  checkMoment,
  checkName,
  checkNewId,
  checkWindow,
  checkWord,
  type Sentences,
} from "./checks.ts";
import type { Command, DecideContext, Decision, IncidentFields } from "./command.ts";
import { checkCourse } from "./course.ts";
import { touchPage } from "./decide-component.ts";
import { decided, differing, type Fields, given, refused } from "./drafts.ts";
import { blank, changeFrom, componentOps, incidentOp, stateFields, updateOp } from "./incident-change.ts";
import {
  componentStatuses,
  type IncidentStatus,
  impacts,
  incidentStatuses,
  type MaintenanceStatus,
  maintenanceStatuses,
  noAutomation,
  type PageView,
} from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;
type Status = IncidentStatus | MaintenanceStatus;

export function createIncident(
  view: PageView,
  command: Of<"incident.create">,
  context: DecideContext,
): Decision {
  const id = command.id ?? context.newId();
  const { fields } = command;
  if (view.incidentById.has(id)) return refused(409, `The incident "${id}" exists already.`);
  const maintenance = fields.window !== undefined;
  const status = fields.status ?? (maintenance ? "scheduled" : "investigating");
  const wrong = [
    ...checkNewId(view, "incident", id),
    ...checkFields(view, fields, maintenance, context.now),
    ...checkCourse(null, status, maintenance),
    ...checkVerify(fields.automation?.verifyMs, fields.window),
  ];
  if (wrong.length > 0) return refused(422, ...wrong);
  const change = changeFrom(view, id, blank, fields, { maintenance, status, now: context.now });
  const made: Fields = {
    name: fields.name,
    ...stateFields(change),
    ...differing(noAutomation, fields.automation ?? {}),
    impactOverride: fields.impactOverride ?? null,
    ...keptFields(fields),
    createdAt: change.at,
    startedAt: change.at,
    updatedAt: context.now,
  };
  return decided(id, [
    ...incidentOp(change, made),
    ...updateOp(change, context.newId()),
    ...componentOps(change),
    ...touchPage(view, context.now),
  ]);
}

export function updateIncident(
  view: PageView,
  command: Of<"incident.update">,
  context: DecideContext,
): Decision {
  const { id, fields } = command;
  const held = view.incidentById.get(id);
  if (held === undefined) return refused(404, `There is no incident "${id}" on this page.`);
  const maintenance = held.window !== null;
  const status = fields.status ?? held.status;
  const wrong = [
    ...checkFields(view, fields, maintenance, context.now),
    ...(fields.window !== undefined && !maintenance
      ? ["An incident cannot become a maintenance: it has no window."]
      : []),
    ...checkCourse(held.status, status, maintenance),
    ...checkVerify(
      fields.automation?.verifyMs ?? held.automation.verifyMs,
      fields.window ?? held.window ?? undefined,
    ),
  ];
  if (wrong.length > 0) return refused(422, ...wrong);
  const change = changeFrom(view, id, held, fields, { maintenance, status, now: context.now });
  const { name, impactOverride } = fields;
  const changes = {
    ...differing(held, { name, impactOverride, ...keptFields(fields) }),
    ...differing(held, stateFields(change)),
    ...differing(held.automation, fields.automation ?? {}),
  };
  const tells = fields.body !== undefined || status !== held.status || fields.components !== undefined;
  const told = tells ? updateOp(change, context.newId()) : [];
  const moved = incidentOp(change, changes);
  if (told.length + moved.length === 0) return decided(id, []);
  return decided(id, [
    ...incidentOp(change, { ...changes, updatedAt: context.now }),
    ...told,
    ...componentOps(change),
    ...touchPage(view, context.now),
  ]);
}

function checkFields(view: PageView, fields: IncidentFields, maintenance: boolean, now: number): Sentences {
  const statuses: readonly Status[] = maintenance ? maintenanceStatuses : incidentStatuses;
  return [
    ...checkName(fields.name, maintenance ? "the maintenance" : "the incident"),
    ...checkBody(fields.body),
    ...checkWord(fields.status, statuses, maintenance ? "status of a maintenance" : "status of an incident"),
    ...checkWord(fields.impactOverride, impacts, "impact"),
    ...checkWindow(fields.window),
    ...checkMoment(fields.at, "time of the update"),
    ...checkAffected(view, [
      ...new Set([...(fields.componentIds ?? []), ...Object.keys(fields.components ?? {})]),
    ]),
    ...Object.values(fields.components ?? {}).flatMap((it) =>
      checkWord(it, componentStatuses, "component status"),
    ),
    ...checkKept(fields),
    ...(fields.at !== undefined && fields.at > now ? ["An update cannot be dated in the future."] : []),
  ];
}

/** What is kept for clients and read by nothing here. */
function keptFields({ metadata, reminderIntervals, recurrence }: IncidentFields): Fields {
  return given({ metadata, reminderIntervals, recurrence: recurrence && { ...recurrence } });
}

function checkKept({ metadata, reminderIntervals }: IncidentFields): Sentences {
  const chars = JSON.stringify(metadata ?? null).length;
  const hours = Array.isArray(reminderIntervals) ? reminderIntervals : [];
  return [
    ...(chars > limits.metadataCharsMax
      ? [`The metadata has ${chars} characters; ${limits.metadataCharsMax} are allowed.`]
      : []),
    ...(hours.length > limits.reminderIntervalsMax || hours.some((it) => !Number.isSafeInteger(it))
      ? [`Reminder intervals are at most ${limits.reminderIntervalsMax} whole hours.`]
      : []),
  ];
}

function checkVerify(verifyMs: number | null | undefined, window: IncidentFields["window"]): Sentences {
  if (verifyMs === undefined || verifyMs === null || window === undefined) return [];
  return Number.isSafeInteger(verifyMs) && verifyMs > 0 && verifyMs < window.until - window.from
    ? []
    : ["Verifying begins within the window: some minutes before its end, and after its start."];
}
