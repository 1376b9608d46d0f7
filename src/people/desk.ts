// People, invitations and keys of others, as far as a principal may. In: who asks, what he wants. Out: what he may see, done, or why not.
// Of what the principal may not know the answer is that of what does not exist.
import { limits } from "../base/limits.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { type Grants, isRole, lacking } from "../model/roles.ts";
import type { Link } from "../store/links.ts";
import type { People } from "../store/people.ts";
import type { User } from "../store/people-rows.ts";
import type { Session } from "../store/sessions.ts";
import type { By, HeldToken, Tokens } from "../store/tokens.ts";
import { type Passwords, passwordFault } from "./password.ts";
import { actorOf, may, type Principal } from "./principal.ts";
import { answered, busy, type Denial, denied, emailFault, missing, nameFault } from "./refusals.ts";
import { administersSome, grantsFault, maySee, mergedGrants, seenGrants, userFault } from "./rules.ts";

/** Who asks, and from where. */
export interface Asker {
  readonly principal: Principal;
  readonly address: string | null;
}

type Done<Value> = Promise<Result<Value, Denial>>;

export interface PeopleDesk {
  /** Those with a role on a page that the principal administers, with their roles there alone. */
  list(asker: Asker): readonly User[];
  get(asker: Asker, id: string): User | null;
  /** Roles as asked on the pages that the principal may know of; on others they stay as they are. */
  update(
    asker: Asker,
    id: string,
    change: { readonly name?: string; readonly email?: string; readonly grants?: Grants },
  ): Done<User>;
  setDisabled(asker: Asker, id: string, disabled: boolean): Done<User>;
  /** Somebody with a password that somebody else chose, without a role yet. For who administers all pages. */
  add(
    asker: Asker,
    asked: {
      readonly firstName: string;
      readonly lastName: string;
      readonly email: string;
      readonly password: string;
    },
  ): Done<User>;
  remove(asker: Asker, id: string): Done<User>;
  sessions(asker: Asker, id: string): readonly Session[];
  revokeSession(asker: Asker, id: string, session: string): Done<true>;

  /** The secret of a link that is to be sent to that address. Says nothing of whether somebody has the address. */
  invite(
    asker: Asker,
    asked: { readonly email: string; readonly grants: Grants },
  ): Done<{ readonly secret: string; readonly link: Link }>;
  /** The secret of a link by which the user sets a new password; it also takes his second factor off. */
  resetLink(asker: Asker, id: string): Done<{ readonly secret: string; readonly link: Link }>;
  links(asker: Asker): readonly Link[];
  revokeLink(asker: Asker, id: string): Done<true>;

  keys(asker: Asker): readonly HeldToken[];
  /** The key itself is told here and never again. Nobody makes one that may more than himself. */
  makeKey(
    asker: Asker,
    asked: { readonly name: string; readonly grants: Grants; readonly expiresMs: number | null },
  ): Done<{ readonly token: string; readonly held: HeldToken }>;
  /** Of a key for other pages too, the roles on one's own pages alone are taken. */
  revokeKey(asker: Asker, id: string): Done<true>;
}

export interface DeskOptions {
  readonly people: People;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  pages(): readonly string[];
}

export function createPeopleDesk(options: DeskOptions): PeopleDesk {
  return { ...usersOf(options), ...linksOf(options), ...keysOf(options) };
}

const byOf = ({ principal, address }: Asker): By => ({ actor: actorOf(principal), address });
const noUser = refuse(missing("User"));

type Users = Pick<
  PeopleDesk,
  "list" | "get" | "add" | "update" | "setDisabled" | "remove" | "sessions" | "revokeSession"
>;

function usersOf({ people, pages, passwords }: DeskOptions): Users {
  const seen = ({ principal }: Asker, user: User): User => ({
    ...user,
    grants: seenGrants(principal, user.grants),
  });
  const find = ({ principal }: Asker, id: string): User | null => {
    const user = people.get(id);
    return user !== null && maySee(principal, user.grants) ? user : null;
  };
  return {
    list: (asker) =>
      people
        .list()
        .filter((user) => maySee(asker.principal, user.grants))
        .map((user) => seen(asker, user)),
    get(asker, id) {
      const user = find(asker, id);
      return user && seen(asker, user);
    },
    async update(asker, id, { name, email, grants: asked }) {
      const user = find(asker, id);
      if (user === null) return noUser;
      const { principal } = asker;
      const grants = asked === undefined ? undefined : mergedGrants(principal, user.grants, asked);
      const rights =
        (grants && grantsFault(principal, user.grants, grants)) ??
        (name === undefined ? null : userFault(principal, user)) ??
        // Whether an address is taken says that somebody is somewhere: that is for those who see everybody.
        (email === undefined || may(principal, "*", "administer") ? null : lacking("administer"));
      if (rights !== null && rights !== undefined) return refuse(denied(403, rights));
      const fault =
        (name === undefined ? null : nameFault(name)) ??
        (email === undefined ? null : emailFault(email)) ??
        (asked === undefined ? null : pagesFault(asked, pages()));
      if (fault !== null) return refuse(denied(422, fault));
      const done = await people.update(
        id,
        {
          ...(name === undefined ? {} : { name: name.trim() }),
          ...(email === undefined ? {} : { email: email.trim() }),
          ...(asked === undefined ? {} : { grants: (now) => mergedGrants(principal, now, asked) }),
        },
        byOf(asker),
      );
      return answered(done.ok ? ok(seen(asker, done.value)) : done);
    },
    async add(asker, { firstName, lastName, email, password }) {
      // Whether an address is taken says that somebody is somewhere.
      if (!may(asker.principal, "*", "administer")) return refuse(denied(403, lacking("administer")));
      const first = firstName.trim();
      const name = `${first} ${lastName.trim()}`.trim();
      const fault = nameFault(name) ?? emailFault(email) ?? passwordFault(password, [email, name]);
      if (fault !== null) return refuse(denied(422, fault));
      const hash = await passwords.hash(password, true);
      if (!hash.ok) return refuse(busy);
      const user = { name, firstNameChars: first.length, email: email.trim(), grants: [], signOn: null };
      return answered(await people.create({ ...user, password: hash.value }, byOf(asker)));
    },
    async remove(asker, id) {
      const user = find(asker, id);
      if (user === null) return noUser;
      const fault = userFault(asker.principal, user);
      return fault === null ? answered(await people.remove(id, byOf(asker))) : refuse(denied(403, fault));
    },
    async setDisabled(asker, id, disabled) {
      const user = find(asker, id);
      if (user === null) return noUser;
      const fault = userFault(asker.principal, user);
      if (fault !== null) return refuse(denied(403, fault));
      return answered(await people.setDisabled(id, disabled, byOf(asker)));
    },
    sessions: (asker, id) => {
      const user = find(asker, id);
      return user === null || userFault(asker.principal, user) !== null ? [] : people.sessions.list(id);
    },
    async revokeSession(asker, id, session) {
      const user = find(asker, id);
      if (user === null) return noUser;
      const fault = userFault(asker.principal, user);
      if (fault !== null) return refuse(denied(403, fault));
      const done = await people.sessions.revoke(id, session, "session.revoke", byOf(asker));
      return done ? ok(true) : refuse(missing("Session"));
    },
  };
}

type OfLinks = Pick<PeopleDesk, "invite" | "resetLink" | "links" | "revokeLink">;

function linksOf({ people, pages }: DeskOptions): OfLinks {
  const grantsOf = (link: Link): Grants =>
    link.user === null ? link.grants : (people.get(link.user)?.grants ?? []);
  const mine = ({ principal }: Asker): readonly Link[] =>
    people.links
      .list()
      .filter((link) => grantsFault(principal, grantsOf(link), []) === null && administersSome(principal));
  const make = async (asker: Asker, asked: Parameters<People["links"]["make"]>[0]) =>
    answered(await people.links.make(asked, byOf(asker)));
  return {
    async invite(asker, { email, grants }) {
      const rights = grantsFault(asker.principal, [], grants);
      if (rights !== null) return refuse(denied(403, rights));
      const fault =
        emailFault(email) ??
        (grants.length === 0
          ? "An invitation names a role on a page, or on all."
          : pagesFault(grants, pages()));
      if (fault !== null) return refuse(denied(422, fault));
      return make(asker, { kind: "invite", email: email.trim(), grants, user: null });
    },
    async resetLink(asker, id) {
      const user = people.get(id);
      if (user === null || !maySee(asker.principal, user.grants)) return noUser;
      const fault = userFault(asker.principal, user);
      if (fault !== null) return refuse(denied(403, fault));
      return make(asker, { kind: "reset", email: user.email, grants: [], user: id });
    },
    links: mine,
    async revokeLink(asker, id) {
      if (!mine(asker).some((link) => link.id === id)) return refuse(missing("Link"));
      return (await people.links.revoke(id, byOf(asker))) ? ok(true) : refuse(missing("Link"));
    },
  };
}

type OfKeys = Pick<PeopleDesk, "keys" | "makeKey" | "revokeKey">;

function keysOf({ tokens, pages }: DeskOptions): OfKeys {
  const mine = ({ principal }: Asker): readonly HeldToken[] =>
    tokens
      .list()
      .filter((token) => maySee(principal, token.grants))
      .map((token) => ({ ...token, grants: seenGrants(principal, token.grants) }));
  return {
    keys: mine,
    async makeKey(asker, { name, grants, expiresMs }) {
      const rights = grantsFault(asker.principal, [], grants);
      if (rights !== null) return refuse(denied(403, rights));
      const fault =
        nameFault(name) ??
        (grants.length === 0 ? "A key has a role on a page, or on all." : pagesFault(grants, pages()));
      if (fault !== null) return refuse(denied(422, fault));
      return ok(await tokens.add({ name: name.trim(), grants, expiresMs }, byOf(asker)));
    },
    async revokeKey(asker, id) {
      const { principal } = asker;
      const key = mine(asker).find((token) => token.id === id);
      if (key === undefined) return refuse(missing("Key"));
      const taken = key.grants.filter(([page]) => may(principal, page, "administer"));
      if (taken.length === 0) return refuse(denied(403, lacking("administer")));
      const pagesTaken = new Set(taken.map(([page]) => page));
      await tokens.revoke((token) => {
        if (token.id !== id) return false;
        const rest = token.grants.filter(([page]) => !pagesTaken.has(page));
        return rest.length === 0 ? true : rest;
      }, byOf(asker));
      return ok(true);
    },
  };
}

/** Why these are no roles on pages that exist, or null. Asked only of who may give them: to others it would say which pages exist. */
function pagesFault(grants: Grants, pages: readonly string[]): string | null {
  for (const [page, role] of grants) {
    if (!isRole(role)) return `There is no role ${String(role).slice(0, limits.idCharsMax)}.`;
    if (page !== "*" && !pages.includes(page)) return `There is no page ${page.slice(0, limits.idCharsMax)}.`;
  }
  return null;
}
