// What became of each message to an endpoint, so that whoever runs it can be told when it was asked and what it said. In: tries. Out: rows of the outbox, of
// each endpoint the last ones. Mailboxes and telephones have none: nobody there reads what a server of theirs said.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Change } from "./commit.ts";
import type { Outbox } from "./outbox.ts";
import { packValue, unpackValue } from "./values.ts";

export const tryOutcomes = ["sent", "confirmed", "later", "gone", "refused"] as const;
export type TryOutcome = (typeof tryOutcomes)[number];

export interface TryRow {
  /** When it began (ms). */
  readonly atMs: number;
  readonly tookMs: number;
  /** What was answered; null where nobody answered. */
  readonly status: number | null;
  readonly outcome: TryOutcome;
  /** Why it was not taken; empty where it was. */
  readonly why: string;
  readonly job: number;
  /** From 1. */
  readonly attempt: number;
}

/** One more try of an endpoint of a page. */
export interface Tried {
  readonly page: string;
  readonly subscriber: string;
  readonly row: TryRow;
}

type Packed = readonly [number, number, number | null, number, string, number, number];

export function packTries(rows: readonly TryRow[]): Uint8Array {
  return packValue(
    rows.map(({ atMs, tookMs, status, outcome, why, job, attempt }): Packed => {
      return [atMs, tookMs, status, tryOutcomes.indexOf(outcome), why, job, attempt];
    }),
  );
}

/** The oldest first. */
export function unpackTries(bytes: Uint8Array): readonly TryRow[] {
  return unpackValue<readonly Packed[]>(bytes).map(
    ([atMs, tookMs, status, outcome, why, job, attempt]): TryRow => ({
      ...{ atMs, tookMs, status, why, job, attempt },
      outcome: tryOutcomes[outcome] ?? "refused",
    }),
  );
}

/** The rows with these tries at their ends. Inside a transaction: what it reads no other writes. */
export function triesAdded({ tables }: Outbox, tried: readonly Tried[]): readonly Change[] {
  const rows = new Map<string, { readonly key: readonly string[]; readonly of: TryRow[] }>();
  for (const { page, subscriber, row } of tried) {
    const key = [page, subscriber];
    const name = JSON.stringify(key);
    const held = rows.get(name);
    if (held !== undefined) {
      held.of.push(row);
      continue;
    }
    const bytes = tables.tries.getBinary(key);
    rows.set(name, { key, of: [...(bytes === undefined ? [] : unpackTries(bytes)), row] });
  }
  return [...rows.values()].map(({ key, of }) => ({
    table: tables.tries,
    key: [...key],
    value: packTries(of.slice(-limits.triesKept)),
  }));
}

/** Forgets those that are old, and those of who is there no more, some in each turn of the event loop. */
export async function sweepTries(
  { tables, transact, refresh }: Outbox,
  nowMs: number,
  isThere: (page: string, subscriber: string) => boolean,
): Promise<void> {
  let after: readonly string[] | null = null;
  do {
    refresh();
    const start: object = after === null ? {} : { start: [...after, ""] };
    const entries = Array.from(tables.tries.getRange({ ...start, limit: limits.laneRowsPerTurn }));
    const old = entries.filter(({ key, value }) => {
      const [page, subscriber] = key as [string, string];
      const last = unpackTries(value).at(-1)?.atMs ?? 0;
      return last <= nowMs - limits.jobsKeptMs || !isThere(page, subscriber);
    });
    if (old.length > 0)
      await transact(() => ({
        changes: old.map(({ key }) => ({ table: tables.tries, key, value: null })),
        value: null,
      }));
    after = entries.length < limits.laneRowsPerTurn ? null : (entries.at(-1)?.key as [string, string]);
    await nextTurn();
  } while (after !== null);
}
