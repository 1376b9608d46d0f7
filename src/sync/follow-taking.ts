// What a POP makes of what it is sent. In: steps of connections, one after another. Out: pages, documents and freshness in its store, and
// word of them to whoever listens. Knows no connection but the address to fetch from.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { digestOf } from "../snapshot/digest.ts";
import { encodeHeads } from "../snapshot/heartbeat.ts";
import type { RootDocument, Trust } from "../snapshot/trust.ts";
import type { Head } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { createAcks } from "./acks.ts";
import type { SourceLine } from "./ask.ts";
import type { Judged } from "./bring.ts";
import { fetchBlobs } from "./fetch-blobs.ts";
import { createBeats } from "./follow-beats.ts";
import type { Acted } from "./follow-connection.ts";
import { createDocuments } from "./follow-documents.ts";
import { createPages } from "./follow-pages.ts";
import type { Step } from "./follow-session.ts";
import { encodeFrame, framesOf, protocolVersion } from "./frames.ts";
import type { Reading } from "./members-reporter.ts";
import { createSelection } from "./members-selection.ts";
import { createRefusals } from "./refusals.ts";

export interface TakingOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** This POP's own key, "" without one: it says which pages it gets. */
  readonly key: string;
  /** The source to fetch from now. */
  line(): SourceLine;
  onBytes(count: number): void;
}

export type DocumentListener = (document: { readonly kind: string; readonly subject: string }) => void;
export type HeartbeatListener = (heartbeat: Uint8Array, heads: readonly Head[]) => void;

export interface Taking {
  take(step: Step): Acted;
  judge(manifest: Uint8Array): Judged;
  /** What this POP has, as the frames in which a feed wants to know it. */
  having(): Uint8Array[];
  onApplied(listener: (page: string) => void): () => void;
  onDocument(listener: DocumentListener): () => void;
  onHeartbeat(listener: HeartbeatListener): () => void;
  reconsider(): void;
  level(): 0 | 1;
  /** How this POP is, for a report. */
  reading(): Reading;
  gets(page: string): boolean;
  underWay(): number;
  start(): void;
  stop(): Promise<void>;
}

export function createTaking(options: TakingOptions): Taking {
  const { store, log, metrics } = options;
  const applied = listenersOf<[page: string]>();
  const spoken = listenersOf<Parameters<DocumentListener>>();
  const heartbeats = listenersOf<Parameters<HeartbeatListener>>();
  const parts = { ...options, refusals: createRefusals(log, metrics) };
  const { refusals } = parts;
  /** The latest one: a poll's generation may be applied after its answer ended. */
  let session: string | null = null;
  /** No heartbeat came on this connection yet. */
  let first = true;

  const acks = createAcks(options.line, () => session, metrics);
  const pages = createPages({
    ...parts,
    fetch: (wanted) => fetchBlobs(options.line(), wanted, options.onBytes),
    onApplied(head) {
      beats.applied(head);
      acks.add(head);
      applied.tell(head.page);
    },
    onRefused: (page) => beats.refused(page),
  });
  const selection = createSelection({
    ...parts,
    onKept: (subject) => spoken.tell({ kind: "registry", subject }),
    onForgotten: forgotten,
  });
  const { gets } = selection;
  const beats = createBeats({ ...parts, isRefused: pages.isRefused, want: pages.want, gets });
  const documents = createDocuments({ ...parts, onAccepted: obey });

  function obey(document: RootDocument): void {
    const { kind, subject } = document;
    reconsider();
    spoken.tell(document);
    if (kind === "removal") forgotten(subject);
  }

  function reconsider(): void {
    pages.reconsider();
    selection.reconsider();
  }

  function forgotten(page: string): void {
    beats.forgotten(page);
    applied.tell(page);
  }

  /** A page that is not for this POP is passed over like one that it holds. */
  function judge(manifest: Uint8Array): Judged {
    const judged = pages.judge(manifest);
    return judged.kind === "wanted" && !gets(judged.head.page) ? { kind: "known" } : judged;
  }

  function takeHello({ session: name, version }: Extract<Step, { kind: "hello" }>): Acted {
    session = name;
    first = true;
    if (version !== protocolVersion) log.info("The source is of another release.", { version });
    pages.retry();
    return "on";
  }

  function takeHeartbeat({ bytes, heads }: Extract<Step, { kind: "heartbeat" }>): Acted {
    const named = beats.take(bytes, heads, first);
    first = false;
    if (named === null) return "on";
    documents.retry();
    selection.retry();
    heartbeats.tell(bytes, named);
    // Anyone can hand on heartbeats. A source that does, and keeps back or alters what they name, must not keep a POP from a better one.
    if (pages.failingMs() < limits.sourceSilentMs) return "heard";
    refusals.refuse("source-lacks-page", null);
    return "end";
  }

  function take(step: Step): Acted {
    switch (step.kind) {
      case "hello":
        return takeHello(step);
      case "heartbeat":
        return takeHeartbeat(step);
      case "document":
        if (!selection.take(step.bytes)) documents.take(step.bytes);
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

  return {
    take,
    judge,
    having: () => [...headFrames(store), ...documentFrames([...documents.held(), ...selection.held()])],
    onApplied: applied.add,
    onDocument: spoken.add,
    onHeartbeat: heartbeats.add,
    reconsider,
    level: beats.level,
    reading() {
      store.refresh();
      return { level: beats.level(), beat: beats.named(), held: store.heads() };
    },
    gets,
    underWay: pages.underWay,
    start: beats.start,
    async stop() {
      beats.stop();
      await pages.stop();
    },
  };
}

function headFrames(store: SnapshotStore): Iterable<Uint8Array> {
  store.refresh();
  const heads = encodeHeads(store.heads());
  return framesOf("heads", digestOf(heads), heads);
}

function* documentFrames(held: readonly string[]): Generator<Uint8Array> {
  for (let at = 0; at < held.length; at += limits.fetchDigestsMax)
    yield encodeFrame({ kind: "have", digests: held.slice(at, at + limits.fetchDigestsMax) });
}

interface Listeners<Told extends readonly unknown[]> {
  /** Gives back its end. */
  add(listener: (...told: Told) => void): () => void;
  tell(...told: Told): void;
}

function listenersOf<Told extends readonly unknown[]>(): Listeners<Told> {
  const listeners = new Set<(...told: Told) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(...told) {
      for (const listener of listeners) listener(...told);
    },
  };
}
