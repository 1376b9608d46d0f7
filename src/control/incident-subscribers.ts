// /v1/pages/{page_id}/incidents/{incident_id}/subscribers. In: calls. Out: who is told of this one incident, and of nothing else.
import { t } from "elysia";
import { actorOf, byOf } from "../people/principal.ts";
import { nothing } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { paging, partOf } from "./fields.ts";
import { incidentOf } from "./incidents.ts";
import {
  incidentSubscriberBody,
  newSubscriberOf,
  notAddedRefusal,
  subscriberAnswer,
  subscriberShape,
} from "./subscriber-fields.ts";
import { liveStates, subscriberOf, unsubscribing } from "./subscribers.ts";

const base = "/pages/:page_id/incidents/:incident_id/subscribers";
const one = `${base}/:subscriber_id` as const;

export const incidentSubscriberEndpoints = [
  endpoint({
    methods: ["GET"],
    path: base,
    summary: "List the subscribers of an incident",
    answers: { 200: t.Array(subscriberAnswer) },
    needs: "edit",
    query: t.Object(paging),
    async answer({ view, params, query, subscribers }) {
      const incident = incidentOf(view, params.incident_id).id;
      const found = await subscribers.list(view.page.id, {
        ...{ states: liveStates, incident, sort: "primary", descending: false },
        ...partOf(query),
      });
      return answer(
        200,
        found.map((subscriber) => subscriberShape(subscriber, view)),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: base,
    summary: "Add a subscriber of an incident",
    answers: { 201: subscriberAnswer },
    example: { body: { subscriber: { email: "reader@example.com" } } },
    needs: "edit",
    body: incidentSubscriberBody,
    async answer({ view, params, body, principal, subscribers, effect }) {
      const incident = incidentOf(view, params.incident_id).id;
      const wanted = newSubscriberOf(body.subscriber, view, incident);
      const [made] = await effect(() =>
        subscribers.add(view.page.id, [{ ...wanted, by: actorOf(principal), ask: true }], byOf(principal)),
      );
      if (made?.ok !== true) throw notAddedRefusal(wanted.kind, made?.reason ?? "taken");
      return answer(201, subscriberShape(made.value, view));
    },
  }),
  endpoint({
    methods: ["GET"],
    path: one,
    summary: "Read a subscriber of an incident",
    answers: { 200: subscriberAnswer },
    needs: "edit",
    async answer({ view, params, subscribers }) {
      const { id } = incidentOf(view, params.incident_id);
      return answer(
        200,
        subscriberShape(await subscriberOf(subscribers, view, params.subscriber_id, id), view),
      );
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: one,
    summary: "Unsubscribe a subscriber of an incident",
    answers: { 200: subscriberAnswer },
    needs: "edit",
    async answer({ view, params, principal, subscribers, effect }) {
      const { id } = incidentOf(view, params.incident_id);
      const found = await subscriberOf(subscribers, view, params.subscriber_id, id);
      await effect(() => subscribers.change(view.page.id, [found.id], unsubscribing(false), byOf(principal)));
      return answer(200, subscriberShape(found, view));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${one}/resend_confirmation`,
    summary: "Ask a subscriber of an incident again to confirm",
    answers: { 201: nothing },
    description: "At most three times a day; the answer is the same.",
    needs: "edit",
    async answer({ view, params, principal, subscribers, effect }) {
      const incident = incidentOf(view, params.incident_id).id;
      const { id } = await subscriberOf(subscribers, view, params.subscriber_id, incident);
      await effect(() => subscribers.ask(view.page.id, [id], byOf(principal)));
      return answer(201, {});
    },
  }),
];
