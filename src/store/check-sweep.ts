// Results of checks that are past: rolled up and removed. In: tables of results, now. Out: rows of minutes, hours and days, and what they say of a window.
// A row of single results is added to its roll-ups and removed in one transaction: it counts in one of the two places, never in both.
import { limits } from "../base/limits.ts";
import type { ResultTable, Window } from "./check-results.ts";
import {
  type ResultTally,
  rawResults,
  rawStretchMs,
  summed,
  tallied,
  talliesOf,
  tallyRow,
} from "./check-rows.ts";
import type { Change } from "./commit.ts";
import type { Side } from "./side-file.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A row of a level has the tallies of `rowMs`, each of `stepMs`. Those of `keptMs` ago are removed. */
const levels = [
  { table: "minutes", stepMs: 60_000, rowMs: 6 * hourMs, keptMs: limits.resultsMinutesMs },
  { table: "hours", stepMs: hourMs, rowMs: 30 * dayMs, keptMs: limits.resultsHoursMs },
  { table: "days", stepMs: dayMs, rowMs: 400 * dayMs, keptMs: Number.POSITIVE_INFINITY },
] as const;

type Name = readonly [page: string, id: string, pop: string];
type RowKey = readonly [start: number, ...Name];

/** One turn. Resolves to whether there is more to do. */
export async function sweepResults(side: Side<ResultTable>, nowMs: number): Promise<boolean> {
  const { raw } = side.tables;
  const past = { end: [nowMs - limits.resultsRawMs - rawStretchMs], limit: limits.resultsPerSweep };
  const rows = Array.from(raw.getRange(past), ({ key, value }) => ({ key: key as unknown as RowKey, value }));
  const changes: Change[] = rows.map(({ key }) => ({ table: raw, key: [...key], value: null }));
  const results = rows.map(({ key: [start, ...name], value }) => ({
    name: name as unknown as Name,
    tallies: tallied(rawResults(start, value), 60_000),
  }));
  for (const level of levels) {
    changes.push(...rolledUp(side, level, results));
    const gone = { end: [nowMs - level.keptMs - level.rowMs], limit: limits.resultsPerSweep };
    if (!Number.isFinite(level.keptMs)) continue;
    for (const key of side.tables[level.table].getKeys(gone))
      changes.push({ table: side.tables[level.table], key, value: null });
  }
  await side.commit(changes);
  return changes.length >= limits.resultsPerSweep;
}

interface Past {
  readonly name: Name;
  readonly tallies: readonly ResultTally[];
}

function rolledUp(
  side: Side<ResultTable>,
  { table: word, stepMs, rowMs }: (typeof levels)[number],
  past: readonly Past[],
): Change[] {
  const table = side.tables[word];
  const rows = new Map<string, { readonly key: RowKey; tallies: ResultTally[] }>();
  for (const { name, tallies } of past) {
    for (const tally of tallies) {
      const start = Math.floor(tally.at / rowMs) * rowMs;
      const key: RowKey = [start, ...name];
      const row = rows.get(key.join("/")) ?? { key, tallies: heldIn(side, word, key, stepMs) };
      rows.set(key.join("/"), row);
      row.tallies.push(tally);
    }
  }
  return [...rows.values()].map(({ key, tallies }) => ({
    table,
    key: [...key],
    value: tallyRow(key[0], stepMs, summed(tallies, stepMs)),
  }));
}

function heldIn(
  side: Side<ResultTable>,
  word: (typeof levels)[number]["table"],
  key: RowKey,
  stepMs: number,
): ResultTally[] {
  const held = side.tables[word].getBinary([...key]);
  return held === undefined ? [] : talliesOf(key[0], stepMs, held);
}

/** What roll-ups say of a window: by the finest level that still has its beginning and is no finer than is asked for. */
export function levelRows(
  side: Side<ResultTable>,
  name: Name,
  { fromMs, untilMs, stepMs }: Window,
  nowMs: number,
): readonly ResultTally[] {
  const level =
    levels.find(({ stepMs: own, keptMs }, at) => {
      const coarser = levels[at + 1];
      const isEnough = coarser === undefined || coarser.stepMs > stepMs;
      return isEnough && own <= Math.max(stepMs, 60_000) && fromMs >= nowMs - keptMs;
    }) ?? levels.find(({ keptMs }) => fromMs >= nowMs - keptMs);
  const found: ResultTally[] = [];
  if (level === undefined) return found;
  for (let start = Math.floor(fromMs / level.rowMs) * level.rowMs; start < untilMs; start += level.rowMs)
    found.push(...heldIn(side, level.table, [start, ...name], level.stepMs));
  return found.filter(({ at }) => at + level.stepMs > fromMs && at < untilMs);
}
