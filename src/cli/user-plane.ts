// What commands ask of a control plane about its people. In: a data folder. Out: the list, changes, one-time links: of the running control
// plane through its socket, or, where none runs, of the folder's rows.
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { LocalOperations } from "../control/local.ts";
import type { Grants, Role } from "../model/roles.ts";
import { linkPaths } from "../people/entrances.ts";
import { denialOf, emailFault } from "../people/refusals.ts";
import { createPeople, type People, type PeopleRefusal } from "../store/people.ts";
import type { User } from "../store/people-rows.ts";
import { commandLine } from "../store/tokens.ts";
import { type ReachOptions, withHolder } from "./control-plane.ts";

/** A one-time link; `url` is null where nobody said under which address the admin pages are reached: then `path` alone is known. */
export interface MadeLink {
  readonly url: string | null;
  readonly path: string;
  readonly expiresMs: number;
}

export interface UserPlane {
  list(): Promise<readonly User[]>;
  /** An invitation: who opens it signs up with this address, or takes the role in addition. */
  invite(email: string, grants: Grants): Promise<MadeLink>;
  /** A link by which somebody sets a new password; it takes the second factor off. */
  reset(email: string): Promise<MadeLink>;
  setDisabled(email: string, disabled: boolean): Promise<User>;
  /** A role on a page, or on all; null takes it away. */
  setRole(email: string, page: string, role: Role | null): Promise<User>;
}

interface PlaneParts {
  readonly people: People;
  pages(): readonly string[];
  /** The address of the admin pages; null where nobody said. */
  url(): string | null;
}

export function userPlaneOf({ people, pages, url }: PlaneParts): UserPlane {
  const named = (email: string): User => {
    const user = people.byEmail(email);
    if (user !== null) return user;
    throw new Fault("not-found", `Nobody has the address ${email}.`, "See pharos user list.");
  };
  const known = (page: string): void => {
    if (page === "*" || pages().includes(page)) return;
    throw new Fault(
      "not-found",
      `There is no page ${page} in this data folder.`,
      "Give the id of one, or '*' for all.",
    );
  };
  const make = async (asked: Parameters<People["links"]["make"]>[0]): Promise<MadeLink> => {
    const { secret, link } = done(await people.links.make(asked, commandLine));
    const path = linkPaths[asked.kind](secret);
    const base = url();
    return { url: base === null ? null : `${base}${path}`, path, expiresMs: link.expiresMs };
  };
  return {
    list: async () => people.list(),
    async invite(email, grants) {
      const fault = emailFault(email);
      if (fault !== null)
        throw new Fault("usage", `--email: ${fault}`, "Give an address such as ada@example.org.");
      for (const [page] of grants) known(page);
      return make({ kind: "invite", email: email.trim(), grants, user: null });
    },
    async reset(email) {
      const user = named(email);
      return make({ kind: "reset", email: user.email, grants: [], user: user.id });
    },
    setDisabled: async (email, disabled) =>
      done(await people.setDisabled(named(email).id, disabled, commandLine)),
    async setRole(email, page, role) {
      const user = named(email);
      if (role !== null) known(page);
      const rest = (grants: Grants): Grants => grants.filter(([held]) => held !== page);
      const grants = (held: Grants): Grants => (role === null ? rest(held) : [...rest(held), [page, role]]);
      return done(await people.update(user.id, { grants }, commandLine));
    },
  };
}

/** What the running control plane answers of it. */
export function userOperations(plane: UserPlane): LocalOperations {
  return {
    userList: () => plane.list(),
    userInvite: ([email, grants]) => plane.invite(email as string, grants as Grants),
    userReset: ([email]) => plane.reset(email as string),
    userDisable: ([email, disabled]) => plane.setDisabled(email as string, disabled as boolean),
    userRole: ([email, page, role]) => plane.setRole(email as string, page as string, role as Role | null),
  };
}

/** Runs `use` with whoever knows the people of the folder. */
export function withUserPlane<Value>(
  options: ReachOptions,
  use: (plane: UserPlane) => Promise<Value>,
): Promise<Value> {
  return withHolder(options, {
    running: (call) =>
      use({
        list: () => call("userList"),
        invite: (email, grants) => call("userInvite", email, grants),
        reset: (email) => call("userReset", email),
        setDisabled: (email, disabled) => call("userDisable", email, disabled),
        setRole: (email, page, role) => call("userRole", email, page, role),
      }),
    alone: ({ store, ledger }) =>
      use(
        userPlaneOf({
          people: createPeople({ ...options, store }),
          pages: () => ledger.pages(),
          url: () => null,
        }),
      ),
  });
}

function done<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly reason: PeopleRefusal | "too-many" },
): Value {
  if (result.ok) return result.value;
  throw new Fault(
    result.reason === "too-many" ? "busy" : "not-found",
    denialOf(result.reason).sentences.join(" "),
    remedies[result.reason] ?? "See pharos user list.",
  );
}

const remedies: Partial<Record<PeopleRefusal, string>> = {
  "last-owner": "Give the role owner on '*' to somebody else: pharos user role.",
  "too-many": `There may be ${limits.linksMax} links at a time: withdraw some, or wait until they are over.`,
};
