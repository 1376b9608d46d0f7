// /v1/pages/{page_id}/incidents. In: calls. Out: incidents and maintenances as they are, new ones, updates to one.
import { t } from "elysia";
import { isClosed } from "../model/order.ts";
import type { Incident, PageView } from "../model/view.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answers } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { type Paging, pageOf, paging, partOf } from "./fields.ts";
import { incidentBody, incidentFieldsOf, newIncidentBody } from "./incident-fields.ts";
import { incidentsSaying } from "./incident-search.ts";
import { incidentShape } from "./shapes.ts";
import { noTweets } from "./tweets.ts";

/** Parts of the list that have a path of their own. */
const selections: readonly {
  readonly word: string;
  readonly summary: string;
  has(incident: Incident): boolean;
}[] = [
  {
    word: "unresolved",
    summary: "List unresolved incidents",
    has: (incident) => incident.window === null && !isClosed(incident),
  },
  {
    word: "scheduled",
    summary: "List maintenances that are not over",
    has: (incident) => incident.window !== null && !isClosed(incident),
  },
  {
    word: "upcoming",
    summary: "List maintenances to come",
    has: (incident) => incident.window !== null && incident.status === "scheduled",
  },
  {
    word: "active_maintenance",
    summary: "List maintenances that go on",
    has: (incident) =>
      incident.window !== null && (incident.status === "in_progress" || incident.status === "verifying"),
  },
];

const inOrder = new WeakMap<PageView, readonly Incident[]>();

/** Incidents and maintenances, the latest created first. */
function latestFirst(view: PageView): readonly Incident[] {
  const known = inOrder.get(view);
  if (known !== undefined) return known;
  const list = [...view.incidents, ...view.maintenances].sort((a, b) => b.createdAt - a.createdAt);
  inOrder.set(view, list);
  return list;
}

/** The part that was asked for of those that `has` takes: looks no further than its end. */
function foundIn(view: PageView, has: (incident: Incident) => boolean, asked: Paging): readonly Incident[] {
  const { offset, limit } = partOf(asked);
  return latestFirst(view).values().filter(has).drop(offset).take(limit).toArray();
}

export function incidentOf(view: PageView, wanted: string | undefined): Incident {
  const incident = view.incidentById.get(wanted ?? "");
  if (incident === undefined) throw new ApiRefusal(notFound("Incident"));
  return incident;
}

const base = "/pages/:page_id/incidents";

export const incidentEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/incidents",
    summary: "List incidents and maintenances",
    answers: { 200: t.Array(answers.incident) },
    example: { query: { q: "timeout" } },
    needs: "read",
    query: t.Object({ ...paging, q: t.Optional(t.String({ maxLength: 1_000 })) }),
    async answer({ view, query }) {
      const [list, words] = [latestFirst(view), query.q ?? ""];
      const found = words === "" ? pageOf(list, query) : await incidentsSaying(list, words, partOf(query));
      return answer(
        200,
        found.map((incident) => incidentShape(incident, view)),
      );
    },
  }),
  ...selections.map(({ word, summary, has }) =>
    endpoint({
      methods: ["GET"],
      path: `/pages/:page_id/incidents/${word}`,
      needs: "read",
      summary,
      answers: { 200: t.Array(answers.incident) },
      query: t.Object(paging),
      answer: ({ view, query }) =>
        answer(
          200,
          foundIn(view, has, query).map((incident) => incidentShape(incident, view)),
        ),
    }),
  ),
  endpoint({
    methods: ["POST"],
    path: base,
    summary: "Create an incident or a maintenance",
    unable: noTweets,
    answers: { 201: answers.incident },
    example: {
      body: {
        incident: { name: "API is slow", status: "investigating", body: "We see timeouts and look into it." },
      },
    },
    needs: "respond",
    body: newIncidentBody,
    async answer({ body, submit }) {
      const fields = incidentFieldsOf(body.incident, null);
      if (!fields.ok) throw new ApiRefusal(unprocessable(...fields.reason));
      const { name } = body.incident;
      const made = await submit({ kind: "incident.create", fields: { ...fields.value, name } });
      return answer(201, incidentShape(incidentOf(made.view, made.id), made.view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/:incident_id`,
    summary: "Read an incident or a maintenance",
    answers: { 200: answers.incident },
    needs: "read",
    answer: ({ view, params }) => answer(200, incidentShape(incidentOf(view, params.incident_id), view)),
  }),
  endpoint({
    methods: ["PATCH", "PUT"],
    path: `${base}/:incident_id`,
    summary: "Update an incident or a maintenance",
    unable: noTweets,
    answers: { 200: answers.incident },
    example: { body: { incident: { status: "resolved", body: "All is well again." } } },
    needs: "respond",
    body: incidentBody,
    async answer({ view, params, body, submit }) {
      const incident = incidentOf(view, params.incident_id);
      const fields = incidentFieldsOf(body.incident, incident);
      if (!fields.ok) throw new ApiRefusal(unprocessable(...fields.reason));
      const changed = await submit({ kind: "incident.update", id: incident.id, fields: fields.value });
      return answer(200, incidentShape(incidentOf(changed.view, incident.id), changed.view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:incident_id`,
    summary: "Delete an incident or a maintenance",
    answers: { 200: answers.incident },
    needs: "edit",
    async answer({ view, params, submit }) {
      const incident = incidentOf(view, params.incident_id);
      await submit({ kind: "incident.delete", id: incident.id });
      return answer(200, incidentShape(incident, view));
    },
  }),
];
