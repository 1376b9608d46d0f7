// Mailgun (documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads). In: a post. Out: bounces.
import type { Bounce } from "./bounce.ts";
import { fieldsOf, textOf } from "./bounce-read.ts";
import type { VendorSaid } from "./bounce-vendors.ts";

export function mailgun(body: unknown): VendorSaid {
  const said = fieldsOf(body)["event-data"];
  const { event, severity, recipient, reason, "delivery-status": status } = fieldsOf(said);
  const address = textOf(recipient);
  if (textOf(event) === undefined || address === undefined) return null;
  const of = (bounce: Omit<Bounce, "address">): VendorSaid => ({
    kind: "bounces",
    bounces: [{ address, ...bounce }],
  });
  if (event === "complained" || reason === "suppress-complaint") return of({ kind: "complaint" });
  if (event !== "failed") return { kind: "bounces", bounces: [] };
  const { message, description } = fieldsOf(status);
  // Who unsubscribed at the service is not sent to by it, and can be reached all the same.
  const isHard = severity === "permanent" && reason !== "suppress-unsubscribe";
  return of({ kind: isHard ? "hard" : "soft", reason: textOf(message) ?? textOf(description) });
}
