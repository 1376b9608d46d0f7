// The command that edits what an update said. In: view, command, moment. Out: the update's op, what follows for its incident, and the
// page's time of change; or a refusal. It corrects words: components keep their status and their history (`transition.add` writes that).
import { impactOfStatus, shownName, statusAt } from "./affected.ts";
import { checkAffected, checkBody, checkMoment, checkWord, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision, UpdateFields } from "./command.ts";
import { touchPage } from "./decide-component.ts";
import { decided, differing, type Fields, given, opOf, refused } from "./drafts.ts";
import type { Json } from "./op.ts";
import { worstImpact } from "./status.ts";
import {
  type AffectedComponent,
  componentStatuses,
  type Incident,
  type IncidentUpdate,
  type PageView,
} from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export function editUpdate(
  view: PageView,
  { incidentId, id, fields }: Of<"update.edit">,
  { now }: DecideContext,
): Decision {
  const incident = view.incidentById.get(incidentId);
  if (incident === undefined) return refused(404, `There is no incident "${incidentId}" on this page.`);
  const held = incident.updates.find((update) => update.id === id);
  if (held === undefined) return refused(404, `The incident "${incidentId}" has no update "${id}".`);
  const wrong = checkEdit(view, held, fields, now);
  if (wrong.length > 0) return refused(422, ...wrong);
  const affectedComponents = affectedAfter(view, held, fields, now);
  const { body, displayAt, deliverNotifications } = fields;
  const changes = differing(
    held,
    given({ body, displayAt, deliverNotifications, affectedComponents: affectedComponents as Json }),
  );
  if (Object.keys(changes).length === 0) return decided(id, []);
  const after = { ...held, ...(changes as Partial<IncidentUpdate>) };
  return decided(id, [
    ...opOf(view.page.id, "update", id, { ...changes, updatedAt: now }),
    ...opOf(view.page.id, "incident", incidentId, {
      ...followingFields(incident, held, after),
      updatedAt: now,
    }),
    ...touchPage(view, now),
  ]);
}

/** What the update says of components; undefined where the edit leaves it. */
function affectedAfter(
  view: PageView,
  held: IncidentUpdate,
  { components }: UpdateFields,
  now: number,
): readonly AffectedComponent[] | null | undefined {
  if (components === undefined) return undefined;
  const said = Object.entries(components).map(([code, newStatus]) => {
    const before = held.affectedComponents?.find((it) => it.code === code);
    const oldStatus = before?.oldStatus ?? statusAt(view, code, held.displayAt - 1, now);
    return { code, name: before?.name ?? shownName(view, code), oldStatus, newStatus };
  });
  return said.length === 0 ? null : said;
}

/** The incident's moments that were this update's move along; its impact is counted anew unless an override holds it. */
function followingFields(incident: Incident, held: IncidentUpdate, after: IncidentUpdate): Fields {
  const { displayAt } = held;
  const moved = <Name extends "startedAt" | "monitoringAt" | "resolvedAt">(name: Name, own: boolean) =>
    own && incident[name] === displayAt ? { [name]: after.displayAt } : {};
  const first = incident.updates.at(-1) === held;
  const closes = held.status === "resolved" || held.status === "completed";
  const affected = incident.updates.flatMap((it) => (it === held ? after : it).affectedComponents ?? []);
  const counts =
    incident.impactOverride === null &&
    incident.window === null &&
    held.affectedComponents !== after.affectedComponents;
  return {
    ...moved("startedAt", first),
    ...moved("monitoringAt", held.status === "monitoring"),
    ...moved("resolvedAt", closes),
    ...(counts ? { impact: worstImpact(affected.map((it) => impactOfStatus[it.newStatus])) } : {}),
  };
}

function checkEdit(view: PageView, held: IncidentUpdate, fields: UpdateFields, now: number): Sentences {
  const { displayAt, components = {} } = fields;
  const known = new Set(held.affectedComponents?.map(({ code }) => code));
  return [
    ...checkBody(fields.body),
    ...checkMoment(displayAt, "time of the update"),
    ...(displayAt !== undefined && displayAt > now ? ["An update cannot be dated in the future."] : []),
    // One that it told of stays even when the component is no longer there.
    ...checkAffected(
      view,
      Object.keys(components).filter((code) => !known.has(code)),
    ),
    ...Object.values(components).flatMap((it) => checkWord(it, componentStatuses, "component status")),
  ];
}
