// A sentence for each reason, for logs and terminals. In: a reason. Out: what it means.
import type { SnapshotReason } from "./tree.ts";
import type { Refusal } from "./trust.ts";

const sentences: Record<Refusal | SnapshotReason, string> = {
  "too-long": "It is longer than its kind may be, and was not read.",
  undecodable: "Its bytes are not the format that they claim to be.",
  "unknown-version": "It is in a format of another release, which this one cannot read.",
  "wrong-context": "It is a signed document of another kind than the one expected here.",
  "unknown-key": "No delegation that root signed names its key.",
  "bad-signature": "Its signature does not hold: it was altered, or never signed by the key that it names.",
  "not-root": "It is signed by a key that is not one of the root keys.",
  "not-appointed": "Root has not appointed its key for emergencies.",
  "page-not-appointed": "Its key is not appointed for emergencies of this page.",
  "emergencies-full": "There are as many pages with an emergency as there may be.",
  "until-past": "It is to be shown until a time that is past.",
  "until-too-far": "It is to be shown for longer than an emergency may be.",
  "page-removed": "Root has removed this page.",
  "page-not-delegated": "Its key may not publish this page.",
  "host-not-delegated": "Its key may not claim one of its hosts.",
  "epoch-behind": "It is of an epoch that root has ended.",
  "epoch-ahead": "It is of an epoch that root has not begun.",
  "generation-not-above": "Its generation is not above the one held (rollback).",
  "generation-jump": "Its generation is too far above the one held (fast-forward).",
  "sequence-not-rising": "Its sequence does not rise, so it confirms nothing (freeze).",
  "digest-mismatch": "Its bytes do not have the digest that the manifest names (mix-and-match).",
  "length-mismatch": "Its length is not the one that the manifest names.",
  "misplaced-route": "It holds a route that belongs into another part.",
  "not-gzip": "It is not a gzip stream, or a damaged one.",
  missing: "Something that the manifest names is not there.",
};

/** The sentence of a reason. */
export function refusalSentence(reason: Refusal | SnapshotReason): string {
  return sentences[reason];
}
