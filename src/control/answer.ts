// What the management API says back. In: values, refusals. Out: JSON responses in Statuspage's shapes.
// Clients read `error` as a text (400, 401, 403, 404, 413, 500) or as a list of sentences (422).
import { limits } from "../base/limits.ts";
import type { Refusal } from "../model/command.ts";
import type { Denial } from "../people/refusals.ts";

/** A request that is not carried out. `error` is what the client reads. */
export interface ApiError {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 422 | 429 | 500 | 501 | 503;
  readonly error: string | readonly string[];
  /** What stands beside it in the body. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const unauthenticated: ApiError = {
  status: 401,
  error: "Could not authenticate",
  // RFC 9110, 15.5.2. A browser asks nobody for a password by it.
  headers: { "www-authenticate": 'Bearer realm="pharos"' },
};

export const tooMany: ApiError = {
  status: 429,
  error: "This key asks too often. Retry-After says when to ask again.",
};

export function forbidden(sentence: string): ApiError {
  return { status: 403, error: sentence };
}

/** The address is there, and has other methods: they stand in `Allow` (RFC 9110, 15.5.6). */
export function wrongMethod(method: string, allowed: readonly string[]): ApiError {
  return {
    status: 405,
    error: `${method} is no method of this address: it has ${allowed.join(", ")}.`,
    headers: { allow: allowed.join(", ") },
  };
}

/** `Page not found`, `Incident not found`. */
export function notFound(what: string): ApiError {
  return { status: 404, error: `${what} not found` };
}

export function unprocessable(...sentences: readonly string[]): ApiError {
  return { status: 422, error: sentences };
}

export const tooManyRows = (): ApiError =>
  unprocessable(`A page has at most ${limits.pageRowsMax} rows of a kind`);

/** What Statuspage does and Pharos does not. */
export function notImplemented(sentence: string): ApiError {
  return { status: 501, error: sentence };
}

/** What `decide` refused, or what may not be done with people, as the API says it. */
export function apiErrorOf(refusal: Refusal | Denial): ApiError {
  return refusal.status === 422
    ? unprocessable(...refusal.sentences)
    : { status: refusal.status, error: refusal.sentences.join(" ") };
}

export function jsonResponse(
  status: number,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { "cache-control": "no-store", ...more };
  // A 204 may have no body (RFC 9110, 15.3.5).
  if (status === 204) return new Response(null, { status, headers });
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

export function errorResponse(
  { status, error, more, headers }: ApiError,
  beside?: Readonly<Record<string, string>>,
): Response {
  return jsonResponse(status, { error, ...more }, { ...headers, ...beside });
}

/** Ends a request from inside a handler: the one place that answers knows it from a defect. */
export class ApiRefusal extends Error {
  readonly answer: ApiError;
  constructor(answer: ApiError) {
    super(String(answer.error));
    this.name = "ApiRefusal";
    this.answer = answer;
  }
}
