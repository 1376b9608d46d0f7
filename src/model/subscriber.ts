// Who is told of a page: kinds, states, contacts. In: nothing. Out: types, and what makes two contacts the same. Subscribers are no part of a view.
import type { LanguageCode } from "./language.ts";

export const subscriberKinds = [
  "email",
  "sms",
  "webhook",
  "slack",
  "teams",
  "integration_partner",
  "discord",
] as const;
export type SubscriberKind = (typeof subscriberKinds)[number];

/** Only an active one is sent anything. One that unsubscribed is kept, so that nobody subscribes it again unasked. */
export const subscriberStates = ["unconfirmed", "active", "quarantined", "unsubscribed"] as const;
export type SubscriberState = (typeof subscriberStates)[number];

/** Where one is reached. What a kind does not need is null. */
export interface Contact {
  readonly email: string | null;
  readonly endpoint: string | null;
  readonly phoneNumber: string | null;
  /** Two letters, such as US. */
  readonly phoneCountry: string | null;
  readonly channelName: string | null;
  readonly workspaceName: string | null;
}

export const noContact: Contact = {
  email: null,
  endpoint: null,
  phoneNumber: null,
  phoneCountry: null,
  channelName: null,
  workspaceName: null,
};

/** By whose word a subscriber may be told: what is shown to who asks. Null until somebody gave it. */
export interface Consent {
  /** `operator`: who added it vouched for it. `reader`: by a link that only its address got. */
  readonly way: "operator" | "reader";
  readonly atMs: number;
  /** Who it was, as the audit names it. */
  readonly by: string;
}

/** What a subscriber is made of. Times in ms. */
export interface NewSubscriber {
  readonly kind: SubscriberKind;
  readonly state: SubscriberState;
  readonly contact: Contact;
  /** Components that it wants to be told of; null for all. */
  readonly components: readonly string[] | null;
  /** The one incident that it wants to be told of; null for the page. */
  readonly incident: string | null;
  readonly accessUser: string | null;
  /** It is told nothing of changes of its own subscription. */
  readonly skipConfirmation: boolean;
  /** What it is written to in; null, or not said: the page's first. */
  readonly language?: LanguageCode | null;
}

export interface Subscriber extends NewSubscriber {
  readonly id: string;
  readonly createdMs: number;
  readonly quarantinedMs: number | null;
  readonly consent: Consent | null;
  readonly language: LanguageCode | null;
}

/** The part of a contact by which it is listed: the address, the number, the place of a webhook. */
export function primaryOf(kind: SubscriberKind, contact: Contact): string {
  const { email, endpoint, phoneNumber, channelName, workspaceName } = contact;
  switch (kind) {
    case "email":
      return email ?? "";
    case "sms":
      return phoneNumber ?? "";
    case "slack":
      return [workspaceName, channelName].filter((it) => it !== null).join(" ");
    default:
      return endpoint ?? email ?? "";
  }
}

/** Two contacts of a kind with the same identity are one: mail addresses in any case, numbers however they are written. */
export function identityOf(kind: SubscriberKind, contact: Contact): string {
  if (kind === "sms")
    return `${contact.phoneCountry ?? ""} ${(contact.phoneNumber ?? "").replace(/\D/g, "")}`;
  const primary = primaryOf(kind, contact);
  return kind === "email" ? primary.toLowerCase() : primary;
}
