// What a body says of a subscriber, and what an answer says of one. In: Statuspage's names. Out: a new subscriber, or the refusal; its shape.
// As in Statuspage: mail is confirmed by its reader unless the operator vouches for it (skip_confirmation_notification), a number always
// (people answer a text first), an endpoint never: who gave its address runs what is behind it.
import { t } from "elysia";
import { limits } from "../base/limits.ts";
import { displayedPhone, isEmail, isPhoneNumber, isWebAddress } from "../model/addresses.ts";
import {
  type Contact,
  endpointKinds,
  isPerson,
  kindOfEndpoint,
  type NewSubscriber,
  noContact,
  type Subscriber,
  subscriberKinds,
} from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import type { NotAdded } from "../store/subscriber-adding.ts";
import { idList, isComponent } from "./access-rows.ts";
import { ApiRefusal, unprocessable } from "./answer.ts";
import { id, orNull, time } from "./answers.ts";
import { flag, maybe, oneOf, said, text } from "./fields.ts";
import { isoOf, isoOrNull } from "./own-fields.ts";

const contactFields = {
  email: maybe(text(limits.emailCharsMax)),
  phone_country: maybe(t.String({ pattern: "^[A-Za-z]{2}$", description: "a country of two letters" })),
  phone_number: maybe(text(40)),
  skip_confirmation_notification: maybe(flag()),
};

const endpointFields = {
  endpoint: maybe(text(limits.endpointCharsMax)),
  mode: maybe(oneOf(endpointKinds)),
};

/** What an address may be given by. */
export const addressFields = {
  ...{ email: contactFields.email, phone_number: contactFields.phone_number },
  ...{ phone_country: contactFields.phone_country, ...endpointFields },
};

export const incidentSubscriberBody = t.Object({ subscriber: t.Object(contactFields) });
export const subscriberBody = t.Object({
  subscriber: t.Object({
    ...contactFields,
    ...endpointFields,
    page_access_user: maybe(text(limits.idCharsMax)),
    component_ids: t.Optional(idList()),
  }),
});

type Said = (typeof subscriberBody)["static"]["subscriber"];

const refused = (sentence: string): ApiRefusal => new ApiRefusal(unprocessable(sentence));

/** What the body asks for, `incident` being the one it is about, or null for the page. Throws where no address of it can be one. */
export function newSubscriberOf(asked: Said, view: PageView, incident: string | null): NewSubscriber {
  const { kind, contact } = addressOf(asked);
  const skipConfirmation = said(asked.skip_confirmation_notification) ?? false;
  const active = !isPerson(kind) || (kind === "email" && skipConfirmation);
  return {
    kind,
    contact,
    state: active ? "active" : "unconfirmed",
    components: componentsOf(asked.component_ids, view),
    incident,
    accessUser: said(asked.page_access_user) ?? null,
    skipConfirmation,
  };
}

type AddressSaid = Pick<Said, keyof typeof addressFields>;

/** Throws where no address of it can be one. */
export function addressOf(asked: AddressSaid): Pick<NewSubscriber, "kind"> & { readonly contact: Contact } {
  const [email, endpoint, number] = [said(asked.email), said(asked.endpoint), said(asked.phone_number)];
  if (email !== undefined && !isEmail(email))
    throw refused("Email must be an address such as name@example.com");
  if (number !== undefined) {
    if (!isPhoneNumber(number)) throw refused("Phone number must be digits, such as 202-555-0105");
    const phoneCountry = (said(asked.phone_country) ?? "US").toUpperCase();
    return { kind: "sms", contact: { ...noContact, phoneNumber: number, phoneCountry } };
  }
  if (endpoint !== undefined) {
    if (!isWebAddress(endpoint))
      throw refused("Endpoint must be an address such as https://example.com/hook");
    const kind = said(asked.mode) ?? kindOfEndpoint(endpoint);
    return { kind, contact: { ...noContact, endpoint, email: email ?? null } };
  }
  if (email === undefined) throw refused("Email, endpoint or phone number must be given");
  return { kind: "email", contact: { ...noContact, email } };
}

/** null is all of them. A list that is given names at least one, all of this page. */
export function componentsOf(ids: readonly string[] | undefined, view: PageView): readonly string[] | null {
  if (ids === undefined) return null;
  const wanted = [...new Set(ids)].filter((id) => id !== "");
  if (wanted.length === 0) throw refused("Component ids must have at least one, or be left out for all");
  const unknown = wanted.find((id) => !isComponent(view)(id));
  if (unknown !== undefined)
    throw refused(`Component ids has ${unknown}, which is no component of this page`);
  return wanted;
}

const taken: Readonly<Partial<Record<Subscriber["kind"], string>>> = { email: "Email", sms: "Phone number" };

export function notAddedRefusal(kind: Subscriber["kind"], why: NotAdded): ApiRefusal {
  const what = taken[kind] ?? "Endpoint";
  return refused(
    why === "taken"
      ? `${what} is already subscribed`
      : `${what} is on the list of those that nothing is sent to`,
  );
}

export const subscriberAnswer = t.Object(
  {
    id: id(),
    skip_confirmation_notification: t.Boolean(),
    mode: oneOf(subscriberKinds),
    email: orNull(t.String()),
    endpoint: orNull(t.String()),
    phone_number: orNull(t.String()),
    phone_country: orNull(t.String()),
    display_phone_number: orNull(t.String()),
    obfuscated_channel_name: orNull(t.String()),
    workspace_name: orNull(t.String()),
    quarantined_at: orNull(time()),
    purge_at: orNull(time()),
    components: t.Array(id()),
    page_access_user_id: orNull(id()),
    created_at: time(),
  },
  { title: "Subscriber" },
);

/** Components that are gone are left out; all of them are an empty list. */
export function subscriberShape(subscriber: Subscriber, view: PageView): object {
  const { contact, components } = subscriber;
  const { phoneNumber, phoneCountry, channelName } = contact;
  return {
    id: subscriber.id,
    skip_confirmation_notification: subscriber.skipConfirmation,
    mode: subscriber.kind,
    email: contact.email,
    endpoint: contact.endpoint,
    phone_number: phoneNumber,
    phone_country: phoneCountry,
    display_phone_number: phoneNumber === null ? null : displayedPhone(phoneNumber, phoneCountry ?? ""),
    obfuscated_channel_name: channelName === null ? null : obfuscated(channelName),
    workspace_name: contact.workspaceName,
    quarantined_at: isoOrNull(subscriber.quarantinedMs),
    purge_at: null,
    components: (components ?? []).filter(isComponent(view)),
    page_access_user_id: subscriber.accessUser,
    created_at: isoOf(subscriber.createdMs),
  };
}

/** `#*******an`: the last two characters are enough to know one's own channel by. */
function obfuscated(name: string): string {
  const bare = name.replace(/^#/, "");
  return `#${"*".repeat(Math.max(0, bare.length - 2))}${bare.slice(-2)}`;
}
