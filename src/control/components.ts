// /v1/pages/{page_id}/components. In: calls. Out: components as they are, new ones, changes to one.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { ComponentFields } from "../model/command.ts";
import { type Component, componentStatuses, type PageView } from "../model/view.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, name, oneOf, pageOf, paging, said, text } from "./fields.ts";
import { componentShape } from "./shapes.ts";

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  description: t.Optional(t.Union([text(limits.updateCharsMax), t.Null()])),
  status: maybe(oneOf(componentStatuses)),
  group_id: t.Optional(t.Union([text(limits.idCharsMax), t.Null()])),
  position: maybe(t.Numeric({ minimum: 0, maximum: 1_000_000, multipleOf: 1 })),
  showcase: maybe(flag()),
  only_show_if_degraded: maybe(flag()),
  start_date: maybe(t.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "a day written YYYY-MM-DD" })),
};
const componentBody = t.Object({ component: t.Object(fields) });
const newComponentBody = t.Object({ component: t.Object({ ...fields, name: name() }) });

type Said = (typeof componentBody)["static"]["component"];

/** The fields that a body speaks of. */
function fieldsOf(body: Said): ComponentFields {
  const [name, status, position, startDate] = [
    said(body.name),
    said(body.status),
    said(body.position),
    said(body.start_date),
  ];
  const [showcase, onlyShowIfDegraded] = [said(body.showcase), said(body.only_show_if_degraded)];
  return {
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(position === undefined ? {} : { position }),
    ...(startDate === undefined ? {} : { startDate }),
    ...(showcase === undefined ? {} : { showcase }),
    ...(onlyShowIfDegraded === undefined ? {} : { onlyShowIfDegraded }),
    ...(body.description === undefined ? {} : { description: body.description || null }),
    ...(body.group_id === undefined ? {} : { groupId: body.group_id || null }),
  };
}

export function componentOf(view: PageView, wanted: string | undefined): Component {
  const component = view.componentById.get(wanted ?? "");
  if (component === undefined) throw new ApiRefusal(notFound("Component"));
  return component;
}

export const componentEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/components",
    summary: "List the components of a page",
    answers: { 200: t.Array(answers.component) },
    example: { query: { per_page: "50" } },
    needs: "read",
    query: t.Object(paging),
    answer: ({ view, query }) =>
      answer(
        200,
        pageOf(view.components, query).map((component) => componentShape(component, view.page)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/components",
    summary: "Create a component",
    answers: { 201: answers.component },
    example: { body: { component: { name: "API", status: "operational" } } },
    needs: "edit",
    body: newComponentBody,
    async answer({ body, submit }) {
      const { name } = body.component;
      const made = await submit({ kind: "component.create", fields: { ...fieldsOf(body.component), name } });
      return answer(201, componentShape(componentOf(made.view, made.id), made.view.page));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/components/:component_id",
    summary: "Read a component",
    answers: { 200: answers.component },
    needs: "read",
    answer: ({ view, params }) =>
      answer(200, componentShape(componentOf(view, params.component_id), view.page)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: "/pages/:page_id/components/:component_id",
    summary: "Change a component",
    answers: { 200: answers.component },
    example: { body: { component: { status: "degraded_performance" } } },
    needs: "edit",
    body: componentBody,
    async answer({ view, params, body, submit }) {
      const component = componentOf(view, params.component_id);
      const wanted = fieldsOf(body.component);
      if (component.group && wanted.status !== undefined && wanted.status !== component.status)
        throw new ApiRefusal(unprocessable("Status of a group follows its components"));
      const changed = await submit({ kind: "component.update", id: component.id, fields: wanted });
      return answer(200, componentShape(componentOf(changed.view, component.id), changed.view.page));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: "/pages/:page_id/components/:component_id",
    summary: "Delete a component",
    answers: { 204: null },
    needs: "edit",
    async answer({ view, params, submit }) {
      await submit({ kind: "component.delete", id: componentOf(view, params.component_id).id });
      return answer(204, null);
    },
  }),
];
