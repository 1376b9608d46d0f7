// /api/pharos/v1/pages/{page_id}/drafts. In: calls. Out: what is to be told at a moment or by hand, before any reader sees it; what became of it.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { IncidentFields } from "../model/command.ts";
import type { DraftCommand, PageView, TellingDraft } from "../model/view.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers, id, orNull, time } from "./answers.ts";
import { automationShape } from "./automation.ts";
import { answer, endpoint } from "./endpoint.ts";
import { maybe, pageOf, paging, text } from "./fields.ts";
import { incidentBody, incidentFieldsOf, timeOf } from "./incident-fields.ts";
import { incidentOf } from "./incidents.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";
import { incidentShape } from "./shapes.ts";
import { noTweets } from "./tweets.ts";

const publishAt = () => t.Optional(t.Union([text(64), t.Null()]));
const incident = incidentBody.properties.incident;
const newBody = t.Object({
  draft: t.Object({ publish_at: publishAt(), incident_id: maybe(text(limits.idCharsMax)), incident }),
});
const changeBody = t.Object({ draft: t.Object({ publish_at: publishAt(), incident: t.Optional(incident) }) });

const draftAnswer = t.Object(
  {
    id: id(),
    page_id: id(),
    publish_at: orNull(time()),
    incident_id: orNull(id()),
    incident: t.Record(t.String(), t.Any()),
    refusal: orNull(t.Array(t.String())),
    created_at: time(),
    updated_at: time(),
  },
  { title: "Draft" },
);

/** What it will tell, in the names in which it was asked. */
function fieldsShape(fields: IncidentFields): Readonly<Record<string, unknown>> {
  const { name, status, body, impactOverride, componentIds, components, window, automation } = fields;
  const shape = {
    name,
    status,
    body,
    impact_override: impactOverride,
    component_ids: componentIds,
    components,
    scheduled_for: window && isoOf(window.from),
    scheduled_until: window && isoOf(window.until),
    deliver_notifications: fields.deliverNotifications,
    reminder_intervals: fields.reminderIntervals,
    metadata: fields.metadata,
    ...(automation === undefined ? {} : automationShape(automation)),
  };
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}

function shape({ id, publishAt, command, refusal, createdAt, updatedAt }: TellingDraft, view: PageView) {
  return {
    id,
    page_id: view.page.id,
    publish_at: isoOrNull(publishAt),
    incident_id: command.kind === "incident.update" ? command.id : null,
    incident: fieldsShape(command.fields),
    refusal,
    created_at: isoOf(createdAt),
    updated_at: isoOf(updatedAt),
  };
}

function draftOf(view: PageView, wanted: string | undefined): TellingDraft {
  const draft = view.drafts.find(({ id }) => id === wanted);
  if (draft === undefined) throw new ApiRefusal(notFound("Draft"));
  return draft;
}

/** Undefined where the body says nothing of it; null where it is not to publish itself. */
function momentOf(said: string | null | undefined): number | null | undefined {
  const sentences: string[] = [];
  const at = timeOf("Publish at", said, sentences);
  if (sentences.length > 0) throw new ApiRefusal(unprocessable(...sentences));
  return said === undefined ? undefined : (at ?? null);
}

function fieldsIn(
  asked: Parameters<typeof incidentFieldsOf>[0],
  held: Parameters<typeof incidentFieldsOf>[1],
): IncidentFields {
  const fields = incidentFieldsOf(asked, held);
  if (!fields.ok) throw new ApiRefusal(unprocessable(...fields.reason));
  return fields.value;
}

function commandOf(view: PageView, asked: (typeof newBody)["static"]["draft"]): DraftCommand {
  if (asked.incident_id) {
    const held = incidentOf(view, asked.incident_id);
    return { kind: "incident.update", id: held.id, fields: fieldsIn(asked.incident, held) };
  }
  const { name } = asked.incident;
  if (!name) throw new ApiRefusal(unprocessable("Name can't be blank for a new incident"));
  return { kind: "incident.create", fields: { ...fieldsIn(asked.incident, null), name } };
}

const base = "/pages/:page_id/drafts";

export const ownDraftEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/drafts",
    summary: "List what is to be told, the first to publish itself first",
    needs: "read",
    answers: { 200: t.Array(draftAnswer) },
    query: t.Object(paging),
    answer: ({ view, query }) =>
      answer(
        200,
        pageOf(view.drafts, query).map((draft) => shape(draft, view)),
      ),
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/drafts",
    summary: "Write an incident, or an update to one, that no reader sees yet",
    unable: noTweets,
    description:
      "It publishes itself at `publish_at`; without one it waits for a person. Where it is not possible any more at its moment it waits, too, and `refusal` says why.",
    needs: "respond",
    answers: { 201: draftAnswer },
    example: {
      body: {
        draft: {
          publish_at: "2027-05-07T03:00:00Z",
          incident: { name: "New prices", body: "They hold from May on." },
        },
      },
    },
    body: newBody,
    async answer({ view, body, submit }) {
      const command = commandOf(view, body.draft);
      const at = momentOf(body.draft.publish_at) ?? null;
      const made = await submit({ kind: "draft.create", publishAt: at, command });
      return answer(201, shape(draftOf(made.view, made.id), made.view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:draft_id`,
    summary: "Read a draft",
    needs: "read",
    answers: { 200: draftAnswer },
    answer: ({ view, params }) => answer(200, shape(draftOf(view, params.draft_id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:draft_id`,
    summary: "Change a draft",
    unable: noTweets,
    needs: "respond",
    answers: { 200: draftAnswer },
    example: { body: { draft: { publish_at: null, incident: { body: "They hold from June on." } } } },
    body: changeBody,
    async answer({ view, params, body: { draft: asked }, submit }) {
      const { id, command } = draftOf(view, params.draft_id);
      const held = command.kind === "incident.update" ? incidentOf(view, command.id) : null;
      const at = momentOf(asked.publish_at);
      const changed = await submit({
        kind: "draft.update",
        id,
        ...(at === undefined ? {} : { publishAt: at }),
        ...(asked.incident === undefined ? {} : { fields: fieldsIn(asked.incident, held) }),
      });
      return answer(200, shape(draftOf(changed.view, id), changed.view));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/:draft_id/publish`,
    summary: "Publish a draft now",
    needs: "respond",
    answers: { 200: answers.incident },
    async answer({ view, params, submit }) {
      const told = await submit({ kind: "draft.publish", id: draftOf(view, params.draft_id).id });
      return answer(200, incidentShape(incidentOf(told.view, told.id), told.view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:draft_id`,
    summary: "Delete a draft",
    needs: "respond",
    answers: { 200: draftAnswer },
    async answer({ view, params, submit }) {
      const draft = draftOf(view, params.draft_id);
      await submit({ kind: "draft.delete", id: draft.id });
      return answer(200, shape(draft, view));
    },
  }),
];
