// Who is told of a page: kinds, states, contacts. In: nothing. Out: types, and what makes two contacts the same. Subscribers are no part of a view.
import type { LanguageCode } from "./language.ts";
import type { Course } from "./subscription.ts";

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

/** Ways to tell: to each subscriber by its kind, and on the operator's own accounts. */
export const channelKinds = [...subscriberKinds, "social"] as const;
export type ChannelKind = (typeof channelKinds)[number];

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
  /** When the reader was asked for it (ms): what an unsubscribing is compared with. */
  readonly askedMs?: number;
  /** Where the operator has it from: what whoever imported it said. */
  readonly source?: string;
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
  /** Null, or not there, where nothing is known but the state. */
  readonly course?: Course | null;
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
      return endpoint ?? [workspaceName, channelName].filter((it) => it !== null).join(" ");
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

/** Kinds that are told at an address of the web. */
export const endpointKinds = ["webhook", "slack", "teams", "discord"] as const;

const endpointHosts: readonly (readonly [RegExp, SubscriberKind])[] = [
  [/^hooks\.slack(-gov)?\.com$/, "slack"],
  [/(^|\.)webhook\.office\.com$|\.(logic\.azure|environment\.api\.powerplatform)\.com$/, "teams"],
  [/^(canary\.|ptb\.)?discord(app)?\.com$/, "discord"],
];

/** What is behind an address that programs are told at: what its host is known for, or a webhook. */
export function kindOfEndpoint(endpoint: string): SubscriberKind {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  return endpointHosts.find(([shape]) => shape.test(host))?.[1] ?? "webhook";
}

/** A chat whose hosts take nothing but its own words, so that a webhook there was meant for it; null where the host alone does not say so. */
export function chatAlone(endpoint: string): "slack" | "teams" | "discord" | null {
  const { hostname = "", pathname = "" } = URL.parse(endpoint) ?? {};
  if (/^hooks\.slack(-gov)?\.com$/.test(hostname)) return "slack";
  if (/(^|\.)webhook\.office\.com$/.test(hostname)) return "teams";
  const isDiscord = /^(canary\.|ptb\.)?discord(app)?\.com$/.test(hostname);
  return isDiscord && pathname.startsWith("/api/webhooks/") ? "discord" : null;
}

/** Who is reached by mail or text. */
export const isPerson = (kind: SubscriberKind): boolean => kind === "email" || kind === "sms";
