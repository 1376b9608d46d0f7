// Commands that take away what readers see. In: view, command, moment. Out: the op that deletes, what follows for others, and the page's
// time of change; or a refusal. The record stays with its history: the op-log tells who deleted what, and no late op brings it back.
import type { Command, DecideContext, Decision } from "./command.ts";
import { withoutSubject } from "./decide-check.ts";
import { touchPage } from "./decide-component.ts";
import { withoutSpeaker } from "./decide-upstream.ts";
import { componentsChange, decided, opOf, refused } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import { isClosed } from "./order.ts";
import type { Component, Incident, PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

/** Its updates go with it; components keep the status that they have. */
export function deleteIncident(
  view: PageView,
  { id }: Of<"incident.delete">,
  { now }: DecideContext,
): Decision {
  const incident = view.incidentById.get(id);
  if (incident === undefined) return refused(404, `There is no incident "${id}" on this page.`);
  return decided(id, [
    ...opOf(view.page.id, "incident", id, { deleted: true }),
    ...skipped(view, incident),
    ...touchPage(view, now),
  ]);
}

/** An occurrence that was deleted does not come back when its recurrence is changed. */
function skipped(view: PageView, { recurrence }: Incident): readonly OpDraft[] {
  const of = view.recurrences.find(({ id }) => id === recurrence?.id);
  if (recurrence === null || of === undefined) return [];
  return opOf(view.page.id, "recurrence", of.id, { skips: [...new Set([...of.skips, recurrence.at])] });
}

/** What is open, and what will be filled in by a template, no longer names it; what is over still does, by the words of its updates. */
export function deleteComponent(
  view: PageView,
  { id }: Of<"component.delete">,
  { now }: DecideContext,
): Decision {
  const component = view.componentById.get(id);
  if (component === undefined) return refused(404, `There is no component "${id}" on this page.`);
  return decided(id, [
    ...opOf(view.page.id, "component", id, { deleted: true }),
    ...(component.group ? withoutGroup(view, component, now) : withoutComponent(view, id)),
    ...touchPage(view, now),
  ]);
}

/** Members of a group that goes stand behind all that are in no group, in their order. */
function withoutGroup(view: PageView, group: Component, now: number): readonly OpDraft[] {
  const outside = view.components.filter((it) => it.groupId === null && it.id !== group.id);
  const last = Math.max(0, ...outside.map(({ position }) => position));
  return view.components
    .filter(({ groupId }) => groupId === group.id)
    .flatMap((member, at) =>
      opOf(view.page.id, "component", member.id, {
        groupId: null,
        position: last + 1 + at,
        updatedAt: now,
      }),
    );
}

function withoutComponent(view: PageView, id: string): readonly OpDraft[] {
  const page = view.page.id;
  const others = <Named extends { readonly componentIds: readonly string[] }>(it: Named): string[] =>
    it.componentIds.filter((named) => named !== id);
  const incidents = [...view.incidents, ...view.maintenances].filter(
    (it) => !isClosed(it) && it.componentIds.includes(id),
  );
  const templates = view.templates.filter((it) => it.componentIds.includes(id));
  return [
    ...incidents.flatMap((it) =>
      opOf(page, "incident", it.id, {}, { components: componentsChange(it, others(it)) }),
    ),
    ...templates.flatMap((it) => opOf(page, "template", it.id, { componentIds: others(it) })),
    ...withoutSubject(view, id),
    ...withoutSpeaker(view, id),
  ];
}
