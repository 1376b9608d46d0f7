// How a POP becomes a member. In: a one-time token and a document signed by the POP's own key. Out: the POP in the registry, and the documents
// by which it can tell what it joined. POST /sync/join: the token in `Authorization: Bearer`, the document as the body.

import { Buffer } from "node:buffer";
import type { Clock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { dial } from "../host/dial.ts";
import { requestPath } from "../host/request-path.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openJoin, signJoin } from "../snapshot/join.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { JoinRefusal, Pops } from "../store/pops.ts";
import { registriesOf, rootDocumentsOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createCall, statusFault } from "./ask.ts";
import { createAssembly } from "./assembly.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import { encodeFrame, framesOf, helloOf, isPiece, type RefusedReason } from "./frames.ts";
import { readBounded } from "./members-body.ts";
import type { Registrar } from "./members-registrar.ts";

const path = "/sync/join";

const refusals: Record<JoinRefusal | "bad-request", readonly [status: number, sentence: string]> = {
  "bad-request": [400, "The request to join is damaged, or was signed for another token."],
  "token-unknown": [403, "This token is not known here."],
  "token-expired": [403, "This token is over: it was good for one hour."],
  "token-used": [403, "This token was used already, by another POP."],
  "key-revoked": [403, "The key of this POP was revoked: it may not come back under it."],
  "name-taken": [409, "Another POP has this name already."],
  "registry-full": [409, "The registry has no room for one more POP."],
};

export interface JoinsOptions {
  readonly pops: Pick<Pops, "join">;
  readonly registrar: Registrar;
  readonly store: SnapshotStore;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Answers POST /sync/join; null for any other path. The answer is a hello and the documents of root and of the publishers. */
export function createJoins(options: JoinsOptions): (request: Request) => Promise<Response> | null {
  const { pops, registrar, store, log } = options;
  const outcomes = options.metrics.counter("pop_joins_total", "Requests to join, by outcome.", "outcome");
  const refusedWith = (reason: keyof typeof refusals): Response => {
    outcomes.add(1, reason);
    const [status, sentence] = refusals[reason];
    const kind: RefusedReason = status === 400 ? "bad-request" : "not-allowed";
    return answer(status, [encodeFrame({ kind: "refused", reason: kind, sentence })]);
  };

  async function take(request: Request): Promise<Response> {
    const token = /^Bearer (\S{1,200})$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const body = await readBounded(request, limits.joinBytesMax);
    const opened = openJoin(body ?? new Uint8Array());
    if (!opened.ok || opened.value.value.token !== digestOf(Buffer.from(token)))
      return refusedWith("bad-request");
    const { key, value } = opened.value;
    const joined = await pops.join(token, { key, name: value.name });
    if (!joined.ok) return refusedWith(joined.reason);
    await registrar.sign();
    outcomes.add(1, "joined");
    log.info("A POP has joined.", { name: joined.value.name, key, pages: joined.value.pages.join(",") });
    store.refresh();
    const documents = [...rootDocumentsOf(store), ...registriesOf(store)];
    return answer(
      200,
      documents.flatMap((bytes) => [...framesOf("document", digestOf(bytes), bytes)]),
    );
  }

  return (request) => {
    if (requestPath(request.url) !== path) return null;
    if (request.method === "POST") return take(request);
    return Promise.resolve(new Response(null, { status: 405, headers: { allow: "POST" } }));
  };
}

function answer(status: number, frames: readonly Uint8Array[]): Response {
  const headers = { "content-type": "application/octet-stream", "cache-control": "no-store" };
  return new Response(Buffer.concat([helloOf(), ...frames]), { status, headers });
}

export interface JoinAsked {
  readonly dial: typeof dial;
  readonly clock: Clock;
  /** Address of the control plane's feed, without a path. */
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly key: SecretKey;
}

/** Asks to join and gives the documents of the answer. Throws Fault `unreachable` with the reason of a refusal. */
export async function askToJoin(asked: JoinAsked): Promise<readonly Uint8Array[]> {
  const { clock, url, token, name, key } = asked;
  const document = signJoin({ name, timeMs: clock.wallMs(), token: digestOf(Buffer.from(token)) }, key);
  const call = createCall(clock, new AbortController().signal, limits.answerMsMax);
  try {
    const dialled = await asked.dial(`${url}${path}`, {
      policy: "configured",
      method: "POST",
      headers: { "content-type": "application/octet-stream", authorization: `Bearer ${token}` },
      body: document,
      timeoutMs: limits.sourceSilentMs,
      signal: call.signal,
    });
    if (dialled.status !== 200) throw await statusFault(url, dialled);
    return await documentsIn(dialled.body, url, key.publicKey);
  } finally {
    call.close();
  }
}

async function documentsIn(
  body: AsyncIterable<Uint8Array>,
  url: string,
  key: PublicKey,
): Promise<readonly Uint8Array[]> {
  const decoder = createFrameDecoder("hello");
  const assembly = createAssembly(
    (kind) => (kind === "document" ? { atMost: limits.documentBytesMax } : null),
    limits.documentBytesMax,
  );
  const documents: Uint8Array[] = [];
  for await (const chunk of body) {
    decoder.push(chunk);
    for (let next = decoder.next(); next.kind !== "more"; next = decoder.next()) {
      if (next.kind === "bad") throw noFeed(url, key);
      const taken = isPiece(next.frame) ? assembly.take(next.frame) : null;
      if (taken?.kind === "refused") throw noFeed(url, key);
      if (taken?.kind === "whole") documents.push(taken.blob.bytes);
    }
  }
  return documents;
}

function noFeed(url: string, key: PublicKey): Fault {
  return new Fault(
    "unreachable",
    `${url} answered the request of ${key} to join with something else than documents.`,
    "Check that this is the address of a control plane's feed, and that both are of one release.",
  );
}
