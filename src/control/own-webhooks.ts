// /api/pharos/v1/pages/{page_id}/webhooks/{webhook_id}/secret: by which messages to a webhook are signed. In: calls. Out: the secret, another one.
// One that a reader subscribed is told its secret when it is challenged; one that an operator added is told it by its operator, who reads it here.
import { t } from "elysia";
import { byOf } from "../people/principal.ts";
import { ApiRefusal, notFound } from "./answer.ts";
import { answer, endpoint } from "./endpoint.ts";

const secretAnswer = t.Object(
  { secret: t.String(), previous: t.Union([t.String(), t.Null()]) },
  { title: "WebhookSecret" },
);

const shapeOf = (secrets: readonly string[] | null) => {
  if (secrets === null) throw new ApiRefusal(notFound("Webhook"));
  const [secret = "", previous = null] = secrets;
  return { secret, previous };
};

const path = "/pages/:page_id/webhooks/:webhook_id/secret";

export const ownWebhookEndpoints = [
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
