// Commands on components and their history. In: view, command, moment. Out: component, transition and page ops, or a refusal.
// A group's status is derived and never written; a component's status is written together with its transition.
import { checkDate, checkGroup, checkName, checkNewId, checkWord, type Sentences } from "./checks.ts";
import type { Command, ComponentFields, DecideContext, Decision } from "./command.ts";
import { decided, differing, type Fields, given, momentOf, opOf, refused, transitionOp } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import { type Component, type ComponentStatus, componentStatuses, type PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

/** The page's own time of change; last among the ops of a decision. */
export function touchPage(view: PageView, at: number): readonly OpDraft[] {
  return opOf(view.page.id, "page", view.page.id, { updatedAt: at });
}

export function createComponent(
  view: PageView,
  command: Of<"component.create">,
  context: DecideContext,
): Decision {
  const id = command.id ?? context.newId();
  if (view.componentById.has(id)) return refused(409, `The component "${id}" exists already.`);
  const { fields } = command;
  const wrong = [
    ...checkNewId(view, "component", id),
    ...checkFields(view, fields, fields.group === true ? "operational" : null),
  ];
  if (wrong.length > 0) return refused(422, ...wrong);
  const page = view.page.id;
  const siblings = view.components.filter((it) => it.groupId === (fields.groupId ?? null));
  const made = {
    position: 1 + Math.max(0, ...siblings.map((it) => it.position)),
    ...settable(fields),
    rank: 1 + Math.max(0, ...view.components.map((it) => it.rank)),
    createdAt: context.now,
    updatedAt: context.now,
  };
  const { status = "operational" } = fields;
  return decided(id, [
    ...opOf(page, "component", id, made),
    ...(status === "operational" ? [] : [transitionOp(page, id, context.now, status)]),
    ...touchPage(view, context.now),
  ]);
}

export function updateComponent(
  view: PageView,
  command: Of<"component.update">,
  context: DecideContext,
): Decision {
  const { id, fields } = command;
  const held = view.componentById.get(id);
  if (held === undefined) return refused(404, `There is no component "${id}" on this page.`);
  const wrong = [...checkFields(view, fields, held.group ? held.status : null), ...checkKind(held, fields)];
  if (wrong.length > 0) return refused(422, ...wrong);
  const changes = differing(held, settable(fields));
  if (Object.keys(changes).length === 0) return decided(id, []);
  const { status } = fields;
  return decided(id, [
    ...opOf(view.page.id, "component", id, { ...changes, updatedAt: context.now }),
    ...(status === undefined || status === held.status
      ? []
      : [transitionOp(view.page.id, id, momentOf(view, id, context.now), status)]),
    ...touchPage(view, context.now),
  ]);
}

/** Adds to the history alone: the current status stays, so a past trouble needs its end told as well. */
export function addTransition(
  view: PageView,
  command: Of<"transition.add">,
  context: DecideContext,
): Decision {
  const { componentId, at, status } = command;
  const component = view.componentById.get(componentId);
  if (component === undefined) return refused(404, `There is no component "${componentId}" on this page.`);
  const wrong = [
    ...checkWord(status, componentStatuses, "status"),
    ...(component.group ? [`"${component.name}" is a group: its history follows from its members.`] : []),
    ...(at > context.now ? ["A status cannot begin in the future."] : []),
  ];
  if (wrong.length > 0) return refused(422, ...wrong);
  const known = view.transitions.get(componentId)?.find((it) => it.at === at);
  if (known?.status === status) return decided(componentId, []);
  return decided(componentId, [
    transitionOp(view.page.id, componentId, at, status),
    ...touchPage(view, context.now),
  ]);
}

/** The fields of a component that a command may set, without those it leaves out. */
function settable(fields: ComponentFields): Fields {
  const { name, status, description, position, groupId, group, showcase, startDate, onlyShowIfDegraded } =
    fields;
  return given({
    name,
    status,
    description,
    position,
    groupId,
    group,
    showcase,
    startDate,
    onlyShowIfDegraded,
  });
}

/** `derived` is the status of a group, null for a component. */
function checkFields(view: PageView, fields: ComponentFields, derived: ComponentStatus | null): Sentences {
  const { groupId } = fields;
  const group = typeof groupId === "string" ? view.componentById.get(groupId) : undefined;
  return [
    ...checkName(fields.name, "the component"),
    ...checkWord(fields.status, componentStatuses, "status"),
    ...checkDate(fields.startDate, "start date"),
    ...checkGroup(group, groupId),
    ...(derived !== null && typeof groupId === "string" ? ["A group cannot be inside a group."] : []),
    ...(derived !== null && fields.status !== undefined && fields.status !== derived
      ? ["A group's status follows from its members and cannot be set."]
      : []),
    ...(fields.position !== undefined && !Number.isSafeInteger(fields.position)
      ? [`The position ${fields.position} is not a whole number.`]
      : []),
  ];
}

function checkKind(held: Component, { group }: ComponentFields): Sentences {
  if (group === undefined || group === held.group) return [];
  return [held.group ? "A group cannot become a component." : "A component cannot become a group."];
}
