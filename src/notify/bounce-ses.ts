// Amazon SES through SNS (docs.aws.amazon.com/ses/latest/dg/notification-contents.html, docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html). In: an SNS
// message, or what it carries alone (raw delivery). Out: bounces, or the address that confirms the subscription. The topic's own signature is not asked for.
import type { Bounce } from "./bounce.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./bounce-read.ts";
import type { VendorSaid } from "./bounce-vendors.ts";

export function ses(body: unknown): VendorSaid {
  const message = fieldsOf(body);
  if (message.Type === "SubscriptionConfirmation") {
    const address = textOf(message.SubscribeURL);
    return address !== undefined && isTopic(address) ? { kind: "visit", address } : null;
  }
  if (message.Type === "UnsubscribeConfirmation") return { kind: "bounces", bounces: [] };
  const said = message.Type === "Notification" ? carried(message.Message) : message;
  // Of event publishing the type has another name.
  const type = textOf(said.notificationType) ?? textOf(said.eventType);
  return type === undefined ? null : { kind: "bounces", bounces: bouncesOf(type, said) };
}

function bouncesOf(type: string, said: Fields): readonly Bounce[] {
  if (type === "Complaint")
    return listOf(fieldsOf(said.complaint).complainedRecipients).flatMap(({ emailAddress }) => {
      const address = textOf(emailAddress);
      return address === undefined ? [] : [{ address, kind: "complaint" as const }];
    });
  if (type !== "Bounce") return [];
  const { bounceType, bouncedRecipients } = fieldsOf(said.bounce);
  const kind = bounceType === "Permanent" ? "hard" : "soft";
  return listOf(bouncedRecipients).flatMap(({ emailAddress, diagnosticCode }) => {
    const address = textOf(emailAddress);
    return address === undefined ? [] : [{ address, kind, reason: textOf(diagnosticCode) }];
  });
}

/** Nobody else is asked for, whoever names it. */
function isTopic(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === "https:" && /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(url.host);
}

function carried(text: unknown): Fields {
  try {
    return fieldsOf(JSON.parse(textOf(text) ?? ""));
  } catch {
    return {}; // What is no JSON is no notification of SES.
  }
}
