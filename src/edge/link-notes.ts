// Notes of a worker that wait for its syncer's word. In: sealed notes, word of what was written down. Out: an outcome for each, in time. One that was sent is
// sent again to a syncer that was started anew: it knows by its name what it has.
import { Buffer } from "node:buffer";
import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import { noteName } from "../snapshot/visitor-note.ts";
import type { Noted, WorkerAsks } from "./link.ts";

interface Waiting {
  readonly ask: WorkerAsks;
  readonly resolve: (noted: Noted) => void;
  readonly timer: Timer;
}

export interface LinkNotes {
  note(sealed: Uint8Array): Promise<Noted>;
  /** The syncer has said so. */
  settle(name: Digest, noted: Noted): void;
  /** Whoever dialled says again what is not settled. */
  again(): void;
  stop(): void;
}

/** `send` says it to the syncer, where it is there. */
export function createLinkNotes(clock: Clock, send: (ask: WorkerAsks) => void): LinkNotes {
  const waiting = new Map<Digest, Waiting>();
  const settle = (name: Digest, noted: Noted): void => {
    const found = waiting.get(name);
    if (found === undefined) return;
    waiting.delete(name);
    found.timer.cancel();
    found.resolve(noted);
  };
  return {
    note(sealed) {
      if (waiting.size >= limits.notesUnderWayMax) return Promise.resolve("failed");
      const { promise, resolve } = Promise.withResolvers<Noted>();
      const name = noteName(sealed);
      const ask = { note: Buffer.from(sealed).toString("base64"), name };
      const timer = clock.after(limits.noteKeptMsMax, () => settle(name, "failed"));
      waiting.set(name, { ask, resolve, timer });
      send(ask);
      return promise;
    },
    settle,
    again() {
      for (const { ask } of waiting.values()) send(ask);
    },
    stop() {
      for (const name of [...waiting.keys()]) settle(name, "failed");
    },
  };
}
