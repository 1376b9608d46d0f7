// Changes of many subscribers at once, and requests to confirm. In: ids, or "all". Out: what Statuspage says: nothing, with 201.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { SubscriberKind, SubscriberState } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { byOf } from "../people/principal.ts";
import type { Subscribers } from "../store/subscribers.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { nothing } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { flag, maybe, said, text } from "./fields.ts";
import { statesOf, stateWord, subscriberOf, typeWord, unsubscribing } from "./subscribers.ts";

/** Ids, one id, or "all". */
const whom = t.Union([t.Array(text(limits.idCharsMax)), text(limits.idCharsMax, 1)]);

interface Asked {
  readonly subscribers: readonly string[] | string;
  readonly kind?: SubscriberKind | undefined;
  readonly states: readonly SubscriberState[];
  /** How many one request may name. */
  readonly most: number;
}

/** Ids of those that are meant: of the page, of the kind, in one of the states. */
async function idsOf(subscribers: Subscribers, { page }: PageView, asked: Asked): Promise<readonly string[]> {
  const { kind, states, most } = asked;
  if (asked.subscribers === "all") {
    const found = await subscribers.ids(page.id, { ...(kind === undefined ? {} : { kind }), states });
    if (found.length > most)
      throw new ApiRefusal(
        unprocessable(`Subscribers are ${found.length}: "all" stands for at most ${most}`),
      );
    return found;
  }
  const named = typeof asked.subscribers === "string" ? [asked.subscribers] : asked.subscribers;
  if (named.length > most) throw new ApiRefusal(unprocessable(`Subscribers has at most ${most} ids`));
  const found = await Promise.all(named.map((id) => subscribers.get(page.id, id)));
  return found.flatMap((it) => {
    const meant = it !== null && it.incident === null && (kind === undefined || it.kind === kind);
    return meant && states.includes(it.state) ? [it.id] : [];
  });
}

const base = "/pages/:page_id/subscribers";
const done = {};
const example = { body: { subscribers: ["0123456789ab"] } };

export const subscriberBatchEndpoints = [
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/subscribers/unsubscribe",
    summary: "Unsubscribe several subscribers",
    answers: { 201: nothing },
    description: "At most 100 ids; those of another type or state are left.",
    example,
    needs: "edit",
    body: t.Object({
      subscribers: whom,
      type: typeWord,
      state: stateWord,
      skip_unsubscription_notification: maybe(flag()),
    }),
    async answer({ view, body, principal, subscribers, effect }) {
      const ids = await idsOf(subscribers, view, {
        subscribers: body.subscribers,
        kind: said(body.type),
        states: statesOf(body.state),
        most: limits.subscribersPerRequestMax,
      });
      const change = unsubscribing(body.skip_unsubscription_notification);
      await effect(() => subscribers.change(view.page.id, ids, change, byOf(principal)));
      return answer(201, done);
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/reactivate`,
    summary: "Reactivate quarantined subscribers",
    answers: { 201: nothing },
    example,
    needs: "edit",
    body: t.Object({ subscribers: whom, type: typeWord }),
    async answer({ view, body, principal, subscribers, effect }) {
      const ids = await idsOf(subscribers, view, {
        subscribers: body.subscribers,
        kind: said(body.type),
        states: ["quarantined"],
        most: Number.POSITIVE_INFINITY,
      });
      await effect(() => subscribers.change(view.page.id, ids, { state: "active" }, byOf(principal)));
      return answer(201, done);
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/resend_confirmation`,
    summary: "Ask several subscribers again to confirm",
    answers: { 201: nothing },
    description:
      "Those that are not confirmed, or cannot be reached. A contact is asked at most three times a day; the answer is the same.",
    example,
    needs: "edit",
    body: t.Object({ subscribers: whom }),
    async answer({ view, body, principal, subscribers, effect }) {
      const ids = await idsOf(subscribers, view, {
        ...{ subscribers: body.subscribers, states: ["unconfirmed", "quarantined"] },
        most: Number.POSITIVE_INFINITY,
      });
      await effect(() => subscribers.ask(view.page.id, ids, byOf(principal)));
      return answer(201, done);
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${base}/:subscriber_id/resend_confirmation`,
    summary: "Ask a subscriber again to confirm",
    answers: { 201: nothing },
    description: "At most three times a day; the answer is the same.",
    needs: "edit",
    async answer({ view, params, principal, subscribers, effect }) {
      const { id } = await subscriberOf(subscribers, view, params.subscriber_id, null);
      await effect(() => subscribers.ask(view.page.id, [id], byOf(principal)));
      return answer(201, done);
    },
  }),
];
