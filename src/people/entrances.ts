// Coming in by a one-time link: the first owner, an invitation, a new password. In: secrets of links, what people typed. Out: signed in, or why not.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import type { Link } from "../store/links.ts";
import type { People } from "../store/people.ts";
import { keyOf, type PasswordHash, type User } from "../store/people-rows.ts";
import type { Passwords } from "./password.ts";
import { passwordFault } from "./password.ts";
import { busy, type Denial, denialOf, denied, emailFault, nameFault } from "./refusals.ts";
import type { SignIn, SignInOutcome } from "./sign-in.ts";
import type { Visit } from "./visit.ts";

/** Where the links lead: pages below the control plane's address, which hand the secret to `Entrances`. */
export const linkPaths = {
  first: (secret: string) => `/admin/first?token=${secret}`,
  invite: (secret: string) => `/admin/invitation?token=${secret}`,
  reset: (secret: string) => `/admin/new-password?token=${secret}`,
} as const;

type Entered = Promise<Result<SignInOutcome, Denial>>;

export interface Entrances {
  /** The secret of the link for the first owner; null where somebody may everything already. A new one takes the place of the last. */
  firstSecret(): string | null;
  /** Whether the secret would make the first owner now. */
  isFirst(secret: string): boolean;
  first(
    visit: Visit,
    secret: string,
    typed: { readonly name: string; readonly email: string; readonly password: string },
  ): Entered;
  /** What a link is for, to show it before it is used; null where it opens nothing. */
  find(secret: string): Link | null;
  /** Makes the account of an invitation. 409 where the address has one already: its owner signs in and takes the invitation by `acceptAs`. */
  accept(visit: Visit, secret: string, typed: { readonly name: string; readonly password: string }): Entered;
  acceptAs(visit: Visit, secret: string, user: User): Promise<Result<User, Denial>>;
  /** Sets a new password; the second factor and all sessions are gone. */
  reset(visit: Visit, secret: string, password: string): Entered;
}

export interface EntrancesOptions {
  readonly people: People;
  readonly passwords: Passwords;
  readonly signIn: SignIn;
  readonly clock: Clock;
  readonly random: Random;
}

export function createEntrances({ people, passwords, signIn, clock, random }: EntrancesOptions): Entrances {
  /** In memory alone: a restart makes a new one, and a full disk does not stand in its way. */
  let first: { readonly key: string; readonly untilMs: number } | null = null;
  const isFirst = (secret: string): boolean =>
    first !== null && keyOf(secret) === first.key && clock.wallMs() < first.untilMs && !people.hasOwner();
  const gone = refuse(denialOf("link-gone"));

  const enter = async (visit: Visit, done: Awaited<ReturnType<People["create"]>>): Entered =>
    done.ok ? ok(await signIn.enter(visit, done.value, "link")) : refuse(denialOf(done.reason));

  /** The hash of a password that may be one. Who has a link is not made to wait for a flood of sign-ins. */
  async function hashed(password: string, of: readonly string[]): Promise<Result<PasswordHash, Denial>> {
    const fault = passwordFault(password, of);
    if (fault !== null) return refuse(denied(422, fault));
    const hash = await passwords.hash(password, true);
    return hash.ok ? hash : refuse(busy);
  }

  return {
    firstSecret() {
      if (people.hasOwner()) return null;
      const secret = Buffer.from(random.bytes(32)).toString("base64url");
      first = { key: keyOf(secret), untilMs: clock.wallMs() + limits.firstLinkMs };
      return secret;
    },
    isFirst,
    async first(visit, secret, { name, email, password }) {
      if (!isFirst(secret)) return gone;
      const fault = nameFault(name) ?? emailFault(email);
      if (fault !== null) return refuse(denied(422, fault));
      const hash = await hashed(password, [email, name]);
      if (!hash.ok) return hash;
      // Once more: two forms with the same link may have waited for their hashes side by side.
      if (!isFirst(secret)) return gone;
      first = null;
      const asked = { name: name.trim(), email: email.trim(), password: hash.value, signOn: null };
      const by = { actor: "first link", address: visit.address };
      return enter(visit, await people.create({ ...asked, grants: [["*", "owner"]] }, by));
    },
    find: (secret) => people.links.find(secret),
    async accept(visit, secret, { name, password }) {
      const link = people.links.find(secret);
      if (link?.kind !== "invite") return gone;
      const fault = nameFault(name);
      if (fault !== null) return refuse(denied(422, fault));
      const hash = await hashed(password, [link.email, name]);
      if (!hash.ok) return hash;
      const asked = { name: name.trim(), password: hash.value, signOn: null };
      return enter(visit, await people.accept(secret, asked, visit));
    },
    async acceptAs(visit, secret, user) {
      const done = await people.acceptAs(secret, user.id, visit);
      return done.ok ? done : refuse(denialOf(done.reason));
    },
    async reset(visit, secret, password) {
      const link = people.links.find(secret);
      if (link?.kind !== "reset") return gone;
      const hash = await hashed(password, [link.email]);
      if (!hash.ok) return hash;
      return enter(visit, await people.reset(secret, hash.value, visit));
    },
  };
}
