// Which generations of which page are held, oldest first. In: the history table. Out: entries, what each ceased to name, and which may go.
import { limits } from "../base/limits.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import type { Tables } from "./tables.ts";
import { joinDigests, packValue, splitDigests, unpackValue } from "./values.ts";

/** One held generation. `appliedMs` is wall time. */
export interface Held {
  readonly head: Head;
  readonly appliedMs: number;
}

/** What the generation before named and this one does not; a body as often as parts ceased to name it. */
export interface Retired {
  readonly parts: readonly Digest[];
  readonly objects: readonly Digest[];
}

interface Row {
  readonly manifest: Digest;
  readonly appliedMs: number;
  readonly parts: Uint8Array;
  readonly objects: Uint8Array;
}

/** Held generations by page, oldest first. Only the writer asks, and it alone changes them. */
export type Generations = Map<string, Held[]>;

export function loadGenerations(tables: Tables): Generations {
  const generations: Generations = new Map();
  for (const { key, value } of tables.history.getRange()) {
    const [page, epoch, generation] = key as [string, number, number];
    const { manifest, appliedMs } = unpackValue<Row>(value);
    const held: Held = { head: { page, epoch, generation, manifest }, appliedMs };
    const earlier = generations.get(page);
    if (earlier === undefined) generations.set(page, [held]);
    else earlier.push(held);
  }
  return generations;
}

export function heldChange(tables: Tables, { head, appliedMs }: Held, retired: Retired): Change {
  const [parts, objects] = [joinDigests(retired.parts), joinDigests(retired.objects)];
  const row: Row = { manifest: head.manifest, appliedMs, parts, objects };
  return { table: tables.history, key: keyOf(head), value: packValue(row) };
}

export function retiredBy(tables: Tables, { head }: Held): Retired {
  const bytes = tables.history.getBinary(keyOf(head));
  if (bytes === undefined) return { parts: [], objects: [] };
  const { parts, objects } = unpackValue<Row>(bytes);
  return { parts: splitDigests(parts), objects: splitDigests(objects) };
}

export function forgetChange(tables: Tables, { head }: Held): Change {
  return { table: tables.history, key: keyOf(head), value: null };
}

/**
 * How many of a page's oldest generations may go: those beyond the number that is kept, and those that were replaced too long ago.
 * The current one stays, however old it is.
 */
export function pastKeep(held: readonly Held[], nowMs: number): number {
  const oldestMs = nowMs - limits.generationsKeptMs;
  const inTime = held.findIndex((_, at) => (held[at + 1]?.appliedMs ?? nowMs) >= oldestMs);
  return Math.max(0, inTime, held.length - limits.generationsKept);
}

function keyOf({ page, epoch, generation }: Head): [string, number, number] {
  return [page, epoch, generation];
}
