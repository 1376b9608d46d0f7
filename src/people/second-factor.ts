// Codes of a second factor. In: a secret, a code, the time. Out: the step whose code it is; new secrets; recovery codes.
// RFC 6238 as every authenticator app reads it: SHA-1, six digits, steps of 30 s.
import { Secret, TOTP } from "otpauth";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";

const stepMs = 30_000;
/** 160 bits, the length of SHA-1 (RFC 4226, 4). */
const secretBytes = 20;
/** Clocks of phones differ: the code before and the one after are taken too. */
const window = 1;

export function newSecret(random: Random): Uint8Array {
  return random.bytes(secretBytes);
}

/** What an authenticator app reads: as text to type, and as the address in a QR code. */
export function enrolment(
  secret: Uint8Array,
  { email, issuer }: { readonly email: string; readonly issuer: string },
): { readonly text: string; readonly uri: string } {
  // A colon divides issuer from account in the address, escaped or not.
  const totp = totpOf(secret, issuer.replaceAll(":", " "), email.replaceAll(":", " "));
  return { text: totp.secret.base32.replace(/.{4}(?=.)/g, "$& "), uri: totp.toString() };
}

/** The step (30 s since the epoch) whose code this is, of the three that count now; null where it is none of them. */
export function stepOf(secret: Uint8Array, code: string, nowMs: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totpOf(secret, "", "").validate({ token: code, timestamp: nowMs, window });
  return delta === null ? null : Math.floor(nowMs / stepMs) + delta;
}

function totpOf(secret: Uint8Array, issuer: string, label: string): TOTP {
  const buffer = Uint8Array.from(secret).buffer;
  return new TOTP({
    issuer,
    label,
    algorithm: "SHA1",
    digits: 6,
    period: stepMs / 1_000,
    secret: new Secret({ buffer }),
  });
}

/** No 0, 1, l, o: codes are read from paper. */
const letters = "abcdefghijkmnpqrstuvwxyz23456789";
const groups = 4;
const groupChars = 4;

/** Each 80 bits, so that a fast hash is enough to keep them by. */
export function newRecoveryCodes(random: Random): readonly string[] {
  const group = (): string =>
    Array.from({ length: groupChars }, () => letters[random.below(letters.length)]).join("");
  return Array.from({ length: limits.recoveryCodes }, () => Array.from({ length: groups }, group).join("-"));
}

/** A code as it was typed: six digits, or a recovery code in the form that it was shown in; null where it is neither. */
export function readCode(typed: string): { readonly totp: string } | { readonly recovery: string } | null {
  const plain = typed.slice(0, 100).normalize("NFKC").toLowerCase().replace(/[\s-]/g, "");
  if (/^\d{6}$/.test(plain)) return { totp: plain };
  if (!new RegExp(`^[${letters}]{${groups * groupChars}}$`).test(plain)) return null;
  return { recovery: plain.replace(/.{4}(?=.)/g, "$&-") };
}
