// Answers given before. In: an exchange that was answered from the live store, the number of its commit. Out: the same answer, while it holds.
// A worker under load gives the same few answers thousands of times between two commits; each of those costs one look-up here.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import { createRecent } from "../base/recent.ts";
import type { Answer, Asked } from "../host/asked.ts";
import type { Exchange } from "./exchange.ts";
import type { Sets } from "./headers.ts";
import type { Kind } from "./tally.ts";
import { isHeld } from "./validators.ts";
import type { Chosen } from "./variant.ts";

export interface Answers {
  /** What was answered to this very question, and what it is counted as: by the question's own object, so that nothing of it is looked at. */
  again(asked: Asked, commit: number | null): Again | null;
  /** What was answered to the same host, path and encodings, if nothing was committed and no deadline passed since. */
  recall(exchange: Exchange): Answer | null;
  /** `given` answers `exchange` until `untilMs` (monotonic), or until a commit. */
  keep(exchange: Exchange, given: Given, untilMs: number): void;
}

export interface Again {
  readonly answer: Answer;
  readonly kind: Kind;
  readonly bytes: number;
}

/** An answer and its 304, each the same object for all who are given it. */
export interface Given {
  readonly kind: Kind;
  readonly etag: string;
  readonly body: Uint8Array;
  readonly ok: Answer;
  readonly notModified: Answer;
}

interface Held {
  readonly given: Given;
  readonly commit: number;
  readonly untilMs: number;
}

/** What a question was answered with last. It keeps no body in memory that the bound of answers has let go. */
interface Memo {
  readonly held: WeakRef<Held>;
  readonly isOk: boolean;
  readonly bytes: number;
}

export function createAnswers(clock: Clock, metrics: Metrics): Answers {
  const held = createRecent<Held>(limits.answersBytesMax, ({ given }) => given.body.length + entryBytes);
  metrics.watch("edge_answers_bytes", "Bytes of whole answers held in memory.", held.cost);
  const memos = new WeakMap<Asked, Memo>();
  const isGood = ({ commit, untilMs }: Held, now: number | null): boolean =>
    commit === now && clock.monotonicMs() < untilMs;
  return {
    again(asked, commit) {
      const memo = asked.repeats === true ? memos.get(asked) : undefined;
      const last = memo?.held.deref();
      if (memo === undefined || last === undefined || !isGood(last, commit)) return null;
      const { given } = last;
      return { answer: memo.isOk ? given.ok : given.notModified, kind: given.kind, bytes: memo.bytes };
    },
    recall(exchange) {
      const last = held.get(keyOf(exchange));
      if (last === undefined || !isGood(last, exchange.commit)) return null;
      const { asked } = exchange;
      const { given } = last;
      const answer = answerOf(exchange, given);
      // Not at the first time: most heads of a crowd are asked once.
      if (asked.repeats === true)
        memos.set(asked, { held: new WeakRef(last), isOk: answer === given.ok, bytes: exchange.bytes });
      return answer;
    },
    keep(exchange, given, untilMs) {
      const { commit } = exchange;
      if (commit === null) return;
      const latestMs = clock.monotonicMs() + limits.answerHeldMs;
      held.set(keyOf(exchange), { given, commit, untilMs: Math.min(untilMs, latestMs) });
    },
  };
}

/** Those of a variant whose headers did not change, as long as somebody holds them: a listener has made their bytes. */
const givens = new WeakMap<Sets, WeakRef<Given>>();

/** The answers of a variant. */
export function givenOf(sets: Sets, { etag, body }: Chosen): Given {
  const known = givens.get(sets)?.deref();
  if (known?.body === body && known.etag === etag) return known;
  const { kind, status, ok, notModified } = sets;
  const given = {
    kind,
    etag,
    body,
    ok: { status, fields: ok, body },
    notModified: { status: 304, fields: notModified, body: null },
  };
  givens.set(sets, new WeakRef(given));
  return given;
}

/** 304 to who has it, else 200. Under HEAD the listener keeps the body to itself. */
export function answerOf(exchange: Exchange, { kind, etag, body, ok, notModified }: Given): Answer {
  const { asked } = exchange;
  exchange.kind = kind;
  if (isHeld(asked.field("if-none-match"), etag)) return notModified;
  if (asked.method !== "HEAD") exchange.bytes = body.length;
  return ok;
}

/** Unambiguous: a host has no slash, a path begins with one, and neither path nor header has a line's end. */
function keyOf({ host, path, accept, asked: { secure } }: Exchange): string {
  return `${host}${path}\n${secure ? "s" : "p"}${accept ?? "\n"}`;
}

/** Key, headers and the entry itself. */
const entryBytes = 2_048;
