// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write that is sent twice is carried out once. In: a request with a key, how to
// answer it. Out: its answer, or the one that the same request got before. Only what was done is kept: a refused write changed nothing, so it may
// be tried again under its key. A retry after a crash between the write and the keeping of its answer makes nothing twice: names follow from the key.
import { hash } from "node:crypto";
import { limits } from "../base/limits.ts";
import type { Replays } from "../store/replays.ts";
import { type ApiError, errorResponse } from "./answer.ts";

export interface Keyed {
  readonly asker: string;
  readonly key: string;
  /** Of method, address and body. */
  readonly print: string;
}

/** The key as it is meant: a quoted string, or the bare word that clients send. Null where it is neither. */
export function keyIn(header: string): string | null {
  const text = header.trim();
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text;
  return /^[\x21-\x7e]{1,255}$/.test(bare) ? bare : null;
}

export function printOf(method: string, url: string, body: string): string {
  return hash("sha256", `${method} ${url}\n${body}`, "hex");
}

const underWay: ApiError = {
  status: 409,
  error: "The request with this Idempotency-Key is still under way: ask again for its answer.",
};
const another: ApiError = {
  status: 422,
  error: ["Idempotency-Key belongs to another request: take a new one for a new request"],
};

export type Once = (keyed: Keyed, answer: () => Promise<Response>) => Promise<Response>;

export function createOnce(replays: Replays): Once {
  const running = new Map<string, string>();
  return async ({ asker, key, print }, answer) => {
    const name = `${asker}/${key}`;
    const begun = running.get(name);
    if (begun !== undefined)
      return begun === print ? errorResponse(underWay, { "retry-after": "1" }) : errorResponse(another);
    const held = replays.find(asker, key);
    if (held !== null && held.print !== print) return errorResponse(another);
    if (held !== null) {
      const headers = new Headers(held.headers.map(([field, value]): [string, string] => [field, value]));
      headers.set("idempotency-replayed", "true");
      return new Response(held.status === 204 ? null : held.body, { status: held.status, headers });
    }
    running.set(name, print);
    try {
      const response = await answer();
      if (!response.ok) return response;
      const body = await response.clone().text();
      const headers = [...response.headers];
      if (body.length <= limits.replayBytesMax)
        await replays.keep(asker, key, { print, status: response.status, headers, body });
      return response;
    } finally {
      running.delete(name);
    }
  };
}
