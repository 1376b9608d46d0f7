// Postmark (postmarkapp.com/developer/webhooks/bounce-webhook, …/spam-complaint-webhook, …/api/bounce-api#bounce-types). In: a post. Out: bounces.
import { fieldsOf, textOf } from "./bounce-read.ts";
import type { VendorSaid } from "./bounce-vendors.ts";

/** What says for good that nobody is reached there; full mailboxes, blocks and time-outs do not. */
const hard: ReadonlySet<unknown> = new Set(["HardBounce", "BadEmailAddress"]);

export function postmark(body: unknown): VendorSaid {
  const { RecordType, Type, Email, Description, Details } = fieldsOf(body);
  if (textOf(RecordType) === undefined) return null;
  const address = textOf(Email);
  if (address === undefined) return { kind: "bounces", bounces: [] };
  if (RecordType === "SpamComplaint") return { kind: "bounces", bounces: [{ address, kind: "complaint" }] };
  if (RecordType !== "Bounce") return { kind: "bounces", bounces: [] };
  const reason = textOf(Details) ?? textOf(Description);
  return { kind: "bounces", bounces: [{ address, kind: hard.has(Type) ? "hard" : "soft", reason }] };
}
