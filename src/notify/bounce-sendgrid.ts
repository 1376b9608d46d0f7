// SendGrid's event webhook (www.twilio.com/docs/sendgrid/for-developers/tracking-events/event). In: a post, a list of events. Out: bounces.
import type { Bounce } from "./bounce.ts";
import { type Fields, listOf, textOf } from "./bounce-read.ts";
import type { VendorSaid } from "./bounce-vendors.ts";

export function sendgrid(body: unknown): VendorSaid {
  if (!Array.isArray(body)) return null;
  return { kind: "bounces", bounces: listOf(body).flatMap(bounceOf) };
}

function bounceOf({ email, event, type, reason: said }: Fields): readonly Bounce[] {
  const [address, reason] = [textOf(email), textOf(said)];
  if (address === undefined) return [];
  if (event === "spamreport") return [{ address, kind: "complaint" }];
  // A blocked one was refused for its sender or its text, not for its mailbox.
  if (event === "bounce") return [{ address, kind: type === "blocked" ? "soft" : "hard", reason }];
  // What SendGrid does not even try any more, it says so: the address bounced, or complained, before.
  if (event !== "dropped") return [];
  const isComplaint = /spam report/i.test(reason ?? "");
  return [
    { address, kind: isComplaint ? "complaint" : /bounced/i.test(reason ?? "") ? "hard" : "soft", reason },
  ];
}
