// Which generations of which page are held, oldest first. In: the history table. Out: entries, and which one may be forgotten.
import { limits } from "../base/limits.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import type { Tables } from "./tables.ts";
import { digestOfKey, packValue, unpackValue } from "./values.ts";

/** One held generation. `appliedMs` is wall time; `retired` are the parts that the generation before it named and this one does not. */
export interface Held {
  readonly head: Head;
  readonly appliedMs: number;
  readonly retired: readonly Digest[];
}

interface Row {
  readonly manifest: Digest;
  readonly appliedMs: number;
  readonly retired: Uint8Array;
}

/** Held generations by page, oldest first. Only the writer asks, and it alone changes them. */
export type Generations = Map<string, Held[]>;

export function loadGenerations(tables: Tables): Generations {
  const generations: Generations = new Map();
  for (const { key, value } of tables.history.getRange()) {
    const [page, epoch, generation] = key as [string, number, number];
    const { manifest, appliedMs, retired } = unpackValue<Row>(value);
    const held: Held = {
      head: { page, epoch, generation, manifest },
      appliedMs,
      retired: splitDigests(retired),
    };
    const earlier = generations.get(page);
    if (earlier === undefined) generations.set(page, [held]);
    else earlier.push(held);
  }
  return generations;
}

export function heldChange(tables: Tables, { head, appliedMs, retired }: Held): Change {
  const row: Row = { manifest: head.manifest, appliedMs, retired: Buffer.from(retired.join(""), "hex") };
  return { table: tables.history, key: historyKey(head), value: packValue(row) };
}

export function forgetChange(tables: Tables, { head }: Held): Change {
  return { table: tables.history, key: historyKey(head), value: null };
}

/**
 * Whether the oldest of a page's generations may go: there are more than are kept, or it was replaced too long ago. The current one
 * stays, however old it is.
 */
export function oldestMayGo(held: readonly Held[], nowMs: number): boolean {
  const next = held[1];
  if (next === undefined) return false;
  return held.length > limits.generationsKept || next.appliedMs < nowMs - limits.generationsKeptMs;
}

function historyKey({ page, epoch, generation }: Head): [string, number, number] {
  return [page, epoch, generation];
}

function splitDigests(bytes: Uint8Array): Digest[] {
  const digests: Digest[] = [];
  for (let from = 0; from < bytes.length; from += 32)
    digests.push(digestOfKey(bytes.subarray(from, from + 32)));
  return digests;
}
