// /v1/pages/{page_id}/incident_templates. In: calls. Out: what editors fill an incident in with. To read, change and delete one is ours:
// Statuspage makes and lists them.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { TemplateFields } from "../model/command.ts";
import { fillTemplate, missingSentences, placeholders } from "../model/template-text.ts";
import { type PageView, type Template, toldStatuses } from "../model/view.ts";
import { idList } from "./access-rows.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers, id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, name, oneOf, pageOf, paging, said, text } from "./fields.ts";
import { windowOf } from "./incident-fields.ts";
import { componentShape } from "./shapes.ts";

const fields = {
  name: maybe(text(limits.nameCharsMax)),
  title: maybe(text(limits.nameCharsMax)),
  body: maybe(text(limits.updateCharsMax)),
  group_id: t.Optional(t.Union([text(limits.idCharsMax), t.Null()])),
  update_status: maybe(oneOf(toldStatuses)),
  should_tweet: maybe(flag()),
  should_send_notifications: maybe(flag()),
  component_ids: t.Optional(idList()),
};
const body = t.Object({ template: t.Object(fields) });
const newBody = t.Object({
  template: t.Object({ ...fields, name: name(), title: name(), body: text(limits.updateCharsMax, 1) }),
});

type Said = (typeof body)["static"]["template"];

/** The fields that a body speaks of. `should_tweet` is kept: it presets a box, and sends nothing. */
function fieldsOf(asked: Said): TemplateFields {
  const told = {
    name: said(asked.name),
    title: said(asked.title),
    body: said(asked.body),
    groupId: asked.group_id === undefined ? undefined : asked.group_id || null,
    updateStatus: said(asked.update_status),
    shouldTweet: said(asked.should_tweet),
    shouldSendNotifications: said(asked.should_send_notifications),
    componentIds: asked.component_ids?.filter((id) => id !== ""),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

function templateOf(view: PageView, wanted: string | undefined): Template {
  const template = view.templates.find(({ id }) => id === wanted);
  if (template === undefined) throw new ApiRefusal(notFound("Incident template"));
  return template;
}

function shape(template: Template, { page, componentById }: PageView): object {
  return {
    id: template.id,
    components: template.componentIds
      .flatMap((id) => componentById.get(id) ?? [])
      .map((component) => componentShape(component, page)),
    name: template.name,
    title: template.title,
    body: template.body,
    group_id: template.groupId,
    update_status: template.updateStatus,
    should_tweet: template.shouldTweet,
    should_send_notifications: template.shouldSendNotifications,
  };
}

const templateAnswer = t.Object(
  {
    id: id(),
    components: t.Array(answers.component),
    name: t.String(),
    title: t.String(),
    body: t.String(),
    group_id: orNull(id()),
    update_status: orNull(oneOf(toldStatuses)),
    should_tweet: t.Boolean(),
    should_send_notifications: t.Boolean(),
  },
  { title: "IncidentTemplate" },
);

const filledAnswer = t.Object(
  {
    incident: t.Object({
      name: t.String(),
      body: t.String(),
      status: orNull(oneOf(toldStatuses)),
      component_ids: t.Array(id()),
      deliver_notifications: t.Boolean(),
      scheduled_for: t.Optional(time()),
      scheduled_until: t.Optional(time()),
    }),
  },
  { title: "FilledTemplate" },
);

const base = "/pages/:page_id/incident_templates";

export const incidentTemplateEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/incident_templates",
    summary: "List the templates of incidents",
    answers: { 200: t.Array(templateAnswer) },
    needs: "read",
    query: t.Object(paging),
    answer: ({ view, query }) =>
      answer(
        200,
        pageOf(view.templates, query).map((template) => shape(template, view)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/incident_templates",
    summary: "Create a template of incidents",
    answers: { 201: templateAnswer },
    example: { body: { template: { name: "Timeouts", title: "The API is slow", body: "We see timeouts." } } },
    needs: "edit",
    body: newBody,
    async answer({ body, submit }) {
      const { name, title, body: words } = body.template;
      const made = await submit({
        kind: "template.create",
        fields: { ...fieldsOf(body.template), name, title, body: words },
      });
      return answer(201, shape(templateOf(made.view, made.id), made.view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:template_id`,
    summary: "Read a template of incidents",
    answers: { 200: templateAnswer },
    needs: "read",
    answer: ({ view, params }) => answer(200, shape(templateOf(view, params.template_id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:template_id`,
    summary: "Change a template of incidents",
    answers: { 200: templateAnswer },
    example: { body: { template: { update_status: "identified" } } },
    needs: "edit",
    body,
    async answer({ view, params, body, submit }) {
      const { id } = templateOf(view, params.template_id);
      const after = await submit({ kind: "template.update", id, fields: fieldsOf(body.template) });
      return answer(200, shape(templateOf(after.view, id), after.view));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/:template_id/fill`,
    summary: "Fill a template in",
    answers: { 200: filledAnswer },
    description: `The answer is what a new incident is made from. A template may say ${Object.entries(
      placeholders,
    )
      .map(([name, what]) => `\`{{${name}}}\` (${what})`)
      .join(", ")}.`,
    example: {
      body: { template: { scheduled_for: "2027-05-07T03:00:00Z", scheduled_until: "2027-05-07T05:00:00Z" } },
    },
    needs: "respond",
    body: t.Object({
      template: t.Object({
        component_ids: t.Optional(idList()),
        scheduled_for: maybe(text(64)),
        scheduled_until: maybe(text(64)),
      }),
    }),
    answer({ view, params, body, nowMs }) {
      const template = templateOf(view, params.template_id);
      const sentences: string[] = [];
      const window = windowOf(body.template, null, sentences);
      if (sentences.length > 0) throw new ApiRefusal(unprocessable(...sentences));
      const componentIds = body.template.component_ids?.filter((id) => id !== "") ?? template.componentIds;
      const filled = fillTemplate(view, template, {
        now: nowMs(),
        componentIds,
        ...(window === undefined ? {} : { window }),
      });
      const lacking = missingSentences(filled);
      if (lacking.length > 0) throw new ApiRefusal(unprocessable(...lacking));
      return answer(200, {
        incident: {
          name: filled.title,
          body: filled.body,
          status: template.updateStatus,
          component_ids: componentIds,
          deliver_notifications: template.shouldSendNotifications,
          ...(window === undefined
            ? {}
            : {
                scheduled_for: new Date(window.from).toISOString(),
                scheduled_until: new Date(window.until).toISOString(),
              }),
        },
      });
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:template_id`,
    summary: "Delete a template of incidents",
    answers: { 200: templateAnswer },
    needs: "edit",
    async answer({ view, params, submit }) {
      const template = templateOf(view, params.template_id);
      await submit({ kind: "template.delete", id: template.id });
      return answer(200, shape(template, view));
    },
  }),
];
