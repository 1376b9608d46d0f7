// One change of an incident or a maintenance, worked out. In: what it was, what the command says. Out: its state, its impact, and the ops of the
// incident, of the update that tells of it, and of the components that take another status.
import { impactOfStatus, shownName, statusAt } from "./affected.ts";
import type { IncidentFields } from "./command.ts";
import { defaultBody } from "./default-bodies.ts";
import { componentsChange, type Fields, momentOf, opOf, transitionOp } from "./drafts.ts";
import { beginningStatuses, endingStatuses } from "./holds.ts";
import type { Json, OpDraft } from "./op.ts";
import { isClosed } from "./order.ts";
import { worstImpact } from "./status.ts";
import {
  type AffectedComponent,
  type Impact,
  type Incident,
  type IncidentStatus,
  type MaintenanceStatus,
  noAutomation,
  type PageView,
} from "./view.ts";

type Status = IncidentStatus | MaintenanceStatus;

/** What an incident is before its first update. */
export const blank: Pick<
  Incident,
  | "automation"
  | "componentIds"
  | "componentTags"
  | "impact"
  | "impactOverride"
  | "monitoringAt"
  | "resolvedAt"
  | "updates"
> & { readonly status: null } = {
  status: null,
  automation: noAutomation,
  componentIds: [],
  componentTags: [],
  impact: "none",
  impactOverride: null,
  monitoringAt: null,
  resolvedAt: null,
  updates: [],
};

/** One change of an incident, with everything that its parts are decided from. */
export interface Change {
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

/** What is said, and the statuses that rules give components that it does not name: maintenance begins, or what was set is put back. */
function withRuled(
  view: PageView,
  id: string,
  held: Incident | typeof blank,
  said: IncidentFields,
  { maintenance, status }: { readonly maintenance: boolean; readonly status: Status },
  componentIds: readonly string[],
): IncidentFields {
  const { setsMaintenance, setsOperational } = { ...held.automation, ...said.automation };
  const begins = maintenance && isUnderWay(status) && !isUnderWay(held.status);
  if (begins && setsMaintenance)
    return { ...said, components: { ...beginningStatuses(view, id, componentIds), ...said.components } };
  const ends = isClosed({ status }) && held.status !== null && !isClosed({ status: held.status });
  if (ends && setsOperational)
    return {
      ...said,
      components: { ...endingStatuses(view, held as Incident, componentIds), ...said.components },
    };
  return said;
}

const isUnderWay = (status: Status | null): boolean => status === "in_progress" || status === "verifying";

export function changeFrom(
  view: PageView,
  id: string,
  held: Incident | typeof blank,
  said: IncidentFields,
  told: { readonly maintenance: boolean; readonly status: Status; readonly now: number },
): Change {
  // A component that takes a status through this incident is affected by it, whether listed or not.
  const listed =
    said.componentIds ?? held.componentIds.filter((it) => isClosed(told) || view.componentById.has(it));
  const componentIds = [...new Set([...listed, ...Object.keys(said.components ?? {})])];
  const fields = withRuled(view, id, held, said, told, componentIds);
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
export function stateFields(change: Change): Fields {
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

export function incidentOp(change: Change, fields: Fields): readonly OpDraft[] {
  const { view, id, held, componentIds } = change;
  return opOf(view.page.id, "incident", id, fields, { components: componentsChange(held, componentIds) });
}

export function updateOp(change: Change, updateId: string): readonly OpDraft[] {
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
export function componentOps({ view, affected, fields, at: told }: Change): readonly OpDraft[] {
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
