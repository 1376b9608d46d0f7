// /v1/pages/{page_id}/subscribers. In: calls. Out: who is told of a page: kept, listed, counted, unsubscribed, erased; what follows is said to them.
import { type TSchema, t } from "elysia";
import { limits } from "../base/limits.ts";
import { type Subscriber, subscriberKinds } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { actorOf, byOf } from "../people/principal.ts";
import type { SubscriberChange } from "../store/subscriber-changing.ts";
import type { SortField } from "../store/subscriber-index.ts";
import type { Subscribers } from "../store/subscribers.ts";
import { accessUserOf, idList } from "./access-rows.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, oneOf, paging, partOf, said, text } from "./fields.ts";
import {
  componentsOf,
  newSubscriberOf,
  notAddedRefusal,
  subscriberAnswer,
  subscriberBody,
  subscriberShape,
} from "./subscriber-fields.ts";

/** Those that are subscribed: what `state=all` asks for. */
export const liveStates = ["active", "unconfirmed", "quarantined"] as const;
export const stateWord = maybe(oneOf([...liveStates, "all"]));
export const typeWord = maybe(oneOf(subscriberKinds));

type StateWord = (typeof liveStates)[number] | "all" | "" | null | undefined;

export function statesOf(word: StateWord): readonly Subscriber["state"][] {
  const wanted = said(word) ?? "active";
  return wanted === "all" ? liveStates : [wanted];
}

/** The end of a subscription, said to who was told so far unless asked not to. */
export function unsubscribing(skip: boolean | "" | null | undefined): SubscriberChange {
  return { state: "unsubscribed", ...(said(skip) === true ? {} : { tell: "unsubscribed" }) };
}

/** One that is subscribed: to the page, or to the one incident. */
export async function subscriberOf(
  subscribers: Subscribers,
  view: PageView,
  id: string | undefined,
  incident: string | null,
): Promise<Subscriber> {
  const found = await subscribers.get(view.page.id, id ?? "");
  if (found === null || found.incident !== incident || found.state === "unsubscribed")
    throw new ApiRefusal(notFound("Subscriber"));
  return found;
}

const countOf = () => t.Integer({ minimum: 0 });
const byKind = <Schema extends TSchema>(schema: Schema) =>
  Object.fromEntries(subscriberKinds.map((kind) => [kind, schema] as const));
const countAnswer = t.Partial(t.Object(byKind(countOf())), { title: "SubscriberCounts" });
const histogramAnswer = t.Object(
  byKind(t.Object({ active: countOf(), unconfirmed: countOf(), quarantined: countOf(), total: countOf() })),
  { title: "SubscriberHistogram" },
);

const sortFields = [
  "primary",
  "created_at",
  "quarantined_at",
  "relevance",
] as const satisfies readonly SortField[];
const base = "/pages/:page_id/subscribers";
const one = `${base}/:subscriber_id` as const;
const example = { body: { subscriber: { email: "reader@example.com" } } };

export const subscriberEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/subscribers",
    summary: "List the subscribers of a page",
    answers: { 200: t.Array(subscriberAnswer) },
    description: "Pages are counted from 0. Active ones, unless `state` says otherwise.",
    needs: "edit",
    query: t.Object({
      q: t.Optional(text(limits.endpointCharsMax)),
      type: typeWord,
      state: stateWord,
      limit: t.Optional(t.Numeric({ minimum: 1, maximum: 1_000_000 })),
      page: t.Optional(t.Numeric({ minimum: 0, maximum: 1_000_000 })),
      sort_field: maybe(oneOf(sortFields)),
      sort_direction: maybe(oneOf(["asc", "desc"])),
    }),
    async answer({ view, query, subscribers }) {
      const [words, sort, kind] = [
        query.q?.trim().toLowerCase() ?? "",
        said(query.sort_field),
        said(query.type),
      ];
      if (sort === "relevance" && words === "")
        throw new ApiRefusal(unprocessable("Sort field can be relevance only where q is given"));
      const found = await subscribers.list(view.page.id, {
        ...(kind === undefined ? {} : { kind }),
        states: statesOf(query.state),
        text: words,
        incident: null,
        sort: sort ?? "primary",
        descending: said(query.sort_direction) === "desc",
        ...partOf(query, 0),
      });
      return answer(
        200,
        found.map((subscriber) => subscriberShape(subscriber, view)),
      );
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/unsubscribed`,
    summary: "List those that unsubscribed",
    answers: { 200: t.Array(subscriberAnswer) },
    needs: "edit",
    query: t.Object(paging),
    async answer({ view, query, subscribers }) {
      const found = await subscribers.list(view.page.id, {
        ...{ states: ["unsubscribed"], incident: null, sort: "primary", descending: false },
        ...partOf(query),
      });
      return answer(
        200,
        found.map((subscriber) => subscriberShape(subscriber, view)),
      );
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/count`,
    summary: "Count the subscribers of each type",
    answers: { 200: countAnswer },
    needs: "read",
    query: t.Object({ type: typeWord, state: stateWord }),
    async answer({ view, query, subscribers }) {
      const counts = await subscribers.histogram(view.page.id, null);
      const [states, kind] = [statesOf(query.state), said(query.type)];
      const shown = kind === undefined ? subscriberKinds : [kind];
      return answer(
        200,
        Object.fromEntries(
          shown.map((it) => [it, states.reduce((sum, state) => sum + counts[it][state], 0)] as const),
        ),
      );
    },
  }),
  endpoint({
    methods: ["GET"],
    path: `${base}/histogram_by_state`,
    summary: "Count the subscribers of each type and state",
    answers: { 200: histogramAnswer },
    needs: "read",
    async answer({ view, subscribers }) {
      const counts = await subscribers.histogram(view.page.id, null);
      return answer(
        200,
        Object.fromEntries(
          subscriberKinds.map((kind) => {
            const { active, unconfirmed, quarantined } = counts[kind];
            return [kind, { active, unconfirmed, quarantined, total: active + unconfirmed + quarantined }];
          }),
        ),
      );
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/subscribers",
    summary: "Add a subscriber",
    answers: { 201: subscriberAnswer },
    description:
      "By email, by phone number, or by the endpoint of a webhook, or of a channel of Slack, Teams or Discord: its host says which, unless mode does. Mail waits for its reader's confirmation unless skip_confirmation_notification is true; numbers always wait. Who waits is asked, at most three times a day.",
    example,
    needs: "edit",
    body: subscriberBody,
    async answer({ view, rows, body, principal, subscribers, effect }) {
      const wanted = newSubscriberOf(body.subscriber, view, null);
      if (wanted.accessUser !== null) accessUserOf(rows, view.page.id, wanted.accessUser);
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
    summary: "Read a subscriber",
    answers: { 200: subscriberAnswer },
    needs: "edit",
    async answer({ view, params, subscribers }) {
      const found = await subscriberOf(subscribers, view, params.subscriber_id, null);
      return answer(200, subscriberShape(found, view));
    },
  }),
  endpoint({
    methods: ["PATCH"],
    path: one,
    summary: "Change which components a subscriber is told of",
    answers: { 200: subscriberAnswer },
    description: "Without component_ids, of all.",
    example: { body: {} },
    needs: "edit",
    body: t.Object({ component_ids: t.Optional(idList()) }),
    async answer({ view, params, body, principal, subscribers, effect }) {
      const { id } = await subscriberOf(subscribers, view, params.subscriber_id, null);
      const components = componentsOf(body.component_ids, view);
      const [changed] = await effect(() =>
        subscribers.change(view.page.id, [id], { components }, byOf(principal)),
      );
      if (changed === undefined) throw new ApiRefusal(notFound("Subscriber"));
      return answer(200, subscriberShape(changed, view));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: one,
    summary: "Unsubscribe a subscriber",
    answers: { 200: subscriberAnswer },
    description:
      "It is kept as unsubscribed, so that nobody subscribes it again unasked. With erase=true all that is known of it is erased instead, in copies of the store too.",
    needs: "edit",
    query: t.Object({ skip_unsubscription_notification: maybe(flag()), erase: maybe(flag()) }),
    async answer({ view, params, query, principal, subscribers, effect }) {
      const page = view.page.id;
      const erase = said(query.erase) === true;
      const found = erase
        ? await subscribers.get(page, params.subscriber_id ?? "")
        : await subscriberOf(subscribers, view, params.subscriber_id, null);
      if (found === null) throw new ApiRefusal(notFound("Subscriber"));
      if (erase) await effect(() => subscribers.erase(page, [found.id], byOf(principal)));
      else
        await effect(() =>
          subscribers.change(
            page,
            [found.id],
            unsubscribing(query.skip_unsubscription_notification),
            byOf(principal),
          ),
        );
      return answer(200, subscriberShape(found, view));
    },
  }),
];
