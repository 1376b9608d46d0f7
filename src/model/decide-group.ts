// Commands on groups of components: the group and who is in it, in one decision. In: view, command, moment. Out: component and page ops, or a refusal.
// The list of members is their order. A component that is left out stands by itself again.
import { checkName, type Sentences } from "./checks.ts";
import type { Command, DecideContext, Decision } from "./command.ts";
import { createComponent, touchPage, updateComponent } from "./decide-component.ts";
import { decided, differing, opOf, refused } from "./drafts.ts";
import type { OpDraft } from "./op.ts";
import type { PageView } from "./view.ts";

type Of<Kind extends Command["kind"]> = Extract<Command, { readonly kind: Kind }>;

export function createGroup(view: PageView, command: Of<"group.create">, context: DecideContext): Decision {
  const { fields, members } = command;
  const wrong = checkMembers(view, members);
  if (wrong.length > 0) return refused(422, ...wrong);
  const id = command.id ?? context.newId();
  const made = createComponent(
    view,
    { kind: "component.create", id, fields: { ...fields, group: true } },
    context,
  );
  if (!made.ok) return made;
  return decided(id, [...memberOps(view, id, members, context), ...made.ops]);
}

export function updateGroup(view: PageView, command: Of<"group.update">, context: DecideContext): Decision {
  const { id, fields, members } = command;
  if (view.componentById.get(id)?.group !== true)
    return refused(404, `There is no group "${id}" on this page.`);
  const wrong = [...checkName(fields.name, "the group"), ...checkMembers(view, members ?? [])];
  if (wrong.length > 0) return refused(422, ...wrong);
  const changed = updateComponent(view, { kind: "component.update", id, fields }, context);
  if (!changed.ok || members === undefined) return changed;
  const moved = memberOps(view, id, members, context);
  if (moved.length === 0) return changed;
  return decided(id, [...moved, ...(changed.ops.length > 0 ? changed.ops : touchPage(view, context.now))]);
}

function memberOps(
  view: PageView,
  group: string,
  members: readonly string[],
  { now }: DecideContext,
): readonly OpDraft[] {
  return view.components.flatMap((component) => {
    const at = members.indexOf(component.id);
    if (at === -1 && component.groupId !== group) return [];
    const changes = differing(
      component,
      at === -1 ? { groupId: null } : { groupId: group, position: at + 1 },
    );
    if (Object.keys(changes).length === 0) return [];
    return opOf(view.page.id, "component", component.id, { ...changes, updatedAt: now });
  });
}

function checkMembers(view: PageView, members: readonly string[]): Sentences {
  return [
    ...members
      .filter((id) => !view.componentById.has(id))
      .slice(0, 3)
      .map((id) => `There is no component "${id}" on this page.`),
    ...(members.some((id) => view.componentById.get(id)?.group === true)
      ? ["A group cannot be inside a group."]
      : []),
    ...(new Set(members).size < members.length ? ["A component is named twice."] : []),
  ];
}
