// Signing in. In: a visit, what someone typed. Out: cookies of a session, a second factor that is asked for, or why not.
// password or sign-on -> second factor -> session. An address that nobody has costs the same work and gets the same words as a wrong password.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { People } from "../store/people.ts";
import { emailKey, type User } from "../store/people-rows.ts";
import { type Seal, sealBy } from "../store/seal.ts";
import type { SignInWay } from "../store/sessions.ts";
import type { Passwords } from "./password.ts";
import { readCode, stepOf } from "./second-factor.ts";
import type { Charge, SignInDelays } from "./sign-in-delays.ts";
import type { Visit, Visits } from "./visit.ts";

export type SignInOutcome =
  | { readonly kind: "in"; readonly user: User; readonly cookies: readonly string[] }
  /** The code of the second factor is to come back with `challenge` within `limits.challengeMs`. */
  | { readonly kind: "second-factor"; readonly challenge: string; readonly sentence: string | null }
  | { readonly kind: "refused"; readonly sentence: string }
  /** Too many failures, or too many who sign in: come back after so many seconds. */
  | { readonly kind: "wait"; readonly seconds: number; readonly sentence: string };

export interface SignIn {
  byPassword(
    visit: Visit,
    typed: { readonly email: string; readonly password: string },
  ): Promise<SignInOutcome>;
  bySecondFactor(
    visit: Visit,
    typed: { readonly challenge: string; readonly code: string },
  ): Promise<SignInOutcome>;
  /** Someone who has shown who he is in another way. The second factor is asked for all the same. */
  enter(visit: Visit, user: User, way: SignInWay): Promise<SignInOutcome>;
  /** Whether this is the user's code: of the app, once, or a recovery code, once. Counts failures. */
  takesCode(visit: Visit, user: User, code: string): Promise<CodeOutcome>;
  /** Whether this is the user's password. Counts failures. */
  takesPassword(visit: Visit, user: User, password: string): Promise<CodeOutcome>;
}

export type CodeOutcome =
  | { readonly kind: "taken" | "wrong" }
  | { readonly kind: "wait"; readonly seconds: number; readonly sentence: string };

export interface SignInOptions {
  readonly people: People;
  readonly passwords: Passwords;
  readonly delays: SignInDelays;
  readonly visits: Visits;
  readonly clock: Clock;
  readonly random: Random;
}

const wrongPassword = "The e-mail address or the password is wrong.";
const wrongCode = "This code is wrong, or was used before. Take the next one that your app shows.";
const overChallenge = "This took too long. Sign in again.";

/** 256 random bits. */
const deviceShape = /^[A-Za-z0-9_-]{43}$/;

interface Challenge {
  readonly user: string;
  readonly way: SignInWay;
  readonly untilMs: number;
}

export function createSignIn(options: SignInOptions): SignIn {
  const { people, passwords, delays, visits, clock, random } = options;
  // Of this process alone: a challenge does not outlive it.
  const seal = sealBy(random.bytes(32), random);

  const deviceOf = (visit: Visit, user: User | null): string | null =>
    user !== null && visit.device !== null && people.knowsDevice(user.id, visit.device) ? visit.device : null;

  async function failed(visit: Visit, email: string, user: User | null, charge: Charge): Promise<void> {
    await people.failed(email, user, "sign-in.failed", visit);
    if (charge.begins) await people.failed(email, user, "sign-in.delayed", visit);
  }

  /** A session of its own in place of whatever the browser had. */
  async function open(visit: Visit, user: User, way: SignInWay): Promise<SignInOutcome> {
    // One a browser, whoever signs in there: a second one would make it forget the first.
    const known = deviceShape.test(visit.device ?? "") ? visit.device : null;
    const device = known ?? Buffer.from(random.bytes(32)).toString("base64url");
    const before = visit.session === null ? null : await people.sessions.find(visit.session);
    const opened = await people.signIn(user.id, { way, device }, visit);
    if (opened === null) return { kind: "refused", sentence: wrongPassword };
    if (before !== null) {
      const by = { actor: `user:${before.user.id}`, address: visit.address };
      await people.sessions.revoke(before.user.id, before.session.id, "sign-out", by);
    }
    const cookies = [visits.cookie("session", opened.secret), visits.cookie("device", device)];
    return { kind: "in", user: opened.user, cookies };
  }

  async function enter(visit: Visit, user: User, way: SignInWay): Promise<SignInOutcome> {
    if (!user.hasSecondFactor) return open(visit, user, way);
    const challenge = challengeOf(seal, { user: user.id, way, untilMs: clock.wallMs() + limits.challengeMs });
    return { kind: "second-factor", challenge, sentence: null };
  }

  async function takesCode(visit: Visit, user: User, code: string): Promise<CodeOutcome> {
    const attempt = { email: emailKey(user.email), address: visit.address, device: deviceOf(visit, user) };
    const charge = delays.charge({ ...attempt, second: user.id });
    if ("waitMs" in charge) return waiting(charge.waitMs);
    if (await isCode(people, visit, user, code, clock.wallMs())) {
      charge.clear();
      return { kind: "taken" };
    }
    await failed(visit, user.email, user, charge);
    return { kind: "wrong" };
  }

  async function takesPassword(
    visit: Visit,
    email: string,
    user: User | null,
    password: string,
  ): Promise<CodeOutcome> {
    const device = deviceOf(visit, user);
    const charge = delays.charge({ email: emailKey(email), address: visit.address, device });
    if ("waitMs" in charge) return waiting(charge.waitMs);
    const held = user === null || user.disabled ? null : people.secrets(user.id)?.password;
    const fits = await passwords.fits(password, held ?? null, device !== null);
    if (!fits.ok) {
      charge.undo();
      return busy;
    }
    if (fits.value && user !== null) {
      // With a second factor nothing is cleared yet: who has the password alone could begin anew after each guess of a code.
      if (user.hasSecondFactor) charge.undo();
      else charge.clear();
      return { kind: "taken" };
    }
    await failed(visit, email, user, charge);
    return { kind: "wrong" };
  }

  return {
    async byPassword(visit, { email, password }) {
      const user = people.byEmail(email.slice(0, 2 * limits.emailCharsMax));
      const outcome = await takesPassword(visit, email, user, password);
      if (outcome.kind === "wait") return outcome;
      return outcome.kind === "taken" && user !== null
        ? enter(visit, user, "password")
        : { kind: "refused", sentence: wrongPassword };
    },
    async bySecondFactor(visit, { challenge, code }) {
      const read = readChallenge(seal, challenge);
      const user = read && people.get(read.user);
      if (!read || !user || user.disabled || read.untilMs <= clock.wallMs())
        return { kind: "refused", sentence: overChallenge };
      const outcome = await takesCode(visit, user, code);
      if (outcome.kind === "wait") return outcome;
      if (outcome.kind === "wrong") return { kind: "second-factor", challenge, sentence: wrongCode };
      return open(visit, user, read.way);
    },
    enter,
    takesCode,
    takesPassword: (visit, user, password) => takesPassword(visit, user.email, user, password),
  };
}

async function isCode(
  people: People,
  visit: Visit,
  user: User,
  typed: string,
  nowMs: number,
): Promise<boolean> {
  const code = readCode(typed);
  if (code === null) return false;
  if ("recovery" in code) return people.takeRecoveryCode(user.id, code.recovery, visit);
  const secret = people.secrets(user.id)?.totp?.secret ?? null;
  const step = secret && stepOf(secret, code.totp, nowMs);
  return step !== null && people.takeStep(user.id, step);
}

function challengeOf(seal: Seal, challenge: Challenge): string {
  return Buffer.from(seal.seal(Buffer.from(JSON.stringify(challenge)), "challenge")).toString("base64url");
}

function readChallenge(seal: Seal, text: string): Challenge | null {
  const opened = seal.open(Buffer.from(text.slice(0, 1_000), "base64url"), "challenge");
  return opened && (JSON.parse(Buffer.from(opened).toString()) as Challenge);
}

const busy = {
  kind: "wait",
  seconds: limits.passwordBusyS,
  sentence: `Many sign in at this moment. Try again in ${limits.passwordBusyS} seconds.`,
} as const;

function waiting(waitMs: number) {
  const seconds = Math.ceil(waitMs / 1_000);
  return {
    kind: "wait",
    seconds,
    sentence: `Too many attempts failed. Try again in ${said(seconds)}.`,
  } as const;
}

function said(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? "one second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
