// Forgets what no kept generation names, a bounded piece at a time. In: the time. Out: changes of one transaction, and whether more is left.
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import type { Change } from "./commit.ts";
import { forgetChange, type Generations, type Held, oldestMayGo } from "./generations.ts";
import type { Tables } from "./tables.ts";
import { UseCounts } from "./uses.ts";
import { digestKey, digestOfKey } from "./values.ts";

export interface SweepTurn {
  readonly changes: readonly Change[];
  /** Pages of which the oldest generation goes with these changes. */
  readonly forgotten: readonly string[];
  readonly done: boolean;
}

/** One turn: parts that lost their last name first, then generations past their keep, then bodies that came ahead in vain. */
export function sweepTurn(tables: Tables, generations: Generations, nowMs: number): SweepTurn {
  const doomed = dropDoomed(tables);
  if (doomed.length > 0) return { changes: doomed, forgotten: [], done: false };
  const past = forgetPast(tables, generations, nowMs);
  if (past.forgotten.length > 0) return { ...past, done: false };
  const orphans = dropOrphans(tables, nowMs);
  return { changes: orphans, forgotten: [], done: orphans.length === 0 };
}

/** Puts parts into the queue of those that lose a name. They are counted down in later turns, so that this transaction stays short. */
export function doom(tables: Tables, parts: Iterable<Digest>): Change[] {
  const [last] = tables.doomed.getKeys({ reverse: true, limit: 1 });
  let next = typeof last === "number" ? last + 1 : 1;
  return Array.from(parts, (part) => ({ table: tables.doomed, key: next++, value: digestKey(part) }));
}

function dropDoomed(tables: Tables): Change[] {
  const counts = new UseCounts(tables);
  const changes: Change[] = [];
  for (const { key, value } of tables.doomed.getRange({ limit: limits.sweepEntriesPerTxn })) {
    if (counts.touched >= limits.sweepEntriesPerTxn) break;
    counts.dropPart(digestOfKey(value));
    changes.push({ table: tables.doomed, key, value: null });
  }
  return changes.length === 0 ? [] : [...changes, ...counts.changes()];
}

function forgetPast(tables: Tables, generations: Generations, nowMs: number): Omit<SweepTurn, "done"> {
  const parts: Digest[] = [];
  const changes: Change[] = [];
  const forgotten: string[] = [];
  for (const [page, held] of generations) {
    const [oldest, next] = held;
    if (oldest === undefined || next === undefined || !oldestMayGo(held, nowMs)) continue;
    changes.push(...forgetGeneration(tables, oldest));
    parts.push(...next.retired);
    forgotten.push(page);
    if (parts.length + changes.length >= limits.sweepEntriesPerTxn) break;
  }
  return { changes: [...changes, ...doom(tables, parts)], forgotten };
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
