// The side that receives. In: sources, trust, a store. Out: generations applied, documents obeyed, freshness kept, heartbeats to hand on.
// What comes from a source is judged as if anyone had sent it: a source that lies costs a line in the log and a move to the next.
import type { Clock } from "../base/clock.ts";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import type { dial } from "../host/dial.ts";
import { digestOf } from "../snapshot/digest.ts";
import { encodeHeads } from "../snapshot/heartbeat.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createAcks } from "./acks.ts";
import type { SourceLine } from "./ask.ts";
import { fetchBlobs } from "./fetch-blobs.ts";
import { createBeats } from "./follow-beats.ts";
import { listenTo } from "./follow-connection.ts";
import { createDocuments } from "./follow-documents.ts";
import { createPages } from "./follow-pages.ts";
import { createFollowSession, type Step } from "./follow-session.ts";
import { encodeFrame, framesOf, protocolVersion } from "./frames.ts";
import { createRefusals } from "./refusals.ts";
import { createRotation, type Ended, type FollowMode } from "./rotation.ts";

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
  /** Under which this POP is known to its sources. */
  readonly key?: string;
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
  /** Tells of each accepted heartbeat and the heads that it names: what a relay hands on. Gives back its end. */
  onHeartbeat(listener: (heartbeat: Uint8Array, heads: readonly Head[]) => void): () => void;
  state(): FollowerState;
}

/** A follower that does nothing until it is started. */
export function createFollower(options: FollowerOptions): Follower {
  const { store, trust, clock, random, log, metrics } = options;
  assert(options.sources.length > 0, "A follower needs a source.");
  const appliedListeners = new Set<(page: string) => void>();
  const heartbeatListeners = new Set<(heartbeat: Uint8Array, heads: readonly Head[]) => void>();
  const halt = new AbortController();
  const rotation = createRotation(options.sources, options.mode ?? "stream", random);
  const refusals = createRefusals(log, metrics);
  const bytes = metrics.counter("follow_bytes_total", "Bytes received from sources.", "path");
  const connections = metrics.counter(
    "follow_connections_total",
    "Connections to sources, by how they ended.",
    "ended",
  );
  const lost = new Set<string>();
  let connected = false;
  /** The latest: a poll's generation may be applied after its answer ended. */
  let session: string | null = null;
  let firstBeat = true;
  let running: Promise<void> | null = null;

  const lineTo = (url: string): SourceLine => ({
    dial: options.dial,
    clock,
    url,
    key: options.key ?? "",
    stopped: halt.signal,
  });
  const line = (): SourceLine => lineTo(rotation.current().url);
  const tell = (page: string): void => {
    for (const listener of appliedListeners) listener(page);
  };
  const acks = createAcks(line, () => session, metrics);
  const pages = createPages({
    store,
    trust,
    clock,
    random,
    metrics,
    refusals,
    fetch: (wanted) => fetchBlobs(line(), wanted, (count) => bytes.add(count, "fetch")),
    onApplied(head) {
      beats.applied(head);
      acks.add(head);
      tell(head.page);
    },
    onRefused: (page) => beats.refused(page),
  });
  const beats = createBeats({ store, trust, clock, log, metrics, refusals, ...pages });
  const documents = createDocuments({
    store,
    trust,
    log,
    refusals,
    onAccepted({ kind, subject }) {
      pages.reconsider();
      if (kind !== "removal") return;
      beats.forgotten(subject);
      tell(subject);
    },
  });

  function act(step: Step): "on" | "heard" | "end" {
    switch (step.kind) {
      case "hello":
        session = step.session;
        connected = true;
        if (step.version !== protocolVersion)
          log.info("The source is of another release.", { version: step.version });
        pages.reconsider();
        return "on";
      case "heartbeat":
        return takeHeartbeat(step);
      case "document":
        documents.take(step.bytes);
        return "on";
      case "delivery":
        pages.deliver(step.delivery);
        return "on";
      case "refused":
        refusals.refuse(step.reason, step.page);
        return "on";
      case "end":
        refusals.refuse(step.reason, null);
        return "end";
    }
  }

  function takeHeartbeat({ bytes: heartbeat, heads }: Extract<Step, { kind: "heartbeat" }>): "on" | "heard" {
    let named: readonly Head[] = [];
    const accepted = beats.take(
      heartbeat,
      (digest) => {
        named = heads(digest) ?? [];
        return heads(digest);
      },
      firstBeat,
    );
    firstBeat = false;
    if (!accepted) return "on";
    lost.delete(rotation.current().url);
    documents.retry();
    for (const listener of heartbeatListeners) listener(heartbeat, named);
    return "heard";
  }

  /** What this POP has, as a feed wants to know it. */
  function having(): Uint8Array[] {
    store.refresh();
    const heads = encodeHeads(store.heads());
    const held = documents.held();
    const frames = [...framesOf("heads", digestOf(heads), heads)];
    for (let at = 0; at < held.length; at += limits.fetchDigestsMax)
      frames.push(encodeFrame({ kind: "have", digests: held.slice(at, at + limits.fetchDigestsMax) }));
    return frames;
  }

  async function connect(url: string, mode: FollowMode): Promise<Ended> {
    firstBeat = true;
    const ended = await listenTo({
      line: lineTo(url),
      mode,
      session: createFollowSession(pages.judge),
      having: having(),
      onBytes: (count) => bytes.add(count, "follow"),
      act,
      onLost(reason) {
        if (lost.has(url)) return;
        lost.add(url);
        log.warn("Lost a source, or could not reach it; its pages are served on.", { source: url, reason });
      },
    });
    connected = false;
    connections.add(1, ended.kind);
    return ended;
  }

  async function run(): Promise<void> {
    while (!halt.signal.aborted) {
      const { url, mode } = rotation.current();
      const ended = await connect(url, mode);
      const waitMs = rotation.ended(ended, clock.monotonicMs());
      await pauseUntil(clock, waitMs, halt.signal);
    }
  }

  return {
    start() {
      beats.start();
      running ??= run();
    },
    async stop() {
      halt.abort();
      beats.stop();
      await Promise.all([running, pages.stop()]);
    },
    onApplied(listener) {
      appliedListeners.add(listener);
      return () => void appliedListeners.delete(listener);
    },
    onHeartbeat(listener) {
      heartbeatListeners.add(listener);
      return () => void heartbeatListeners.delete(listener);
    },
    state() {
      const { url, mode } = rotation.current();
      return {
        source: url,
        mode,
        connected,
        level: beats.level(),
        underWay: pages.underWay(),
      };
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
