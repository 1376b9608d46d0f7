// What a worker asks of its POP's syncer, and hears from it. In: a digest, a listener. Out: word that a body is in the store, or why not;
// word that something changed. In one process it is a call; between processes, lines on a unix socket in the data folder (link-*.ts).
import { type PingWord, pingWords } from "../snapshot/check-report.ts";
import { isDigest } from "../snapshot/digest.ts";
import type { Digest } from "../snapshot/types.ts";

/**
 * What came of asking for a body: `here` (in the store, checked, on the device), `absent` (no source gave it, now or within the last second),
 * `late` (it took too long), `busy` (too many ask for others).
 */
export type Brought = "here" | "absent" | "late" | "busy";

/** What came of a note: `kept` (on the device), `full` (no room), `failed` (not written down, or not in time). */
export type Noted = "kept" | "full" | "failed";

/** What a job said of itself, and by which token (`pingName`). */
export interface PingAsk {
  readonly name: Digest;
  readonly word: PingWord;
  readonly exit: number | null;
  readonly said: string | null;
}

/** What came of a ping: `kept` (on the device), `unknown` (no check waits for this token), `failed` (not written down, or not in time). */
export type Pinged = "kept" | "unknown" | "failed";

/** A page's id: it has another generation, or is gone. Null: look at all of them. */
export type Woken = string | null;

export interface Link {
  /** Asks for a body that a route names and the store lacks. Never rejects. */
  bring(digest: Digest): Promise<Brought>;
  /** Has a sealed note of a visitor written down. Never rejects. */
  note(sealed: Uint8Array): Promise<Noted>;
  /** Has a ping written down. Never rejects. */
  ping(asked: PingAsk): Promise<Pinged>;
  /**
   * Tells of what changed, within milliseconds while the syncer is there, else every `limits.refsPollMs`. Read the store anew then: one change
   * may be told twice. Gives back its end.
   */
  onWake(listener: (woken: Woken) => void): () => void;
}

/** The POP's unix socket, below its data folder. */
export const linkFile = "syncer.sock";

/** Who listens, and how they are told. */
export interface Wakes {
  onWake: Link["onWake"];
  wake(woken: Woken): void;
}

export function createWakes(): Wakes {
  const listeners = new Set<(woken: Woken) => void>();
  return {
    onWake(listener) {
      // Of its own, so that one function may listen twice.
      const own = (woken: Woken): void => listener(woken);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    wake(woken) {
      for (const listener of listeners) listener(woken);
    },
  };
}

/** From a worker to the syncer. */
export type WorkerAsks =
  | { readonly bring: Digest }
  | { readonly note: string; readonly name: Digest }
  | { readonly ping: PingAsk; readonly number: number };

/** From the syncer to each worker. */
export type SyncerTells =
  | { readonly wake: Woken }
  | { readonly brought: Digest; readonly outcome: Brought }
  | { readonly noted: Digest; readonly as: Noted }
  | { readonly pinged: number; readonly as: Pinged };

export function linkLine(message: WorkerAsks | SyncerTells): string {
  return JSON.stringify(message);
}

/** Null for what is no message of this release. */
export function workerAsks(line: string): WorkerAsks | null {
  const { bring, note, name, ping, number } = fieldsOf(line);
  if (typeof bring === "string" && isDigest(bring)) return { bring };
  if (typeof number === "number" && isPingAsk(ping)) return { ping, number };
  return typeof note === "string" && typeof name === "string" && isDigest(name) ? { note, name } : null;
}

/** Null for what is no message of this release. */
export function syncerTells(line: string): SyncerTells | null {
  const { wake, brought, outcome, noted, pinged, as } = fieldsOf(line);
  if (wake === null || typeof wake === "string") return { wake };
  if (typeof noted === "string" && isDigest(noted) && isNoted(as)) return { noted, as };
  if (typeof pinged === "number" && isPinged(as)) return { pinged, as };
  return typeof brought === "string" && isDigest(brought) && isBrought(outcome) ? { brought, outcome } : null;
}

const outcomes: readonly unknown[] = ["here", "absent", "late", "busy"] satisfies Brought[];

const noteOutcomes: readonly unknown[] = ["kept", "full", "failed"] satisfies Noted[];

const pingOutcomes: readonly unknown[] = ["kept", "unknown", "failed"] satisfies Pinged[];

const isPinged = (value: unknown): value is Pinged => pingOutcomes.includes(value);

function isPingAsk(value: unknown): value is PingAsk {
  if (typeof value !== "object" || value === null) return false;
  const { name, word, exit, said } = value as Readonly<Record<string, unknown>>;
  return (
    typeof name === "string" &&
    isDigest(name) &&
    (pingWords as readonly unknown[]).includes(word) &&
    (exit === null || typeof exit === "number") &&
    (said === null || typeof said === "string")
  );
}

const isNoted = (value: unknown): value is Noted => noteOutcomes.includes(value);

function isBrought(value: unknown): value is Brought {
  return outcomes.includes(value);
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {}; // No message: the caller passes it over.
  }
}
