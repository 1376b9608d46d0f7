// /api/pharos/v1/pages/{page_id}/webhooks/{webhook_id}: by which messages to a webhook are signed, and what became of the last of them. In: calls. Out: the secret, another one, tries.
// One that a reader subscribed is told its secret when it is challenged; one that an operator added is told it by its operator, who reads it here.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { endpointKinds } from "../model/subscriber.ts";
import { byOf } from "../people/principal.ts";
import { tryOutcomes } from "../store/outbox-tries.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf } from "./fields.ts";
import { occasionAnswer, occasionOf } from "./own-deliveries.ts";
import { isoOf } from "./own-fields.ts";

const secretAnswer = t.Object(
  { secret: t.String(), previous: t.Union([t.String(), t.Null()]) },
  { title: "WebhookSecret" },
);

const shapeOf = (secrets: readonly string[] | null) => {
  if (secrets === null) throw new ApiRefusal(notFound("Webhook"));
  const [secret = "", previous = null] = secrets;
  return { secret, previous };
};

const triesAnswer = t.Object(
  {
    attempts: t.Array(
      t.Object(
        {
          at: time(),
          delivery_id: t.Integer(),
          occasion: orNull(occasionAnswer),
          attempt: t.Integer({ description: "of this message, from 1" }),
          status: orNull(t.Integer({ description: "what it answered; null where nothing came back" })),
          ms: t.Integer({ description: "how long that took" }),
          outcome: oneOf(tryOutcomes),
          why: orNull(t.String()),
        },
        { title: "Attempt" },
      ),
    ),
  },
  { title: "Attempts" },
);

const path = "/pages/:page_id/webhooks/:webhook_id/secret";

export const ownWebhookEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/webhooks/:webhook_id/attempts",
    summary: "List the last messages to an endpoint",
    description: `The latest first, at most ${limits.triesKept}. The webhook is the id of a subscriber that is told at an address of the web, Slack, Teams and Discord too. \`later\`: it is tried again; \`gone\`: it said that it is there no more; \`refused\`: this message was given up.`,
    answers: { 200: triesAnswer },
    needs: "edit",
    async answer({ view, params, subscribers, deliveries }) {
      const [page, id] = [view.page.id, params.webhook_id ?? ""];
      const kind = (await subscribers.get(page, id))?.kind;
      if (!endpointKinds.some((it) => it === kind)) throw new ApiRefusal(notFound("Webhook"));
      const attempts = deliveries.tries(page, id).map(({ atMs, tookMs, job, occasion, ...row }) => ({
        at: isoOf(atMs),
        delivery_id: job,
        occasion: occasion && occasionOf(occasion),
        ...{ attempt: row.attempt, status: row.status, ms: tookMs, outcome: row.outcome },
        why: row.why === "" ? null : row.why,
      }));
      return answer(200, { attempts });
    },
  }),
  endpoint({
    methods: ["GET"],
    path,
    summary: "Read the secret of a webhook",
    description:
      "The webhook is a subscriber's id. Messages are signed by it as Standard Webhooks say; for a day after it was replaced by the previous one as well.",
    answers: { 200: secretAnswer },
    needs: "edit",
    async answer({ view, params, subscribers }) {
      return answer(200, shapeOf(await subscribers.secrets(view.page.id, params.webhook_id ?? "")));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${path}/replace`,
    summary: "Replace the secret of a webhook",
    description: "For a day messages are signed by both, so that no receiver refuses one meanwhile.",
    answers: { 201: secretAnswer },
    needs: "edit",
    async answer({ view, params, principal, subscribers, effect }) {
      const [page, id] = [view.page.id, params.webhook_id ?? ""];
      shapeOf(await subscribers.secrets(page, id));
      return answer(201, shapeOf(await effect(() => subscribers.replaceSecret(page, id, byOf(principal)))));
    },
  }),
];
