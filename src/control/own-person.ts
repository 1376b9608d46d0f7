// /api/pharos/v1/pages/{page_id}/person: all that a page knows of one who is reached at an address, and its erasure (GDPR, articles 15 and 17). In: calls. Out: it.
// It is looked for in all of the page's rows, of incidents too, each unsealed: an address is asked for seldom, and nothing of it may be left out.
import { t } from "elysia";
import {
  type Contact,
  identityOf,
  type Subscriber,
  type SubscriberKind,
  subscriberStates,
} from "../model/subscriber.ts";
import { byOf } from "../people/principal.ts";
import type { Subscribers } from "../store/subscribers.ts";
import { id, orNull, time } from "./answers.ts";
import { answer, endpoint } from "./endpoint.ts";
import { oneOf } from "./fields.ts";
import { isoOf } from "./own-fields.ts";
import { addressFields, addressOf, subscriberAnswer, subscriberShape } from "./subscriber-fields.ts";

const consentAnswer = t.Object(
  {
    way: oneOf(["operator", "reader"]),
    at: time(),
    by: t.String(),
    asked_at: orNull(time()),
    source: orNull(t.String()),
  },
  { title: "Consent" },
);
const personAnswer = t.Object(
  {
    subscriptions: t.Array(
      t.Object(
        {
          subscriber: subscriberAnswer,
          state: oneOf(subscriberStates),
          incident_id: orNull(id()),
          language: orNull(t.String()),
          consent: orNull(consentAnswer),
          why: orNull(t.String({ description: "why nobody is reached there" })),
        },
        { title: "Subscription" },
      ),
    ),
    suppressed: t.Boolean({ description: "whether it is on the list of those that nothing is sent to" }),
  },
  { title: "Person" },
);

const path = "/pages/:page_id/person";

export const ownPersonEndpoints = [
  endpoint({
    methods: ["GET"],
    path,
    summary: "Read all that is known of one person",
    description:
      "By email, phone number or endpoint: each subscription of the page and of its incidents, with what was agreed to, when and by whose word. Of who is unknown it is empty.",
    answers: { 200: personAnswer },
    needs: "edit",
    query: t.Object(addressFields),
    example: { query: { email: "reader@example.com" } },
    async answer({ view, query, subscribers }) {
      const reached = addressOf(query);
      const found = await foundOf(subscribers, view.page.id, reached);
      return answer(200, {
        subscriptions: found.map((one) => ({
          subscriber: subscriberShape(one, view),
          state: one.state,
          incident_id: one.incident,
          language: one.language,
          consent: consentOf(one),
          why: one.course?.why ?? null,
        })),
        suppressed: (await subscribers.suppressed(view.page.id, reached)) !== null,
      });
    },
  }),
  endpoint({
    methods: ["POST"],
    path: `${path}/erase`,
    summary: "Erase one person",
    description:
      "All of these subscriptions, with their keys: older copies of the store say nothing of them any more, and a restore erases them again. On the list of those that nothing is sent to it stays, by a hash that names nobody.",
    answers: { 200: t.Object({ erased: t.Integer({ minimum: 0 }) }, { title: "Erased" }) },
    needs: "edit",
    body: t.Object({ person: t.Object(addressFields) }),
    example: { body: { person: { email: "nobody@example.com" } } },
    async answer({ view, body, principal, subscribers, effect }) {
      const page = view.page.id;
      const ids = (await foundOf(subscribers, page, addressOf(body.person))).map((one) => one.id);
      const erased = await effect(
        () => subscribers.erase(page, ids, byOf(principal)),
        async () => ids.length,
      );
      return answer(200, { erased });
    },
  }),
];

async function foundOf(
  subscribers: Pick<Subscribers, "all">,
  page: string,
  { kind, contact }: { readonly kind: SubscriberKind; readonly contact: Contact },
): Promise<readonly Subscriber[]> {
  const found: Subscriber[] = [];
  const identity = identityOf(kind, contact);
  for await (const some of subscribers.all(page))
    found.push(
      ...some.filter((one) => isOfKind(one.kind, kind) && identityOf(one.kind, one.contact) === identity),
    );
  return found;
}

/** An endpoint is the same whatever it is spoken to as. */
const isOfKind = (kind: SubscriberKind, asked: SubscriberKind): boolean =>
  kind === asked || (asked !== "email" && asked !== "sms" && kind !== "email" && kind !== "sms");

function consentOf({ consent }: Subscriber) {
  if (consent === null) return null;
  const { way, atMs, by, askedMs, source } = consent;
  return {
    ...{ way, by, at: isoOf(atMs) },
    asked_at: askedMs === undefined ? null : isoOf(askedMs),
    source: source ?? null,
  };
}
