// Who is told in bench/notify. In: how many. Out: pages, their subscribers, where those are told.
// Receivers are addresses of this machine, as many as a list of that length would have; all of them lead to the sinks (sinks.ts).
import type { ImportBundle } from "../../src/model/command.ts";
import { type Contact, noContact, type SubscriberKind } from "../../src/model/subscriber.ts";

export interface Sizes {
  /** Of the large page: most by mail, one of twenty by webhook. */
  readonly million: number;
  /** Of each page whose subscribers are of one channel. */
  readonly each: number;
  /** Of the pages with and without a dead receiver. */
  readonly beside: number;
}

export const fullSizes: Sizes = { million: 1_000_000, each: 100_000, beside: 20_000 };
export const quickSizes: Sizes = { million: 100_000, each: 10_000, beside: 10_000 };

/** Where the sinks listen. */
export interface Ports {
  readonly http: number;
  readonly smtp: number;
  /** Takes connections and never answers. */
  readonly dead: number;
}

export const pages = {
  small: "small0000000",
  hooks: "hooks0000000",
  mails: "mails0000000",
  signed: "signed000000",
  texts: "texts0000000",
  /** Of ten mails four are at one provider, as on lists of people. */
  crowded: "crowded00000",
  calm: "calm00000000",
  /** As `calm`, but of a hundred receivers one is dead. */
  beside: "beside000000",
  million: "million00000",
} as const;

export type PageName = keyof typeof pages;

export const countOf = (page: PageName, { million, each, beside }: Sizes): number =>
  ({
    ...{ small: 1, hooks: each, mails: each, texts: each },
    ...{ signed: Math.ceil(each / 4), crowded: Math.ceil(each / 4), calm: beside, beside, million },
  })[page];

/** Of those of `beside`, whose receiver is dead. */
export const isDead = (at: number): boolean => at % 100 === 50;

const receivers = 200;
const domains = 1_000;

const hook = (at: number, port: number): string => `http://127.0.1.${1 + (at % receivers)}:${port}/${at}`;

export function contactOf(
  page: PageName,
  at: number,
  { http, dead }: Ports,
): { readonly kind: SubscriberKind; readonly contact: Contact } {
  const mail = (domain: string) =>
    ({ kind: "email", contact: { ...noContact, email: `reader${at}@${domain}` } }) as const;
  const webhook = (endpoint: string) => ({ kind: "webhook", contact: { ...noContact, endpoint } }) as const;
  const spread = `mail${at % domains}.example.com`;
  switch (page) {
    case "texts":
      return {
        kind: "sms",
        contact: { ...noContact, phoneNumber: `${2_015_550_000 + at}`, phoneCountry: "US" },
      };
    case "mails":
    case "signed":
      return mail(spread);
    case "crowded":
      return mail(at % 10 < 4 ? "large.example.net" : spread);
    case "million":
      return at % 20 === 7 ? webhook(hook(at, http)) : mail(spread);
    case "beside":
      return webhook(isDead(at) ? `http://127.0.2.1:${dead}/${at}` : hook(at, http));
    default:
      return webhook(hook(at, http));
  }
}

export function bundleOf(page: PageName, now: number): ImportBundle {
  return {
    page: {
      id: pages[page],
      name: "A service",
      url: `https://${page}.example.org`,
      timeZone: "Etc/UTC",
      updatedAt: now - 86_400_000,
    },
    components: Array.from({ length: 5 }, (_none, at) => ({
      id: `${page.slice(0, 4)}${at}`.padEnd(12, "0"),
      name: `Part ${at}`,
      status: "operational",
      group: false,
      groupId: null,
      position: at + 1,
      createdAt: now - 86_400_000,
    })),
    incidents: [],
  };
}
