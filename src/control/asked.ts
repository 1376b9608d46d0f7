// What a request asks beside its body. In: a request. Out: the same for every endpoint, or the sentence that refuses it.
import { ok, type Result, refuse } from "../base/result.ts";
import { type ApiError, unprocessable } from "./answer.ts";
import type { Principal } from "./authenticate.ts";

export interface Asked {
  readonly principal: Principal;
  /** Say what would become of it, and write nothing. */
  readonly dryRun: boolean;
}

/** `url` is the plain one. Reads are dry as they are: there the word says nothing. */
export function askedOf(request: Request, url: string, principal: Principal): Result<Asked, ApiError> {
  const word = new URL(url).searchParams.get("dry_run");
  if (word !== null && word !== "true" && word !== "false")
    return refuse(unprocessable("Dry run must be true or false"));
  const isRead = request.method === "GET" || request.method === "HEAD";
  return ok({ principal, dryRun: word === "true" && !isRead });
}
