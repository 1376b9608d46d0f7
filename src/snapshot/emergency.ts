// The emergency document. In: a text for a page and an emergency key, or bytes from anyone. Out: signed bytes, or which emergency holds.
// It is no generation: a key that root appointed puts a text on top of the last good page, and can do nothing else.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { digestOf } from "./digest.ts";
import { appointmentFormat } from "./documents.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { isNamed, isPageId, pageCharsMax } from "./names.ts";
import { type Opened, type OpenReason, openAs, type SignedFormat, signAs } from "./signed.ts";
import type { Emergency } from "./types.ts";

/** All that stands around the text: envelope, page, sequence, time. */
const aroundTextBytesMax = 256;

export const emergencyFormat: SignedFormat<Emergency> = {
  context: "pharos/emergency/1",
  signer: "emergency",
  bytesMax: limits.emergencyTextBytesMax + aroundTextBytesMax,
  write(writer, { page, sequence, untilMs, text }) {
    writer.name(page, pageCharsMax, isPageId).u64(sequence).u64(untilMs);
    writer.text(text, limits.emergencyTextBytesMax);
  },
  read(reader) {
    const page = reader.name(pageCharsMax, isPageId);
    const [sequence, untilMs] = [reader.u64(), reader.u64()];
    const text = reader.text(limits.emergencyTextBytesMax);
    if (text !== "" && !isEmergencyText(text)) reader.stop("bad-text");
    if (text === "" && untilMs !== 0) reader.stop("not-canonical");
    return { page, sequence, untilMs, text };
  },
};

/** One line that says something: no control characters, not blank. */
export function isEmergencyText(text: string): boolean {
  return text.trim() !== "" && !/[\p{Cc}\u2028\u2029]/u.test(text);
}

/** Signed bytes of an emergency or, without a text, of its withdrawal. */
export function signEmergency(emergency: Emergency, emergencyKey: SecretKey): Uint8Array {
  return signAs(emergencyFormat, emergency, emergencyKey);
}

/** An emergency whose signature holds, and its signer. Whether that one is appointed is for `trust.ts`. */
export function openEmergency(bytes: Uint8Array): Result<Opened<Emergency>, OpenReason> {
  return openAs(emergencyFormat, bytes);
}

/** What a clock has against an emergency. */
export type Untimely = "until-past" | "until-too-far";

/**
 * Is this emergency one that a machine of this wall time should take? Brought by hand it must still have time, for whoever signed it means it
 * to be seen. From a feed it may be past: a newer one that is over ends an older one that is not. A withdrawal has no time.
 */
export function untimely(emergency: Emergency, wallMs: number, door: "hand" | "feed"): Untimely | null {
  if (emergency.text === "") return null;
  if (emergency.untilMs > wallMs + limits.emergencyMsMax + limits.stampAheadMsMax) return "until-too-far";
  return door === "hand" && emergency.untilMs <= wallMs ? "until-past" : null;
}

/** Why an emergency is refused for good; `not-appointed`: root appointed its key for nothing, or took the appointment back. */
export type EmergencyRefusal =
  | Exclude<OpenReason, "unknown-key">
  | "not-appointed"
  | "page-not-appointed"
  | "page-removed"
  | "emergencies-full"
  | Untimely;

export type EmergencyAcceptance =
  | { readonly outcome: "accepted" | "known" | "superseded"; readonly emergency: Emergency }
  | { readonly outcome: "refused"; readonly reason: EmergencyRefusal };

/** What root says of keys and pages. */
export interface Appointed {
  /** The pages of a key's appointment, as root wrote them. */
  pagesOf(key: PublicKey): readonly string[] | undefined;
  isRemoved(page: string): boolean;
}

export interface Emergencies {
  /** Takes an emergency. `refuses` is asked last, of one that would be taken. */
  accept(bytes: Uint8Array, refuses: (emergency: Emergency) => Untimely | null): EmergencyAcceptance;
}

/** The emergencies known, the one of the highest sequence for each page. One whose key is appointed no more stands in nobody's way. */
export function createEmergencies(appointed: Appointed): Emergencies {
  const known = new Map<string, { emergency: Emergency; key: PublicKey; digest: string }>();
  const mayWrite = (key: PublicKey, page: string): boolean => isNamed(appointed.pagesOf(key), page);
  const isFull = (): boolean => {
    if (known.size < limits.emergenciesMax) return false;
    for (const [page, { key }] of known) if (!mayWrite(key, page)) known.delete(page);
    return known.size >= limits.emergenciesMax;
  };
  const refusalOf = ({ value: { page }, key }: Opened<Emergency>): EmergencyRefusal | null => {
    if (!mayWrite(key, page)) return "page-not-appointed";
    if (appointed.isRemoved(page)) return "page-removed";
    return !known.has(page) && isFull() ? "emergencies-full" : null;
  };
  return {
    accept(bytes, refuses) {
      const opened = openAs(emergencyFormat, bytes, (key) => (appointed.pagesOf(key) ?? []).length > 0);
      if (!opened.ok) {
        const { reason } = opened;
        return { outcome: "refused", reason: reason === "unknown-key" ? "not-appointed" : reason };
      }
      const { value: emergency, key } = opened.value;
      const { page, sequence } = emergency;
      const refusal = refusalOf(opened.value);
      if (refusal !== null) return { outcome: "refused", reason: refusal };
      const digest = digestOf(bytes);
      const before = known.get(page);
      if (before?.digest === digest) return { outcome: "known", emergency };
      if (before !== undefined && mayWrite(before.key, page) && sequence <= before.emergency.sequence)
        return { outcome: "superseded", emergency };
      const reason = refuses(emergency);
      if (reason !== null) return { outcome: "refused", reason };
      known.set(page, { emergency, key, digest });
      return { outcome: "accepted", emergency };
    },
  };
}

/**
 * The emergency in stored bytes, where everything holds without anything else being known: its signature, and the stored appointment of its
 * key by one of `rootKeys` for its page. Null where anything does not.
 */
export function readStoredEmergency(
  bytes: Uint8Array,
  appointmentOf: (key: PublicKey) => Uint8Array | null,
  rootKeys: readonly PublicKey[],
): Emergency | null {
  const opened = openEmergency(bytes);
  if (!opened.ok) return null;
  const { value: emergency, key } = opened.value;
  const stored = appointmentOf(key);
  const appointment = stored && openAs(appointmentFormat, stored, (root) => rootKeys.includes(root));
  if (appointment?.ok !== true || appointment.value.value.emergencyKey !== key) return null;
  return isNamed(appointment.value.value.pages, emergency.page) ? emergency : null;
}
