// Answers given before. In: an exchange that was answered from the live store, the number of its commit. Out: the same answer, while it holds.
// A worker under load gives the same few answers thousands of times between two commits; each of those costs one look-up here.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Sendable } from "../host/sendable.ts";
import type { Exchange } from "./exchange.ts";
import type { Sets } from "./headers.ts";
import { createRecent } from "./recent.ts";
import { isHeld } from "./validators.ts";

export interface Answers {
  /** What was answered to the same host, path and encodings, if nothing was committed and no deadline passed since. */
  recall(exchange: Exchange): Response | null;
  /** `sets` and `body` answer `exchange` until `untilMs` (monotonic), or until a commit. */
  keep(
    exchange: Exchange,
    answer: { readonly sets: Sets; readonly body: Sendable; readonly untilMs: number },
  ): void;
}

interface Answer {
  readonly commit: number;
  readonly untilMs: number;
  readonly etag: string;
  readonly body: Sendable;
  readonly sets: Sets;
  readonly bytes: number;
}

export function createAnswers(clock: Clock, metrics: Metrics): Answers {
  const held = createRecent<Answer>(limits.answersBytesMax, (answer) => answer.bytes);
  metrics.watch("edge_answers_bytes", "Bytes of whole answers held in memory.", held.cost);
  return {
    recall(exchange) {
      const answer = held.get(keyOf(exchange));
      if (answer === undefined || answer.commit !== exchange.commit) return null;
      if (clock.monotonicMs() >= answer.untilMs) return null;
      return responseOf(exchange, answer.etag, answer.body, answer.sets);
    },
    keep(exchange, { sets, body, untilMs }) {
      const { commit, chosen } = exchange;
      if (commit === null) return;
      const latestMs = clock.monotonicMs() + limits.answerHeldMs;
      const bytes = chosen.body.length + entryBytes;
      held.set(keyOf(exchange), {
        commit,
        untilMs: Math.min(untilMs, latestMs),
        etag: chosen.etag,
        body,
        sets,
        bytes,
      });
    },
  };
}

/** 304 to who has it, else 200. Under HEAD the runtime keeps the body to itself. */
export function responseOf(exchange: Exchange, etag: string, body: Sendable, sets: Sets): Response {
  const { request, fields } = exchange;
  exchange.kind = sets.kind;
  if (isHeld(fields.get("if-none-match"), etag)) return new Response(null, sets.notModified);
  if (request.method !== "HEAD") exchange.bytes = body instanceof Uint8Array ? body.length : body.size;
  return new Response(body, sets.ok);
}

/** Unambiguous: a host has no slash, a path begins with one, and neither path nor header has a line's end. */
function keyOf({ host, path, accept, secure }: Exchange): string {
  return `${host}${path}\n${secure ? "s" : "p"}${accept ?? "\n"}`;
}

/** Key, headers and the entry itself. */
const entryBytes = 2_048;
