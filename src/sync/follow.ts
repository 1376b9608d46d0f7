// The side that receives. In: sources, trust, a store. Out: generations applied, documents obeyed, freshness kept, heartbeats to hand on.
// What comes from a source is judged as if anyone had sent it: a source that lies costs a line in the log and a move to the next.
import type { Clock, Timer } from "../base/clock.ts";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { dial } from "../host/dial.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { SourceLine } from "./ask.ts";
import { type Acted, listenTo } from "./follow-connection.ts";
import { createFollowSession, type Step } from "./follow-session.ts";
import { createTaking, type DocumentListener } from "./follow-taking.ts";
import type { Prover } from "./members-proof.ts";
import { startReporting } from "./members-reporter.ts";
import { createRotation, type FollowMode } from "./rotation.ts";

export interface FollowerOptions {
  readonly store: SnapshotStore;
  /** Built from the store's documents; what sources add to it is kept there. */
  readonly trust: Trust;
  /** Addresses of feeds without a path, the nearest first; at least one. */
  readonly sources: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly dial: typeof dial;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Default `stream`, which falls back to polling by itself. */
  readonly mode?: FollowMode;
  /** Under which this POP is known to its sources, where it proves nothing. */
  readonly key?: string;
  /** Proves this POP's key to its sources. Shared by all that asks them. */
  readonly prover?: Prover | null;
  /** Thousandths of this machine's processors that are busy, for this POP's reports; 0 where nobody says. */
  load?(): number;
  /** Reports of POPs behind this one, to be carried to its source. */
  carried?(): readonly Uint8Array[];
}

/** What the follower is at. */
export interface FollowerState {
  readonly source: string;
  readonly mode: FollowMode;
  /** A source has said hello on the present connection. */
  readonly connected: boolean;
  readonly level: 0 | 1;
  /** Pages on their way to a newer generation. */
  readonly underWay: number;
}

export interface Follower {
  start(): void;
  /** Resolves when nothing more will be written to the store. */
  stop(): Promise<void>;
  /** Tells of each page that has a new generation, or was removed. Gives back its end. */
  onApplied(listener: (page: string) => void): () => void;
  /** Tells of each document that was accepted and kept: of root, of a key that it appointed, or a registry. Gives back its end. */
  onDocument(listener: DocumentListener): () => void;
  /** Tells of each accepted heartbeat and the heads that it names: what a relay hands on. Gives back its end. */
  onHeartbeat(listener: (heartbeat: Uint8Array, heads: readonly Head[]) => void): () => void;
  /** Trust was given a document from elsewhere: what was refused may hold now. */
  reconsider(): void;
  state(): FollowerState;
  /** The source, where it said something within the last seconds: for what else a POP has to say to it. */
  line(): SourceLine | null;
}

/** A follower that does nothing until it is started. */
export function createFollower(options: FollowerOptions): Follower {
  const { clock, log, metrics } = options;
  assert(options.sources.length > 0, "A follower needs a source.");
  const key = options.prover?.key ?? options.key ?? "";
  const halt = new AbortController();
  const rotation = createRotation(options.sources, options.mode ?? "stream", options.random);
  const line = (): SourceLine => ({
    dial: options.dial,
    clock,
    url: rotation.current().url,
    key,
    prover: options.prover ?? undefined,
    stopped: halt.signal,
  });
  const bytes = metrics.counter("follow_bytes_total", "Bytes received from sources.", "path");
  const ends = metrics.counter("follow_connections_total", "Connections, by how they ended.", "ended");
  const taking = createTaking({ ...options, key, line, onBytes: (count) => bytes.add(count, "fetch") });
  const lost = new Set<string>();
  let connected = false;
  let reporting: Timer | null = null;
  /** When the present source last said anything of use: one that is polled is not always connected. */
  let spokenMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  function act(step: Step, url: string): Acted {
    const acted = taking.take(step);
    connected ||= step.kind === "hello" && acted === "on";
    if (acted === "heard" || connected) spokenMs = clock.monotonicMs();
    if (acted === "heard") lost.delete(url);
    return acted;
  }

  function sayLost(source: string, reason: string): void {
    if (lost.has(source)) return;
    lost.add(source);
    log.warn("Lost a source, or could not reach it; its pages are served on.", { source, reason });
  }

  async function connect(): Promise<void> {
    const { url, mode } = rotation.current();
    const ended = await listenTo({
      line: line(),
      mode,
      session: createFollowSession(taking.judge),
      having: taking.having(),
      onBytes: (count) => bytes.add(count, "follow"),
      act: (step) => act(step, url),
      onLost: (reason) => sayLost(url, reason),
    });
    connected = false;
    ends.add(1, ended.kind);
    await pauseUntil(clock, rotation.ended(ended, clock.monotonicMs()), halt.signal);
  }

  const spokenLine = (): SourceLine | null =>
    clock.monotonicMs() - spokenMs < limits.sourceSilentMs ? line() : null;

  async function run(): Promise<void> {
    while (!halt.signal.aborted) await connect();
  }

  return {
    start() {
      taking.start();
      running ??= run();
      reporting ??= startReporting({
        clock,
        metrics,
        key: options.prover?.secretKey ?? null,
        line: spokenLine,
        read: taking.reading,
        gets: taking.gets,
        load: options.load ?? (() => 0),
        carried: options.carried ?? (() => []),
      });
    },
    async stop() {
      halt.abort();
      reporting?.cancel();
      await Promise.all([running, taking.stop()]);
    },
    onApplied: taking.onApplied,
    onDocument: taking.onDocument,
    onHeartbeat: taking.onHeartbeat,
    reconsider: taking.reconsider,
    line: spokenLine,
    state() {
      const { url, mode } = rotation.current();
      return { source: url, mode, connected, level: taking.level(), underWay: taking.underWay() };
    },
  };
}

/** Waits, or returns at once when called off. */
function pauseUntil(clock: Clock, delayMs: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      stopped.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    stopped.addEventListener("abort", done);
  });
}
