// SMS, by an HTTP API such as Twilio's (twilio.com/docs/messaging/api/message-resource). In: deliveries. Out: one request a message.
import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { Metrics } from "../base/metrics.ts";
import { messageOf, ownMessageOf } from "../render/message.ts";
import { ownSmsText, smsSegments, smsText } from "../render/message-sms.ts";
import { outcomeOf, type Posted, type Posting } from "./posting.ts";
import { rememberedPerText } from "./remembered.ts";
import type { Channel, Delivery, Outcome } from "./types.ts";

export interface SmsOptions {
  readonly posting: Posting;
  /** Scheme, host, and a path where the service has one before `/2010-04-01`. */
  readonly url: URL;
  readonly account: string;
  /** A number, a short code, or the id of a messaging service (MG…). */
  readonly from: string;
  readonly token: string;
  readonly metrics: Metrics;
}

export function createSmsChannel({ posting, url, account, from, token, metrics }: SmsOptions): Channel {
  const segments = metrics.counter(
    "notify_sms_segments_total",
    "Segments of SMS that were taken: what is paid for.",
  );
  const address = `${url.href.replace(/\/$/, "")}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${account}:${token}`).toString("base64")}`;
  const sender = /^MG[0-9a-f]{32}$/i.test(from) ? { MessagingServiceSid: from } : { From: from };
  const texts = rememberedPerText(({ occasion, view, language }) => {
    const { kind } = occasion;
    const message =
      kind === "update" || kind === "reminder" || kind === "postmortem"
        ? messageOf(occasion, view, language)
        : null;
    return message === null ? null : smsText(message);
  });

  return {
    kind: "sms",
    inFlightMax: 64,
    inFlightPerReceiverMax: 64,
    perSecondMax: null,
    tells: (kind) => kind !== "component" && kind !== "challenge",
    receiverOf: () => url.host,
    async deliver(delivery, signal) {
      const text = ownTextOf(delivery) ?? texts(delivery);
      if (text === null) return { kind: "refused", why: "There is nothing to tell any more." };
      const to = numberOf(delivery);
      if (to === null) return { kind: "gone", why: "It is no number of its country." };
      const body = new URLSearchParams({ To: to, ...sender, Body: text }).toString();
      const headers = {
        authorization,
        "content-type": "application/x-www-form-urlencoded",
        "i-twilio-idempotency-token": delivery.key,
      };
      const outcome = judged(await posting.post({ url: address, headers, body }, signal));
      if (outcome.kind === "sent") segments.add(smsSegments(text));
      return outcome;
    },
    close: async () => posting.close(),
  };
}

function ownTextOf({ occasion, view, language, subscriber, links }: Delivery): string | null {
  const { kind } = occasion;
  if (kind !== "confirm" && kind !== "changed" && kind !== "unsubscribed") return null;
  return ownSmsText(ownMessageOf(kind, view, language, subscriber), links);
}

/** E.164, as every network takes it; null where it is no number of that country. */
function numberOf({ subscriber: { contact } }: Delivery): string | null {
  const country = contact.phoneCountry as CountryCode | null;
  const parsed = parsePhoneNumberFromString(contact.phoneNumber ?? "", country ?? undefined);
  return parsed?.isPossible() === true ? parsed.number : null;
}

/** Codes after which this number is not to be tried again: no number, no mobile, unsubscribed by STOP, unreachable for us for ever (twilio.com/docs/api/errors). */
const goneCodes = new Set([21211, 21214, 21217, 21407, 21610, 21614]);

function judged(posted: Posted): Outcome {
  if (posted.kind !== "answered") return outcomeOf(posted);
  const { sid, code } = fieldsOf(posted.text);
  if (posted.status >= 200 && posted.status < 300)
    return { kind: "sent", receipt: typeof sid === "string" ? sid : null };
  const why = `It answered ${posted.status}${typeof code === "number" ? `, error ${code}` : ""}.`;
  if (typeof code === "number" && goneCodes.has(code)) return { kind: "gone", why };
  const isOurs =
    posted.status >= 400 && posted.status < 500 && posted.status !== 408 && posted.status !== 429;
  // A wrong token or an account without money is mended by its operator: those messages are worth another try.
  const isMended = posted.status === 401 || posted.status === 402 || posted.status === 403;
  return isOurs && !isMended
    ? { kind: "refused", why }
    : { kind: "later", why, afterMs: posted.retryAfterMs };
}

function fieldsOf(text: string): { readonly sid?: unknown; readonly code?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {}; // Its status says what became of it.
  }
}
