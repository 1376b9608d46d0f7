// Who may change whom. In: a principal, a user's roles before and after. Out: a sentence for what he may not, or null; what he may see.
// A role on a page is given and taken by who administers that page, that of an owner by an owner. Of other pages nobody learns.
import { allows, type Grants, lacking, type Need } from "../model/roles.ts";
import type { User } from "../store/people-rows.ts";
import { may, type Principal } from "./principal.ts";

/** Why the principal may not turn these grants into those, as a sentence, or null. */
export function grantsFault(principal: Principal, before: Grants, after: Grants): string | null {
  const was = new Map(before);
  const becomes = new Map(after);
  for (const page of new Set([...was.keys(), ...becomes.keys()])) {
    const [from, to] = [was.get(page), becomes.get(page)];
    if (from === to) continue;
    const need: Need = from === "owner" || to === "owner" ? "own" : "administer";
    if (!may(principal, page, need)) return lacking(need);
  }
  return null;
}

/** Why the principal may not change what a user has everywhere (name, address, password, whether he may sign in), or null. */
export function userFault(principal: Principal, { grants }: Pick<User, "grants">): string | null {
  return grantsFault(principal, grants.length === 0 ? [["*", "viewer"]] : grants, []);
}

/** Whether the principal administers any page, or all. */
export function administersSome({ grants }: Principal): boolean {
  return grants.some(([, role]) => allows(role, "administer"));
}

/** The roles that the principal may know of: on pages that he administers, and on all pages. */
export function seenGrants(principal: Principal, grants: Grants): Grants {
  return grants.filter(([page]) => page === "*" || may(principal, page, "administer"));
}

/** Whether the principal may know of someone or something with these grants. */
export function maySee(principal: Principal, grants: Grants): boolean {
  if (may(principal, "*", "administer")) return true;
  return administersSome(principal) && seenGrants(principal, grants).length > 0;
}

/** `before` with the roles on the pages that the principal may know of as `asked`; the rest stays as it is. */
export function mergedGrants(principal: Principal, before: Grants, asked: Grants): Grants {
  const seen = new Set(seenGrants(principal, before).map(([page]) => page));
  return [...new Map([...before.filter(([page]) => !seen.has(page)), ...asked])];
}
