// One connection to a source, carried out. In: an address, what this POP has. Out: steps as frames come, and how it ended. Never throws.
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { ask, createCall, type SourceLine } from "./ask.ts";
import type { FollowSession, Step } from "./follow-session.ts";
import { createFrameDecoder } from "./frame-decoder.ts";
import type { Ended, FollowMode } from "./rotation.ts";

/** What came of a step. `heard`: a heartbeat was accepted; `end`: this source is not worth listening to. */
export type Acted = "on" | "heard" | "end";

export interface ConnectionParts {
  readonly line: SourceLine;
  readonly mode: FollowMode;
  readonly session: FollowSession;
  /** What this POP has, as frames. */
  readonly having: readonly Uint8Array[];
  onBytes(count: number): void;
  act(step: Step): Acted;
  /** Why the connection ended, where it did not end as it should. */
  onLost(reason: string): void;
}

/** Listens until the source ends, stays silent, or is left. A stream that confirms nothing for too long is silent, whatever it says. */
export async function listenTo(parts: ConnectionParts): Promise<Ended> {
  const { line, mode, session } = parts;
  const decoder = createFrameDecoder("hello");
  let frames = false;
  let heard = false;
  let silent = false;
  const lastsMsMax = mode === "poll" ? limits.answerMsMax : Number.POSITIVE_INFINITY;
  const call = createCall(line.clock, line.stopped, lastsMsMax, () => {
    silent = true;
  });

  /** False where the connection is to end. */
  function take(chunk: Uint8Array): boolean {
    decoder.push(chunk);
    for (;;) {
      const decoded = decoder.next();
      if (decoded.kind === "more") return true;
      if (decoded.kind === "bad") return parts.act({ kind: "end", reason: decoded.reason }) !== "end";
      frames = true;
      for (const step of session.take(decoded.frame)) {
        const acted = parts.act(step);
        if (acted === "end") return false;
        if (acted === "heard") {
          heard = true;
          call.heard();
        }
      }
    }
  }

  let whole = true;
  try {
    for await (const chunk of ask(line, "/sync/follow", mode, parts.having, call)) {
      parts.onBytes(chunk.length);
      if (mode === "poll") call.heard();
      whole = take(chunk);
      if (!whole) break;
    }
    if (whole && !frames && !line.stopped.aborted) parts.onLost(`${line.url} answered with nothing`);
  } catch (thrown) {
    whole = false;
    if (!line.stopped.aborted) parts.onLost(silent ? "it stayed silent" : messageOf(thrown));
  } finally {
    call.close();
  }
  for (const step of session.cut()) parts.act(step);
  const polled = mode === "poll" && whole && frames;
  return { kind: polled ? "polled" : silent ? "silent" : "lost", frames, heard };
}
