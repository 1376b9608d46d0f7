// Brings visitors' notes to the source. In: what the POP holds, the source of the moment. Out: notes removed here once the source says that it keeps them.
// While no source takes them they stay, however long; a mirror takes none. One request at a time: what comes meanwhile goes with the next.
import { backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { readAll } from "../host/dial.ts";
import { digestBytesLength } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";
import { createCall, post, type SourceLine } from "./ask.ts";
import { mirrorScheme } from "./mirror-read.ts";
import { decodeNames, encodeNotes, notesPath } from "./notes-wire.ts";

/** Where they wait. */
export interface HeldNotes {
  oldest(): readonly { readonly name: Digest; readonly bytes: Uint8Array }[];
  taken(names: readonly Digest[]): Promise<void>;
  onKept(listener: () => void): void;
}

export interface ForwardingOptions {
  readonly notes: HeldNotes;
  /** The source that is listened to; null where nothing is followed. */
  line(): SourceLine | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Forwarding {
  stop(): Promise<void>;
}

/** `idle`: nothing is left. `again`: more may go at once. `later`: the source takes nothing now. */
type Round = "idle" | "again" | "later";

/** Begins with what is held. */
export function startForwarding(options: ForwardingOptions): Forwarding {
  const { notes, clock, random, log } = options;
  const outcomes = options.metrics.counter(
    "notes_forwarded_total",
    "Notes of visitors brought to the source, by outcome.",
    "outcome",
  );
  let failures = 0;
  let running: Promise<void> | null = null;
  let retry: Timer | null = null;
  let stopped = false;
  /** Something came while a round was under way. */
  let wanted = false;
  let saidOf = "";

  async function bring(line: SourceLine, held: ReturnType<HeldNotes["oldest"]>): Promise<readonly Digest[]> {
    const call = createCall(clock, line.stopped, limits.answerMsMax);
    try {
      const body = encodeNotes({ key: line.key, notes: held.map(({ bytes }) => bytes) });
      const answer = await post(line, notesPath, body, call.signal);
      const names = await readAll(answer.body, limits.notesPerBatchMax * digestBytesLength);
      answer.close();
      if (answer.status !== 200) throw new Error(`${line.url} answered ${answer.status}`);
      return decodeNames(names);
    } finally {
      call.close();
    }
  }

  async function round(): Promise<Round> {
    const held = notes.oldest();
    if (held.length === 0) return "idle";
    const line = options.line();
    if (line === null || line.url.startsWith(mirrorScheme)) return "later";
    try {
      const kept = new Set(await bring(line, held));
      const names = held.filter(({ name }) => kept.has(name)).map(({ name }) => name);
      await notes.taken(names);
      outcomes.add(names.length, "taken");
      if (names.length === 0) return "later";
      saidOf = "";
      return "again";
    } catch (thrown) {
      outcomes.add(held.length, "lost");
      // The line to a source that is gone is said by who follows it; this is of one that is there.
      if (saidOf !== line.url)
        log.warn("What visitors said waits for the source.", { source: line.url, reason: messageOf(thrown) });
      saidOf = line.url;
      return "later";
    }
  }

  async function run(): Promise<void> {
    let outcome: Round;
    do {
      wanted = false;
      outcome = await round();
      if (outcome !== "later") failures = 0;
    } while (!stopped && (outcome === "again" || (outcome === "idle" && wanted)));
    running = null;
    if (outcome === "later") later();
  }

  function later(): void {
    if (stopped) return;
    retry?.cancel();
    retry = clock.after(backoffMs(failures++, limits.notesAgainMsMin, limits.notesAgainMsMax, random), () => {
      retry = null;
      begin();
    });
  }

  /** One that fails is not asked for each note that comes. */
  function begin(): void {
    if (stopped || retry !== null) return;
    wanted = true;
    running ??= run();
  }

  notes.onKept(begin);
  begin();
  return {
    async stop() {
      stopped = true;
      retry?.cancel();
      await running;
    },
  };
}
