// Who asks, and what they may. In: a request, the tokens. Out: a principal with a role for each page it may know of, or null.
import { allows, type Grants, type Need, type Role, roleIn } from "../model/roles.ts";
import type { By, Tokens } from "../store/tokens.ts";

/** Who was let in: an API token, or a person with a session. */
export interface Principal {
  readonly kind: "token" | "user";
  readonly id: string;
  readonly name: string;
  readonly grants: Grants;
}

/** Reads `Authorization: OAuth <key>` (or Bearer, in any case), else `?api_key=`. */
export function authenticate(request: Request, tokens: Pick<Tokens, "check">): Principal | null {
  const header = /^\s*(?:oauth|bearer)\s+(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const key = header ?? /[?&]api_key=([^&#]+)/.exec(request.url)?.[1];
  const token = key === undefined ? null : tokens.check(key);
  return token && { kind: "token", id: token.id, name: token.name, grants: token.grants };
}

/** The principal's role on a page, or with `"*"` on all pages; null where it may not know that the page exists. */
export function roleOn({ grants }: Principal, page: string): Role | null {
  return roleIn(grants, page);
}

/** Whether the principal may know that this page exists. */
export function mayTouch(principal: Principal, page: string): boolean {
  return roleOn(principal, page) !== null;
}

/** Whether the principal may do what has this need: on a page, or with null where no page is named. There, reading shows what one may see anyway. */
export function may(principal: Principal, page: string | null, need: Need): boolean {
  if (page === null && need === "read") return true;
  const role = roleOn(principal, page ?? "*");
  return role !== null && allows(role, need);
}

/** As the audit names who asks by the API, which knows no address worth keeping: behind a proxy all have the same. */
export function byOf(principal: Principal): By {
  return { actor: actorOf(principal), address: null };
}

/** Who did it, as the op-log and the audit name it. */
export function actorOf({ kind, id, name }: Principal): string {
  return kind === "token" ? `token:${name}` : `user:${id}`;
}
