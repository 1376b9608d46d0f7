// What is said when something about people is not done. In: refusals of the store. Out: statuses and sentences. And what names and addresses may be.
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { PeopleRefusal } from "../store/people.ts";

/** Why something about people was not done. `status` is the HTTP status that says the same. */
export interface Denial {
  readonly status: 403 | 404 | 409 | 422 | 503;
  readonly sentences: readonly string[];
}

export function denied(status: Denial["status"], sentence: string): Denial {
  return { status, sentences: [sentence] };
}

export const missing = (what: "User" | "Session" | "Link" | "Key"): Denial =>
  denied(404, `${what} not found`);

const denials: Readonly<Record<PeopleRefusal, Denial>> = {
  unknown: missing("User"),
  "email-taken": denied(409, "Somebody has this e-mail address already."),
  "last-owner": denied(
    409,
    "Nobody would be left who may everything: make somebody else an owner of all pages first.",
  ),
  "link-gone": denied(404, "This link was used, withdrawn, or is over: ask for a new one."),
  "too-many": denied(409, "There are as many as there may be: remove some first."),
};

export function denialOf(refusal: PeopleRefusal): Denial {
  return denials[refusal];
}

export function answered<Value>(done: Result<Value, PeopleRefusal>): Result<Value, Denial> {
  return done.ok ? ok(done.value) : refuse(denialOf(done.reason));
}

export const busy: Denial = denied(
  503,
  `Many sign in at this moment. Try again in ${limits.passwordBusyS} seconds.`,
);

/** Why this may not be a name, as a sentence, or null. */
export function nameFault(name: string): string | null {
  const plain = name.trim();
  if (plain === "") return "A name is missing.";
  if (plain.length > limits.nameCharsMax) return `A name has at most ${limits.nameCharsMax} characters.`;
  return /\p{Cc}/u.test(plain) ? "A name has no control characters." : null;
}

/** Why this is no e-mail address that somebody may have, or null. Whether mail arrives there is found out by sending some. */
export function emailFault(email: string): string | null {
  const plain = email.trim();
  if (plain.length > limits.emailCharsMax)
    return `An e-mail address has at most ${limits.emailCharsMax} characters.`;
  return /^[^\s@\p{Cc}<>",;]+@[^\s@\p{Cc}<>",;]+$/u.test(plain) ? null : "This is no e-mail address.";
}
