// /api/pharos/v1/pages/{page_id}/deliveries. In: calls. Out: how far subscribers were told of what happened; who could not be and why; those, sent again.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import type { Occasion } from "../model/occasion.ts";
import { type ChannelKind, channelKinds } from "../model/subscriber.ts";
import { byOf } from "../people/principal.ts";
import type { Progress, ProgressReader, Tally } from "../store/outbox-progress.ts";
import { jobStates } from "../store/outbox-rows.ts";
import type { By } from "../store/tokens.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf, text } from "./fields.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";

/** What is sent again: all of a job, or one of it. */
export interface ReplayAsked {
  readonly job: number;
  readonly one?: { readonly kind: ChannelKind; readonly subscriber: string } | undefined;
}

export interface Replayed {
  /** How many are sent again. */
  readonly again: number;
  /** Whether there are others, which another call sends. */
  readonly more: boolean;
}

/** How far subscribers of pages are told. */
export interface DeliveryDesk extends Pick<ProgressReader, "list" | "dead" | "tries"> {
  /** Sends dead letters once more, and says so in the audit; null while the process that sends them is not there. */
  replay(
    page: { readonly id: string; readonly name: string },
    asked: ReplayAsked,
    by: By,
  ): Promise<Replayed | null>;
}

/** What an operator reads where it is not. */
export const nobodySends =
  "The process that tells subscribers is not running: it is started again within a minute. Nothing was sent again; ask then.";

const count = (description: string) => t.Integer({ minimum: 0, description });
const tally = {
  meant: orNull(count("whom it is for; null until they are counted")),
  queued: orNull(count("of those, whose turn is still to come, or who are tried again")),
  sent: count("taken by the channel"),
  failed: count("given up: dead letters"),
  left: count("not to be told any more when it was their turn"),
  again: count("tries that were to be repeated"),
  p95_s: orNull(t.Number({ description: "95 of 100 of those sent were taken so soon after it occurred" })),
};
export const occasionAnswer = t.Object(
  {
    kind: oneOf([
      ...(["update", "reminder", "postmortem", "component"] as const),
      ...(["confirm", "challenge", "changed", "unsubscribed"] as const),
    ]),
    incident_id: orNull(id()),
    update_id: orNull(id()),
    component_id: orNull(id()),
  },
  { title: "Occasion" },
);
const channel = () => oneOf(channelKinds);
const deliveryAnswer = t.Object(
  {
    id: t.Integer(),
    occasion: occasionAnswer,
    occurred_at: time(),
    state: oneOf(jobStates),
    ended_at: orNull(time()),
    ...tally,
    channels: t.Array(t.Object({ channel: channel(), ...tally }, { title: "ChannelDelivery" })),
  },
  { title: "Delivery" },
);
const deadAnswer = t.Object(
  {
    delivery_id: t.Integer(),
    occasion: occasionAnswer,
    channel: channel(),
    subscriber_id: t.String({ description: "of an own account its name" }),
    at: time(),
    attempts: t.Integer(),
    why: t.String(),
  },
  { title: "DeadLetter" },
);

export function occasionOf(occasion: Occasion) {
  return {
    kind: occasion.kind,
    incident_id: "incident" in occasion ? occasion.incident : null,
    update_id: "update" in occasion ? occasion.update : null,
    component_id: "component" in occasion ? occasion.component : null,
  };
}

function tallyOf({ queued: meant, sent, failed, left, retried, p95Ms }: Tally) {
  return {
    meant,
    queued: meant && Math.max(0, meant - sent - failed - left),
    ...{ sent, failed, left, again: retried },
    p95_s: p95Ms && Math.round(p95Ms) / 1_000,
  };
}

const deliveryOf = ({ job, occasion, occurredMs, state, endedMs, channels, ...all }: Progress) => ({
  id: job,
  occasion: occasionOf(occasion),
  occurred_at: isoOf(occurredMs),
  state,
  ended_at: isoOrNull(endedMs),
  ...tallyOf(all),
  channels: channels.map(({ kind, ...one }) => ({ channel: kind, ...tallyOf(one) })),
});

const number = (least: number) =>
  t.Numeric({ minimum: least, maximum: Number.MAX_SAFE_INTEGER, multipleOf: 1 });
const perAnswer = (most: number) => t.Optional(t.Numeric({ minimum: 1, maximum: most, multipleOf: 1 }));

export const ownDeliveryEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/deliveries",
    summary: "Read how far subscribers are told",
    description:
      "One for each thing that they are told of, the latest first, with its numbers by channel. `before` is the id of the last one of an answer with `more`. What is over is kept for 30 days.",
    answers: {
      200: t.Object({ deliveries: t.Array(deliveryAnswer), more: t.Boolean() }, { title: "Deliveries" }),
    },
    needs: "read",
    query: t.Object({
      incident_id: t.Optional(text(limits.idCharsMax)),
      before: t.Optional(number(1)),
      limit: perAnswer(limits.apiListMax),
    }),
    answer({ view, deliveries, query }) {
      const { incident_id: incident, before, limit = limits.apiListMax } = query;
      const sinceMs = view.incidentById.get(incident ?? "")?.createdAt;
      const found = deliveries.list(view.page.id, { incident, sinceMs, before, limit: limit + 1 });
      return answer(200, {
        deliveries: found.slice(0, limit).map(deliveryOf),
        more: found.length > limit,
      });
    },
  }),
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/deliveries/dead",
    summary: "List messages that were given up",
    description: "Those of the latest deliveries first. `why` is what the last try was answered.",
    answers: {
      200: t.Object({ dead_letters: t.Array(deadAnswer), more: t.Boolean() }, { title: "DeadLetters" }),
    },
    needs: "edit",
    query: t.Object({
      delivery_id: t.Optional(number(1)),
      offset: t.Optional(t.Numeric({ minimum: 0, maximum: limits.deadLettersMax, multipleOf: 1 })),
      limit: perAnswer(limits.deadLettersPerAnswer),
    }),
    answer({ view, deliveries, query }) {
      const { delivery_id: job, offset = 0, limit = limits.deadLettersPerAnswer } = query;
      const found = deliveries.dead(view.page.id, { job, offset, limit: limit + 1 });
      return answer(200, {
        dead_letters: found.slice(0, limit).map((one) => ({
          delivery_id: one.job,
          occasion: occasionOf(one.occasion),
          channel: one.kind,
          subscriber_id: one.subscriber,
          ...{ at: isoOf(one.atMs), attempts: one.attempts, why: one.why },
        })),
        more: found.length > limit,
      });
    },
  }),
  endpoint({
    methods: ["POST"],
    path: "/pages/:page_id/deliveries/dead/replay",
    summary: "Send messages again that were given up",
    description: `All of a delivery, up to ${limits.deadLettersPerReplay} at once, or with \`channel\` and \`subscriber_id\` one of them. They have their first keys: who got one after all can tell. What is no dead letter any more is not sent.`,
    answers: {
      200: t.Object({ again: t.Integer(), more: t.Boolean() }, { title: "SentAgain" }),
    },
    needs: "edit",
    body: t.Object({
      delivery_id: t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
      channel: t.Optional(channel()),
      subscriber_id: t.Optional(text(limits.idCharsMax, 1)),
    }),
    example: { body: { delivery_id: 1 } },
    async answer({ view, deliveries, body, principal, effect }) {
      const { delivery_id: job, channel: kind, subscriber_id: subscriber } = body;
      if ((kind === undefined) !== (subscriber === undefined))
        throw new ApiRefusal(unprocessable("Channel and subscriber_id name one message only together"));
      const one = kind === undefined || subscriber === undefined ? undefined : { kind, subscriber };
      const done = await effect(() => deliveries.replay(view.page, { job, one }, byOf(principal)));
      if (done === null)
        throw new ApiRefusal({ status: 503, error: nobodySends, headers: { "retry-after": "10" } });
      return answer(200, done);
    },
  }),
];
