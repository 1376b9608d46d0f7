// What a request asks beside its body. In: a request. Out: the same for every endpoint, or the sentence that refuses it.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Principal } from "../people/principal.ts";
import { type ApiError, unprocessable } from "./answer.ts";
import { keyIn } from "./idempotency.ts";

export interface Asked {
  readonly principal: Principal;
  /** Say what would become of it, and write nothing. */
  readonly dryRun: boolean;
  /** What an edit is based on, as it was sent. */
  readonly ifMatch: string | null;
  /** The `Idempotency-Key`, of a write that is no dry run. */
  readonly key: string | null;
  /** What names follow from, so that a request that is sent again under its key makes nothing twice. */
  readonly seed: string | null;
  /** The body, of a row that takes lines. */
  readonly lines: AsyncIterable<string>;
}

/** Reads are dry as they are: there the word says nothing. */
export function askedOf(request: Request, principal: Principal): Result<Asked, ApiError> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const word = isRead ? null : new URLSearchParams(/\?([^#]*)/.exec(request.url)?.[1]).get("dry_run");
  if (word !== null && word !== "true" && word !== "false")
    return refuse(unprocessable("Dry run must be true or false"));
  const header = isRead ? null : request.headers.get("idempotency-key");
  const key = header === null ? null : keyIn(header);
  if (header !== null && key === null)
    return refuse({ status: 400, error: "Idempotency-Key has 1 to 255 characters without spaces." });
  const dryRun = word === "true";
  const ifMatch = isRead ? null : request.headers.get("if-match");
  return ok({ principal, dryRun, ifMatch, seed: null, key: dryRun ? null : key, lines: noLines() });
}

async function* noLines(): AsyncGenerator<string, undefined> {
  // Of any other row.
}
