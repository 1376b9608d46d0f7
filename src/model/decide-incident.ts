// Commands on incidents and maintenances. In: view, command, moment. Out: the incident, its update, the components' statuses
// with their transitions, and the page's time of change, in this order; or a refusal.

import { impactOfStatus, shownName, statusAt } from "./affected.ts";
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
import { touchPage } from "./decide-component.ts";
import { defaultBody } from "./default-bodies.ts";
import {
  componentsChange,
  decided,
  differing,
  type Fields,
  momentOf,
  opOf,
  refused,
  transitionOp,
} from "./drafts.ts";
import type { Json, OpDraft } from "./op.ts";
import { isClosed } from "./order.ts";
import { worstImpact } from "./status.ts";
import {
  type AffectedComponent,
  componentStatuses,
  type Impact,
  type Incident,
  type IncidentStatus,
  impacts,
  incidentStatuses,
  type MaintenanceStatus,
  maintenanceStatuses,
  type PageView,
} from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;
type Status = IncidentStatus | MaintenanceStatus;

/** What an incident is before its first update. */
const blank: Pick<
  Incident,
  "componentIds" | "componentTags" | "impact" | "impactOverride" | "monitoringAt" | "resolvedAt" | "updates"
> & { readonly status: null } = {
  status: null,
  componentIds: [],
  componentTags: [],
  impact: "none",
  impactOverride: null,
  monitoringAt: null,
  resolvedAt: null,
  updates: [],
};

/** One change of an incident, with everything that its parts are decided from. */
interface Change {
  readonly view: PageView;
  readonly id: string;
  readonly held: Incident | typeof blank;
  readonly fields: IncidentFields;
  readonly maintenance: boolean;
  readonly status: Status;
  readonly componentIds: readonly string[];
  readonly affected: readonly AffectedComponent[];
  /** When it happened, and when it was told. */
  readonly at: number;
  readonly now: number;
}

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
  const wrong = [...checkNewId(view, "incident", id), ...checkFields(view, fields, maintenance, context.now)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const change = changeFrom(view, id, blank, fields, { maintenance, status, now: context.now });
  const made: Fields = {
    name: fields.name,
    ...stateFields(change),
    impactOverride: fields.impactOverride ?? null,
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
  const wrong = [
    ...checkFields(view, fields, maintenance, context.now),
    ...(fields.window !== undefined && !maintenance
      ? ["An incident cannot become a maintenance: it has no window."]
      : []),
  ];
  if (wrong.length > 0) return refused(422, ...wrong);
  const status = fields.status ?? held.status;
  const change = changeFrom(view, id, held, fields, { maintenance, status, now: context.now });
  const { name, impactOverride } = fields;
  const changes = differing(held, { name, impactOverride, ...stateFields(change) });
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

function changeFrom(
  view: PageView,
  id: string,
  held: Incident | typeof blank,
  fields: IncidentFields,
  told: { readonly maintenance: boolean; readonly status: Status; readonly now: number },
): Change {
  // A component that takes a status through this incident is affected by it, whether listed or not.
  const listed =
    fields.componentIds ?? held.componentIds.filter((it) => isClosed(told) || view.componentById.has(it));
  const componentIds = [...new Set([...listed, ...Object.keys(fields.components ?? {})])];
  const at = fields.at ?? told.now;
  const affected = componentIds.flatMap((code) => {
    if (!view.componentById.has(code)) return [];
    const oldStatus = statusAt(view, code, at, told.now);
    const newStatus = fields.components?.[code] ?? oldStatus;
    return [{ code, name: shownName(view, code), oldStatus, newStatus }];
  });
  return { view, id, held, fields, ...told, componentIds, affected, at };
}

/** Status, impact, window and the moments that a status brings. */
function stateFields(change: Change): Fields {
  const { held, status, fields, at } = change;
  const closedNow = isClosed({ status }) ? (held.resolvedAt ?? at) : null;
  return {
    status,
    impact: impactFrom(change),
    monitoringAt: status === "monitoring" && held.status !== "monitoring" ? at : held.monitoringAt,
    resolvedAt: status === held.status ? held.resolvedAt : closedNow,
    ...(fields.window === undefined
      ? {}
      : { window: { from: fields.window.from, until: fields.window.until } }),
  };
}

/**
 * The override, or else the worst that the affected components have been: an incident keeps the impact it had while its
 * components recover (as captured pages do). A maintenance's impact is maintenance.
 */
function impactFrom(change: Change): Impact {
  const { held, fields, maintenance } = change;
  const override = fields.impactOverride === undefined ? held.impactOverride : fields.impactOverride;
  if (override !== null) return override;
  if (maintenance) return "maintenance";
  const now = counted(change).map((it) => impactOfStatus[it.newStatus]);
  if (held.impactOverride === null) return worstImpact([held.impact, ...now]);
  const before = held.updates.flatMap((update) => update.affectedComponents ?? []);
  return worstImpact([...before.map((it) => impactOfStatus[it.newStatus]), ...now]);
}

/**
 * The components whose present status says something of the incident: all while it is open, but of a closed one only those
 * that this change sets, since what befell a component afterwards is another story. A new name alone counts nothing again.
 */
function counted({ fields, status, affected }: Change): readonly AffectedComponent[] {
  const { components = {}, componentIds, body } = fields;
  const tells = fields.status !== undefined || componentIds !== undefined || body !== undefined;
  const all = tells && !isClosed({ status });
  return affected.filter(({ code }) => all || Object.hasOwn(components, code));
}

function incidentOp(change: Change, fields: Fields): readonly OpDraft[] {
  const { view, id, held, componentIds } = change;
  return opOf(view.page.id, "incident", id, fields, { components: componentsChange(held, componentIds) });
}

function updateOp(change: Change, updateId: string): readonly OpDraft[] {
  const { view, id, held, status, fields, affected, at, now } = change;
  return opOf(view.page.id, "update", updateId, {
    incidentId: id,
    status,
    body: fields.body ?? defaultBody(status, held.status === null),
    createdAt: now,
    updatedAt: now,
    displayAt: at,
    affectedComponents: affected.length === 0 ? null : affected.map((it): Json => ({ ...it })),
    deliverNotifications: fields.deliverNotifications ?? true,
  });
}

/** History for each component that takes another status; its current status too, unless its history goes on after a past `at`. */
function componentOps({ view, affected, fields, at: told }: Change): readonly OpDraft[] {
  const page = view.page.id;
  return affected.flatMap(({ code, oldStatus, newStatus }) => {
    if (newStatus === oldStatus) return [];
    const at = fields.at === undefined ? momentOf(view, code, told) : told;
    const past = view.transitions.get(code)?.some((it) => it.at > at) ?? false;
    const updatedAt = Math.max(view.componentById.get(code)?.updatedAt ?? at, at);
    return [
      ...(past ? [] : opOf(page, "component", code, { status: newStatus, updatedAt })),
      transitionOp(page, code, at, newStatus),
    ];
  });
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
    ...(fields.at !== undefined && fields.at > now ? ["An update cannot be dated in the future."] : []),
  ];
}
