// People of the control plane, as the admin pages use them: who is signed in, signing in and out, one's own account.
// In: visits and what people typed. Out: sessions with a principal, cookies to set, sentences for what is refused. Renders nothing.
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { People } from "../store/people.ts";
import type { User } from "../store/people-rows.ts";
import type { Session } from "../store/sessions.ts";
import type { By, Tokens } from "../store/tokens.ts";
import { createPeopleDesk, type PeopleDesk } from "./desk.ts";
import { createEntrances, type Entrances } from "./entrances.ts";
import { type Costs, createPasswords, passwordFault } from "./password.ts";
import { actorOf, type Principal } from "./principal.ts";
import { answered, busy, type Denial, denialOf, denied, emailFault, nameFault } from "./refusals.ts";
import { enrolment, newRecoveryCodes, newSecret, stepOf } from "./second-factor.ts";
import { type CodeOutcome, createSignIn, type SignIn } from "./sign-in.ts";
import { createSignInDelays } from "./sign-in-delays.ts";
import { createSignOns, type SignOnOptions, type SignOns } from "./sign-on.ts";
import { createVisits, csrfFits, type Visit, type VisitOptions, type Visits } from "./visit.ts";

/** Someone who is signed in, for one request. */
export interface SignedIn {
  readonly user: User;
  readonly principal: Principal;
  readonly session: Session;
  /** Goes into each form as `csrf`, and comes back. */
  readonly csrf: string;
  /** `Set-Cookie` of the answer: the session has a new secret. Mostly none. */
  readonly cookies: readonly string[];
  readonly visit: Visit;
}

/** Done, or why not: a status and a sentence. */
export type Done<Value> = Promise<Result<Value, Denial>>;

export interface Accounts {
  readonly visits: Visits;
  /** By e-mail and password, and the second factor. */
  readonly signIn: Pick<SignIn, "byPassword" | "bySecondFactor">;
  /** By an account of another service; null where none is set up. */
  readonly signOn: SignOns | null;
  /** By one-time links: the first owner, invitations, new passwords. */
  readonly entrances: Entrances;
  /** Others: people, invitations, keys, as far as a principal may. */
  readonly desk: PeopleDesk;

  sessionOf(visit: Visit): Promise<SignedIn | null>;
  /** Why a request that changes something is not carried out, or null. `csrf` is what its form brought; without a session, that it came from our own pages is all there is to check. */
  refusalOf(request: Request, signedIn: SignedIn | null, csrf: unknown): Denial | null;
  /** Cookies that forget the session. */
  signOut(signedIn: SignedIn): Promise<readonly string[]>;

  /** One's own account. */
  readonly own: {
    /** A secret to show as text and QR code. Nothing is kept until a code of it comes. */
    startTotp(signedIn: SignedIn): { readonly secret: string; readonly text: string; readonly uri: string };
    /** `secret` as `startTotp` gave it. Gives recovery codes, to be shown once. */
    confirmTotp(
      signedIn: SignedIn,
      secret: string,
      code: string,
    ): Done<{ readonly codes: readonly string[] }>;
    /** New recovery codes in place of the old, for a code of the second factor. */
    recoveryCodes(signedIn: SignedIn, code: string): Done<{ readonly codes: readonly string[] }>;
    removeTotp(signedIn: SignedIn, code: string): Done<User>;
    /** Ends all other sessions. */
    changePassword(signedIn: SignedIn, old: string, fresh: string): Done<User>;
    rename(signedIn: SignedIn, name: string): Done<User>;
    /** By which one signs in from now on. Ends all other sessions. */
    changeEmail(signedIn: SignedIn, password: string, email: string): Done<User>;
    sessions(signedIn: SignedIn): readonly Session[];
    revokeSession(signedIn: SignedIn, id: string): Promise<boolean>;
  };
}

export interface AccountsOptions extends VisitOptions {
  readonly people: People;
  readonly tokens: Tokens;
  /** Ids of all pages. */
  pages(): readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** A service by whose accounts people sign on. It needs `url`. */
  readonly signOn?: Pick<SignOnOptions, "settings" | "dial" | "log"> | null;
  /** Default: what a password is worth. */
  readonly costs?: Costs;
}

const issuer = "Pharos";

export function createAccounts(options: AccountsOptions): Accounts {
  const { people, clock, random } = options;
  const visits = createVisits(options);
  const passwords = createPasswords(random, options.costs);
  const parts = { ...options, visits, passwords, delays: createSignInDelays(clock) };
  const signIn = createSignIn(parts);
  const own = ownOf({ ...parts, signIn });
  return {
    visits,
    signIn,
    signOn:
      options.signOn && options.url !== null
        ? createSignOns({ ...parts, ...options.signOn, url: options.url, signIn })
        : null,
    entrances: createEntrances({ ...parts, signIn }),
    desk: createPeopleDesk(parts),
    own,
    async sessionOf(visit) {
      const found = visit.session === null ? null : await people.sessions.find(visit.session);
      if (found === null) return null;
      const { user, session, csrf, fresh } = found;
      const principal: Principal = { kind: "user", id: user.id, name: user.name, grants: user.grants };
      const cookies = fresh === null ? [] : [visits.cookie("session", fresh)];
      return { user, principal, session, csrf, cookies, visit };
    },
    refusalOf(request, signedIn, csrf) {
      const foreign = visits.foreign(request);
      if (foreign !== null) return denied(403, foreign);
      if (signedIn === null || csrfFits(signedIn.csrf, csrf)) return null;
      return denied(403, "This form is of another session. Load the page again and send it once more.");
    },
    async signOut(signedIn) {
      await people.sessions.revoke(signedIn.user.id, signedIn.session.id, "sign-out", byOf(signedIn));
      return [visits.cookie("session", null)];
    },
  };
}

/** Who does it, as the audit names him. */
export function byOf({ principal, visit }: Pick<SignedIn, "principal" | "visit">): By {
  return { actor: actorOf(principal), address: visit.address };
}

type OwnParts = Pick<AccountsOptions, "people" | "clock" | "random"> & {
  readonly signIn: SignIn;
  readonly passwords: ReturnType<typeof createPasswords>;
};

function ownOf({ people, clock, random, signIn, passwords }: OwnParts): Accounts["own"] {
  /** Carries out `then` for a right code of the second factor. */
  const withCode = async <Value>(signedIn: SignedIn, code: string, then: () => Done<Value>): Done<Value> => {
    const outcome = await signIn.takesCode(signedIn.visit, signedIn.user, code);
    return outcome.kind === "taken"
      ? then()
      : refuse(refusalFor(outcome, "This code is wrong, or was used before."));
  };
  return {
    startTotp({ user }) {
      const secret = newSecret(random);
      return {
        secret: Buffer.from(secret).toString("base64url"),
        ...enrolment(secret, { email: user.email, issuer }),
      };
    },
    async confirmTotp(signedIn, text, code) {
      const secret = Buffer.from(text.slice(0, 100), "base64url");
      if (signedIn.user.hasSecondFactor)
        return refuse(denied(409, "There is a second factor already: remove it first."));
      if (secret.length !== 20)
        return refuse(denied(422, "This is no secret of a second factor: begin anew."));
      const step = stepOf(secret, code.replace(/\s/g, ""), clock.wallMs());
      if (step === null)
        return refuse(
          denied(422, "This code is not the one that the app should show: is the phone's clock right?"),
        );
      const codes = newRecoveryCodes(random);
      const done = await people.setSecondFactor(signedIn.user.id, { secret, step, codes }, byOf(signedIn));
      return done.ok ? ok({ codes }) : refuse(denialOf(done.reason));
    },
    recoveryCodes: (signedIn, code) =>
      withCode(signedIn, code, async () => {
        const codes = newRecoveryCodes(random);
        const done = await people.setRecoveryCodes(signedIn.user.id, codes, byOf(signedIn));
        return done.ok ? ok({ codes }) : refuse(denialOf(done.reason));
      }),
    removeTotp: (signedIn, code) =>
      withCode(signedIn, code, async () =>
        answered(await people.setSecondFactor(signedIn.user.id, null, byOf(signedIn))),
      ),
    async changePassword(signedIn, old, fresh) {
      const { user, session, visit } = signedIn;
      const fault = passwordFault(fresh, [user.email, user.name]);
      if (fault !== null) return refuse(denied(422, fault));
      const outcome = await signIn.takesPassword(visit, user, old);
      if (outcome.kind !== "taken") return refuse(refusalFor(outcome, "The old password is wrong."));
      const hash = await passwords.hash(fresh, true);
      if (!hash.ok) return refuse(busy);
      return answered(await people.setPassword(user.id, hash.value, session.id, byOf(signedIn)));
    },
    async rename(signedIn, name) {
      const fault = nameFault(name);
      if (fault !== null) return refuse(denied(422, fault));
      return answered(await people.update(signedIn.user.id, { name: name.trim() }, byOf(signedIn)));
    },
    async changeEmail(signedIn, password, email) {
      const { user, session, visit } = signedIn;
      const fault = emailFault(email);
      if (fault !== null) return refuse(denied(422, fault));
      const outcome = await signIn.takesPassword(visit, user, password);
      if (outcome.kind !== "taken") return refuse(refusalFor(outcome, "The password is wrong."));
      return answered(await people.setEmail(user.id, email.trim(), session.id, byOf(signedIn)));
    },
    sessions: ({ user }) => people.sessions.list(user.id),
    revokeSession: (signedIn, id) =>
      people.sessions.revoke(signedIn.user.id, id, "session.revoke", byOf(signedIn)),
  };
}

function refusalFor(outcome: CodeOutcome, wrong: string): Denial {
  return outcome.kind === "wait" ? denied(503, outcome.sentence) : denied(422, wrong);
}
