// Tells the source what was applied. In: heads. Out: one request at a time with the newest head of each page; a lost one costs a lag figure.
import { limits } from "../base/limits.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Head } from "../snapshot/types.ts";
import { ask, createCall, type SourceLine } from "./ask.ts";
import { encodeFrame } from "./frames.ts";

export interface Acks {
  add(head: Head): void;
}

/** `session` is what the source named itself in its hello, null while there is none. */
export function createAcks(line: () => SourceLine, session: () => string | null, metrics: Metrics): Acks {
  const pending = new Map<string, Head>();
  let sending = false;
  const outcomes = metrics.counter("follow_acks_total", "Acks to the source, by outcome.", "outcome");

  async function send(): Promise<void> {
    sending = true;
    while (pending.size > 0) {
      const heads = [...pending.values()];
      pending.clear();
      const to = session();
      if (to !== null) outcomes.add(heads.length, (await sendOne(line(), to, heads)) ? "sent" : "lost");
    }
    sending = false;
  }

  return {
    add(head) {
      pending.set(head.page, head);
      if (!sending) void send();
    },
  };
}

/** False where it did not arrive. The connection to the source says why, once; an ack is not worth a second line. */
async function sendOne(line: SourceLine, session: string, heads: readonly Head[]): Promise<boolean> {
  const call = createCall(line.clock, line.stopped, limits.answerMsMax);
  const frames = heads.map(({ page, generation, manifest }) =>
    encodeFrame({ kind: "ack", session, page, generation, manifest }),
  );
  try {
    for await (const _ of ask(line, "/sync/ack", "stream", frames, call)) call.heard();
    return true;
  } catch {
    return false;
  } finally {
    call.close();
  }
}
