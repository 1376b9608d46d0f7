// What doors have in common. In: where somebody wants to go, what became of their signing in. Out: where they go.
import { limits } from "../base/limits.ts";
import type { SignInOutcome } from "../people/sign-in.ts";
import { go, type Reply } from "./screen.ts";

/** Where somebody who is not signed in is led. */
export const signInPath = "/admin/sign-in";
export const codePath = "/admin/sign-in/code";

/** An address of ours, or the first page: a link must not lead on to somebody else. */
export function placeIn(to: string | null): string {
  return to !== null &&
    /^\/admin\/(?!sign-)[^\\]*$/.test(to) &&
    !to.includes("//") &&
    to.length <= limits.pathBytesMax
    ? to
    : "/admin/";
}

/** Where it goes on after a name and a password, or a link; `refused` shows why it does not. */
export function entered(
  outcome: SignInOutcome,
  to: string,
  refused: (sentence: string, status: number) => Reply,
): Reply {
  switch (outcome.kind) {
    case "in":
      return { kind: "go", to, cookies: outcome.cookies };
    case "second-factor":
      return go(`${codePath}?${new URLSearchParams({ to, challenge: outcome.challenge })}`);
    case "refused":
      return refused(outcome.sentence, 403);
    case "wait":
      return refused(outcome.sentence, 429);
  }
}
