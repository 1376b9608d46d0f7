// What a listener for visitors has to say of itself, and no visitor is to hear. In: who answers, and a body, as they are. Out: the same, of which
// nothing is thrown: what they throw is told, and the visitor has a 500 or a connection that ends.
import type { Answer, Answering, StreamBody, StreamSink } from "./asked.ts";
import type { Refusal } from "./http1-head.ts";
import { failedAnswer } from "./refusals.ts";

/** Why a head was answered by the listener itself; `malformed` ends its stream of HTTP/2 without an answer (RFC 9113, 8.1.1). */
export type RefusedHead = Refusal | "malformed";

export interface Remarks {
  /** A defect of ours: who answers threw, or gave what cannot be sent. Its visitor was sent a 500, or was cut off. */
  onDefect(thrown: unknown): void;
  /** A head came that nobody was asked about. */
  onRefused(reason: RefusedHead): void;
}

/** Who answers, of whom nothing is thrown and no promise rejects. */
export function guarded(answering: Answering, { onDefect }: Pick<Remarks, "onDefect">): Answering {
  const fail = (thrown: unknown): Answer => {
    onDefect(thrown);
    return failedAnswer;
  };
  return (asked, peer) => {
    try {
      const answer = answering(asked, peer);
      return answer instanceof Promise ? answer.catch(fail) : answer;
    } catch (thrown) {
      return fail(thrown);
    }
  };
}

/** A body that fails to begin is broken off: its head may be on its way. */
export function startBody(body: StreamBody, sink: StreamSink, { onDefect }: Pick<Remarks, "onDefect">): void {
  try {
    body.start(sink);
  } catch (thrown) {
    onDefect(thrown);
    sink.abort();
  }
}
