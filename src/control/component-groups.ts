// /v1/pages/{page_id}/component-groups. In: calls. Out: groups with the ids of their members, in their order.
// Clients send `description` inside `component_group` or beside it.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { membersByGroup } from "../model/group.ts";
import type { Component, PageView } from "../model/view.ts";
import { idList } from "./access-rows.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { maybe, name, pageOf, paging, said, text } from "./fields.ts";
import { isoOrNull } from "./own-fields.ts";

const description = t.Optional(t.Union([text(limits.updateCharsMax), t.Null()]));
const position = maybe(t.Numeric({ minimum: 0, maximum: 1_000_000, multipleOf: 1 }));
const newBody = t.Object({
  description,
  component_group: t.Object({ name: name(), description, position, components: idList() }),
});
const body = t.Object({
  description,
  component_group: t.Optional(
    t.Object({
      name: maybe(text(limits.nameCharsMax)),
      description,
      position,
      components: t.Optional(idList()),
    }),
  ),
});

type Said = (typeof body)["static"];

/** What a body says of the group itself. */
function fieldsOf({ description: beside, component_group: group = {} }: Said) {
  const told = group.description === undefined ? beside : group.description;
  const place = said(group.position);
  return {
    ...(told === undefined ? {} : { description: told || null }),
    ...(place === undefined ? {} : { position: place }),
  };
}

const groupAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    name: t.String(),
    description: orNull(t.String()),
    components: t.Array(id()),
    position: t.Number(),
    created_at: orNull(time()),
    updated_at: orNull(time()),
  },
  { title: "ComponentGroup" },
);

const membersIn = (ids: readonly string[]): readonly string[] => ids.filter((id) => id !== "");

export function groupOf(view: PageView, wanted: string | undefined): Component {
  const group = view.componentById.get(wanted ?? "");
  if (group?.group !== true) throw new ApiRefusal(notFound("Component group"));
  return group;
}

function shape(group: Component, view: PageView): object {
  return {
    id: group.id,
    page_id: view.page.id,
    name: group.name,
    description: group.description,
    components: (membersByGroup(view.components).get(group.id) ?? []).map(({ id }) => id),
    position: group.position,
    created_at: isoOrNull(group.createdAt),
    updated_at: isoOrNull(group.updatedAt),
  };
}

const base = "/pages/:page_id/component-groups";

export const componentGroupEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/component-groups",
    summary: "List the groups of components",
    answers: { 200: t.Array(groupAnswer) },
    needs: "read",
    query: t.Object(paging),
    answer: ({ view, query }) =>
      answer(
        200,
        pageOf(
          view.components.filter(({ group }) => group),
          query,
        ).map((group) => shape(group, view)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/component-groups",
    summary: "Create a group of components",
    answers: { 201: groupAnswer },
    example: { body: { component_group: { name: "Core", components: ["{component_id}"] } } },
    needs: "edit",
    body: newBody,
    async answer({ body, submit }) {
      const { name, components } = body.component_group;
      const made = await submit({
        kind: "group.create",
        fields: { ...fieldsOf(body), name },
        members: membersIn(components),
      });
      return answer(201, shape(groupOf(made.view, made.id), made.view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:id`,
    summary: "Read a group of components",
    answers: { 200: groupAnswer },
    needs: "read",
    answer: ({ view, params }) => answer(200, shape(groupOf(view, params.id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:id`,
    summary: "Change a group of components",
    answers: { 200: groupAnswer },
    example: { body: { component_group: { name: "Core services" } } },
    needs: "edit",
    body,
    async answer({ view, params, body, submit }) {
      const { id } = groupOf(view, params.id);
      const newName = said(body.component_group?.name);
      const components = body.component_group?.components;
      const changed = await submit({
        kind: "group.update",
        id,
        fields: { ...fieldsOf(body), ...(newName === undefined ? {} : { name: newName }) },
        ...(components === undefined ? {} : { members: membersIn(components) }),
      });
      return answer(200, shape(groupOf(changed.view, id), changed.view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:id`,
    summary: "Delete a group of components; its members stay, in none",
    answers: { 200: groupAnswer },
    needs: "edit",
    async answer({ view, params, submit }) {
      const group = groupOf(view, params.id);
      await submit({ kind: "component.delete", id: group.id });
      return answer(200, shape(group, view));
    },
  }),
];
