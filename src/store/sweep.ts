// Forgets what no kept generation names, a bounded piece at a time. In: the time. Out: changes of one transaction, and whether more is left.
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import { forgetChange, type Generations, type Held, pastKeep, retiredBy } from "./generations.ts";
import { bodiesNamedBy, refused } from "./naming.ts";
import type { Tables } from "./tables.ts";
import { type Kind, UseCounts } from "./uses.ts";
import { digestKey, joinDigests, packValue, splitDigests, unpackValue } from "./values.ts";

export interface SweepTurn {
  readonly changes: readonly Change[];
  /** How many of the oldest generations of which page go with these changes. */
  readonly forgotten: ReadonlyMap<string, number>;
  readonly done: boolean;
}

/** Digests that lose one name each. `whole`: parts, each with the bodies that it names. */
interface Doomed {
  readonly kind: Kind | "whole";
  readonly digests: Uint8Array;
}

/** One turn: what lost a name first, then generations past their keep, then bodies that came ahead in vain. */
export function sweepTurn(tables: Tables, generations: Generations, nowMs: number): SweepTurn {
  const nothing = new Map<string, number>();
  const doomed = dropDoomed(tables);
  if (doomed.length > 0) return { changes: doomed, forgotten: nothing, done: false };
  const past = forgetPast(tables, generations, nowMs);
  if (past.forgotten.size > 0) return { ...past, done: false };
  const orphans = dropOrphans(tables, nowMs);
  return { changes: orphans, forgotten: nothing, done: orphans.length === 0 };
}

/** Queues digests that lose a name, in pieces of one turn each: counting them down at once could take longer than a turn may. */
export function doom(
  tables: Tables,
  losses: readonly { kind: Doomed["kind"]; digests: readonly Digest[] }[],
): Change[] {
  const [last] = tables.doomed.getKeys({ reverse: true, limit: 1 });
  let next = typeof last === "number" ? last + 1 : 1;
  const changes: Change[] = [];
  for (const { kind, digests } of losses) {
    const pieceLength = kind === "whole" ? 1 : limits.sweepEntriesPerTxn;
    for (let from = 0; from < digests.length; from += pieceLength) {
      const piece: Doomed = { kind, digests: joinDigests(digests.slice(from, from + pieceLength)) };
      changes.push({ table: tables.doomed, key: next++, value: packValue(piece) });
    }
  }
  return changes;
}

function dropDoomed(tables: Tables): Change[] {
  const counts = new UseCounts(tables);
  const changes: Change[] = [];
  for (const { key, value } of tables.doomed.getRange()) {
    if (counts.moved >= limits.sweepEntriesPerTxn) break;
    const { kind, digests } = unpackValue<Doomed>(value);
    for (const digest of splitDigests(digests)) dropName(tables, counts, kind, digest);
    changes.push({ table: tables.doomed, key, value: null });
  }
  return changes.length === 0 ? [] : [...changes, ...counts.changes()];
}

function dropName(tables: Tables, counts: UseCounts, kind: Doomed["kind"], digest: Digest): void {
  if (kind === "whole")
    for (const object of bodiesHeldIn(tables, digest).all) counts.move("object", object, -1);
  counts.move(kind === "whole" ? "part" : kind, digest, -1);
}

/** Bodies that a stored part names. */
export function bodiesHeldIn(tables: Tables, part: Digest): ReturnType<typeof bodiesNamedBy> {
  const bytes = tables.tree.getBinary(digestKey(part));
  if (bytes === undefined) throw refused("A generation", `the part ${part} before it is missing`);
  return bodiesNamedBy(bytes);
}

function forgetPast(tables: Tables, generations: Generations, nowMs: number): Omit<SweepTurn, "done"> {
  const retired = { parts: [] as Digest[], objects: [] as Digest[] };
  const changes: Change[] = [];
  const forgotten = new Map<string, number>();
  const full = (): boolean =>
    changes.length + (retired.parts.length + retired.objects.length) / 8 >= limits.sweepEntriesPerTxn;
  for (const [page, held] of generations) {
    const past = pastKeep(held, nowMs);
    for (let at = 0; at < past && !full(); at++) {
      const [oldest, next] = [held[at], held[at + 1]];
      if (oldest === undefined || next === undefined) break;
      const { parts, objects } = retiredBy(tables, next);
      retired.parts.push(...parts);
      for (const object of objects) retired.objects.push(object);
      changes.push(...forgetGeneration(tables, oldest));
      forgotten.set(page, at + 1);
    }
    if (full()) break;
  }
  const losses = [
    { kind: "part", digests: retired.parts } as const,
    { kind: "object", digests: retired.objects } as const,
  ];
  return { changes: [...changes, ...doom(tables, losses)], forgotten };
}

/** The entry and the signed manifest of one generation. */
export function forgetGeneration(tables: Tables, held: Held): Change[] {
  return [
    forgetChange(tables, held),
    { table: tables.tree, key: digestKey(held.head.manifest), value: null },
  ];
}

function dropOrphans(tables: Tables, nowMs: number): Change[] {
  const counts = new UseCounts(tables);
  const changes: Change[] = [];
  const due = tables.orphans.getRange({ end: [nowMs], limit: limits.sweepEntriesPerTxn / 2 });
  for (const { key } of due) {
    const [, digest] = key as [number, Digest];
    changes.push({ table: tables.orphans, key, value: null });
    if (counts.count("object", digest) === 0)
      changes.push({ table: tables.objects, key: digestKey(digest), value: null });
  }
  return changes;
}
