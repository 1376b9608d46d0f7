// What is said when something about people is refused. In: refusals of the store. Out: statuses and sentences. And what names and addresses may be.
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { PeopleRefusal } from "../store/people.ts";
import { type ApiError, notFound } from "./answer.ts";

const errors: Readonly<Record<PeopleRefusal, ApiError>> = {
  unknown: notFound("User"),
  "email-taken": { status: 409, error: "Somebody has this e-mail address already." },
  "last-owner": {
    status: 409,
    error: "Nobody would be left who may everything: make somebody else an owner of all pages first.",
  },
  "link-gone": { status: 404, error: "This link was used, withdrawn, or is over: ask for a new one." },
  "too-many": { status: 409, error: `There are as many as there may be: remove some first.` },
};

export function peopleError(refusal: PeopleRefusal): ApiError {
  return errors[refusal];
}

export function answered<Value>(done: Result<Value, PeopleRefusal>): Result<Value, ApiError> {
  return done.ok ? ok(done.value) : refuse(peopleError(done.reason));
}

export const busyError: ApiError = {
  status: 503,
  error: `Many sign in at this moment. Try again in ${limits.passwordBusyS} seconds.`,
};

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
