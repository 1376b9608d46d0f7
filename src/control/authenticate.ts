// Who asks. In: a request, the tokens. Out: the token's name and the page it may speak of, or null.
import type { Tokens } from "../store/tokens.ts";

/** A token that was accepted. `page` is one page's id, or `"*"` for all. */
export interface Principal {
  readonly name: string;
  readonly page: string;
}

/** Reads `Authorization: OAuth <key>` (or Bearer, in any case), else `?api_key=`. */
export function authenticate(request: Request, tokens: Pick<Tokens, "check">): Principal | null {
  const header = /^\s*(?:oauth|bearer)\s+(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const key = header ?? /[?&]api_key=([^&#]+)/.exec(request.url)?.[1];
  return key === undefined ? null : tokens.check(key);
}

/** Whether the principal may know that this page exists. */
export function mayTouch(principal: Principal, page: string): boolean {
  return principal.page === "*" || principal.page === page;
}
