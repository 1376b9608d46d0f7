// The course of one subscription: who asked for it, confirmed it, chose, ended it, and what it is by then. In: how it stands, a word. Out: how it stands after.
// Words come late, in any order and more than once: each says its own time, of each kind the latest counts, and the state follows from these times alone.
import type { LanguageCode } from "./language.ts";
import type { Consent, Subscriber } from "./subscriber.ts";

/** What was wished for, until a confirmation covers it. */
export interface Wish {
  readonly atMs: number;
  readonly components: readonly string[] | null;
  readonly language: LanguageCode | null;
}

/** Times (ms) that only rise; null: never. */
export interface Course {
  readonly wish: Wish | null;
  readonly unsubscribedMs: number | null;
  /** When the components were chosen that it is told of. */
  readonly chosenMs: number | null;
  /** When it was asked last to confirm. */
  readonly askedMs: number | null;
  /** When nobody was reached there any more. */
  readonly unreachableMs: number | null;
  readonly why: string | null;
}

export type SubscriptionWord =
  | ({ readonly kind: "wish" } & Wish)
  /** `askedMs`: of the asking that it answers. One that was asked before somebody unsubscribed says nothing any more. */
  | { readonly kind: "confirm"; readonly askedMs: number; readonly atMs: number; readonly by: string }
  | ({ readonly kind: "choose" } & Wish)
  | { readonly kind: "unsubscribe"; readonly atMs: number }
  | { readonly kind: "unreachable"; readonly atMs: number; readonly why: string }
  /** It is tried again, by an operator's word. */
  | { readonly kind: "reactivate" }
  | { readonly kind: "asked"; readonly atMs: number }
  /** What was wished for and never confirmed is forgotten. */
  | { readonly kind: "expire" };

export type Standing = Pick<
  Subscriber,
  "state" | "createdMs" | "quarantinedMs" | "consent" | "components" | "language" | "course"
>;

export const noCourse: Course = {
  ...{ wish: null, unsubscribedMs: null, chosenMs: null, askedMs: null, unreachableMs: null, why: null },
};

const later = (one: number | null, other: number): number => Math.max(one ?? other, other);

/** How it stands after a word. The same words in any order, and any of them again, end the same. */
export function heard<One extends Standing>(before: One, word: SubscriptionWord): One {
  const course = courseOf(before);
  switch (word.kind) {
    case "wish": {
      const { atMs, components, language } = word;
      if (course.wish !== null && !isLaterWish(word, course.wish)) return before;
      return settled(before, { ...course, wish: { atMs, components, language } });
    }
    case "confirm": {
      const { askedMs, by } = word;
      const given = consentedMs(before);
      if (given !== null && given >= askedMs) return before;
      const consent: Consent = { way: "reader", atMs: Math.max(askedMs, word.atMs), by, askedMs };
      return settled({ ...before, consent }, course);
    }
    case "choose": {
      const { atMs, components, language } = word;
      if (!isNewer(word, before, course)) return before;
      return settled({ ...before, components, language }, { ...course, chosenMs: atMs });
    }
    case "unsubscribe":
      return settled(before, { ...course, unsubscribedMs: later(course.unsubscribedMs, word.atMs) });
    case "unreachable": {
      const { atMs, why } = word;
      // The time of a quarantine is that of its beginning.
      if (before.state === "quarantined") return before;
      return settled(before, { ...course, unreachableMs: later(course.unreachableMs, atMs), why });
    }
    case "reactivate":
      return settled(before, { ...course, unreachableMs: null, why: null });
    case "asked":
      return { ...before, course: { ...course, askedMs: later(course.askedMs, word.atMs) } };
    case "expire":
      return settled(before, { ...course, wish: null });
  }
}

/** Whether somebody is to be asked for what was wished: nobody unsubscribed, or confirmed, since. */
export function isWishOpen(standing: Standing): boolean {
  const { wish, unsubscribedMs } = courseOf(standing);
  return wish !== null && wish.atMs > (unsubscribedMs ?? -1) && wish.atMs > (consentedMs(standing) ?? -1);
}

/** When what was never confirmed is too old; null where it never was wished for or asked (as in rows of older releases). */
export function expiresMs({ course }: Standing, keptMs: number): number | null {
  const last = Math.max(course?.wish?.atMs ?? -1, course?.askedMs ?? -1);
  return last === -1 ? null : last + keptMs;
}

/** A time by which what an operator says now counts, whatever the clock said before. */
export function momentFor(standing: Standing, kind: "choose" | "state", nowMs: number): number {
  const { chosenMs } = courseOf(standing);
  if (kind === "choose") return Math.max(nowMs, (chosenMs ?? standing.createdMs) + 1);
  return Math.max(nowMs, consentedMs(standing) ?? 0);
}

/** Rows of older releases say nothing of it: it is what their state says. */
function courseOf({ course, state, createdMs, quarantinedMs }: Standing): Course {
  if (course != null) return course;
  return {
    ...noCourse,
    unsubscribedMs: state === "unsubscribed" ? createdMs : null,
    unreachableMs: quarantinedMs,
  };
}

/** By which asking, or when, it was said last that it may be told. */
function consentedMs({ consent, state, createdMs }: Standing): number | null {
  if (consent !== null) return consent.askedMs ?? consent.atMs;
  return state === "active" || state === "quarantined" ? createdMs : null;
}

function settled<One extends Standing>(standing: One, course: Course): One {
  const { wish, unsubscribedMs, unreachableMs } = course;
  const given = consentedMs(standing);
  const isTold = given !== null && given > (unsubscribedMs ?? -1);
  const isUnreachable = isTold && unreachableMs !== null && unreachableMs >= given;
  const state: Subscriber["state"] = isTold
    ? isUnreachable
      ? "quarantined"
      : "active"
    : unsubscribedMs !== null && (wish?.atMs ?? -1) <= unsubscribedMs
      ? "unsubscribed"
      : "unconfirmed";
  const after = { ...standing, state, quarantinedMs: isUnreachable ? unreachableMs : null, course };
  // Also of who unsubscribed since: what was covered once is what it chose, in whatever order that was heard.
  if (given === null || wish === null || wish.atMs > given || !isNewer(wish, standing, course)) return after;
  const { components, language, atMs } = wish;
  return { ...after, components, language, course: { ...course, chosenMs: atMs } };
}

const isLaterWish = (one: Wish, other: Wish): boolean =>
  one.atMs === other.atMs
    ? JSON.stringify([one.components, one.language]) > JSON.stringify([other.components, other.language])
    : one.atMs > other.atMs;

/** Whether it was chosen after what is there; in one moment the text decides, so that the order of coming does not. */
function isNewer(chosen: Wish, { components, language, createdMs }: Standing, { chosenMs }: Course): boolean {
  const lastMs = chosenMs ?? createdMs;
  if (chosen.atMs !== lastMs) return chosen.atMs > lastMs;
  return JSON.stringify([chosen.components, chosen.language]) > JSON.stringify([components, language]);
}
