// /api/pharos/v1/pages/{page_id}/suppressions: those whom a page never tells anything. In: calls. Out: the list, as it is and as it is changed.
// It names nobody: its rows lie under keyed hashes, so one finds an address by asking for it, and never reads who is there.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { subscriberKinds } from "../model/subscriber.ts";
import { byOf } from "../people/principal.ts";
import type { Suppression } from "../store/suppressions.ts";
import { ApiRefusal, notFound, unprocessable } from "./answer.ts";
import { id, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf, said, text } from "./fields.ts";
import { isoOf } from "./own-fields.ts";
import { addressFields, addressOf } from "./subscriber-fields.ts";

const suppressionAnswer = t.Object(
  {
    id: id(),
    mode: oneOf(subscriberKinds),
    why: oneOf(["complaint", "operator"]),
    at: time(),
    by: t.String(),
  },
  { title: "Suppression" },
);

const shapeOf = ({ kind, why, atMs, by, id }: Suppression) => ({ id, mode: kind, why, at: isoOf(atMs), by });

const base = "/pages/:page_id/suppressions";

export const ownSuppressionEndpoints = [
  endpoint({
    methods: ["GET"],
    path: "/pages/:page_id/suppressions",
    summary: "List those that nothing is sent to",
    description:
      "In the order of their ids, after the id `after`. With an email, phone_number or endpoint: that one, where it is on the list. The list names nobody: what it has of an address is a keyed hash.",
    answers: { 200: t.Array(suppressionAnswer) },
    needs: "edit",
    query: t.Object({
      after: t.Optional(text(limits.idCharsMax)),
      limit: t.Optional(t.Numeric({ minimum: 1, maximum: limits.apiListMax, multipleOf: 1 })),
      ...addressFields,
    }),
    async answer({ view, query, subscribers }) {
      const page = view.page.id;
      const { email, endpoint, phone_number: number } = query;
      if ([email, endpoint, number].every((it) => said(it) === undefined))
        return answer(
          200,
          subscribers.suppressions(page, query.after ?? "", query.limit ?? limits.apiListMax).map(shapeOf),
        );
      const name = await subscribers.suppressed(page, addressOf(query));
      return answer(200, name === null ? [] : subscribers.suppressions(page, "", 1, name).map(shapeOf));
    },
  }),
  endpoint({
    methods: ["POST"],
    path: base,
    summary: "Send nothing to an address any more",
    description:
      "By email, phone number or endpoint, as a subscriber is added. What it subscribed to ends, and whoever adds it is refused. One that is on the list stays as it is there.",
    answers: { 201: suppressionAnswer },
    needs: "edit",
    body: t.Object({ suppression: t.Object(addressFields) }),
    example: { body: { suppression: { email: "never@example.com" } } },
    async answer({ view, body, principal, subscribers, effect }) {
      const page = view.page.id;
      const reached = addressOf(body.suppression);
      const [name = ""] = await effect(() =>
        subscribers.suppress(page, [reached], "operator", byOf(principal)),
      );
      const [made] = subscribers.suppressions(page, "", 1, name);
      // Somebody took it off in between.
      if (made === undefined) throw new ApiRefusal(unprocessable("It was taken off again meanwhile"));
      return answer(201, shapeOf(made));
    },
  }),
  endpoint({
    methods: ["DELETE"],
    path: `${base}/:suppression_id`,
    summary: "Take an address off that list",
    description: "It may be added again; what it had subscribed to stays ended.",
    answers: { 204: null },
    needs: "edit",
    async answer({ view, params, principal, subscribers, effect }) {
      const [page, name] = [view.page.id, params.suppression_id ?? ""];
      const [found] = subscribers.suppressions(page, "", 1, name);
      if (found === undefined) throw new ApiRefusal(notFound("Suppression"));
      const isGone = await effect(() => subscribers.unsuppress(page, name, byOf(principal)));
      if (!isGone) throw new ApiRefusal(notFound("Suppression"));
      return answer(204, null);
    },
  }),
];
