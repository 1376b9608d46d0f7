// What POPs found, kept at the control plane: an LMDB environment of its own, `<data>/checks`. In: reports' results. Out: the newest of each POP, single results of
// two days, roll-ups of minutes (30 days), hours (2 years) and days (for ever). What is past two days is rolled up and removed in one transaction, so nothing
// counts twice; until then single results are what is read, in whatever order they came.
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Probe } from "../model/check.ts";
import {
  type LastResult,
  lastResult,
  lastRow,
  type RawResult,
  type ResultTally,
  rawResults,
  rawRow,
  rawStretchMs,
  summed,
  tallied,
} from "./check-rows.ts";
import { levelRows, sweepResults } from "./check-sweep.ts";
import type { Change } from "./commit.ts";
import { openSideFile, type Side } from "./side-file.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

/** `meta` by a word; raw, minutes, hours, days: [start, page, id, pop]; last: [page, id, pop]. */
export const resultTables = ["meta", "raw", "minutes", "hours", "days", "last"] as const;
export type ResultTable = (typeof resultTables)[number];

/** What one POP brought at once. */
export interface BroughtResults<Entry> {
  readonly pop: string;
  /** Of its key and the file that held them. */
  readonly key: string;
  readonly origin: string;
  /** Numbers rise. */
  readonly batches: readonly { readonly number: number; readonly entries: readonly Entry[] }[];
}

/** Results of a check from one POP. */
export interface PopTallies {
  readonly pop: string;
  readonly columns: readonly ResultTally[];
}

export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whole minutes; of columns that begin more than two days ago, whole hours or days where minutes or hours are gone. */
  readonly stepMs: number;
}

export interface CheckResults {
  /**
   * Which of these batches are new: those behind the last number that was kept of this origin. What follows from them is decided by `probesIn`, and is on the
   * device, with that number, when it resolves. Throws Fault `disk-full`: then nothing of it is there.
   */
  take<Entry>(
    brought: BroughtResults<Entry>,
    probesIn: (entries: readonly Entry[]) => Taking,
  ): Promise<{ readonly entries: readonly Entry[]; readonly upTo: number }>;
  /** Results of the control plane's own, under the name of no POP. */
  add(pop: string, probes: readonly Probe[]): Promise<void>;
  /** The newest result of each POP. */
  last(page: string, id: string): ReadonlyMap<string, LastResult>;
  /** Single results of two days at most, in order. */
  results(page: string, id: string, pop: string, fromMs: number, untilMs: number): readonly RawResult[];
  /** Roll-ups by POP, oldest first; a stretch without any result is not there. */
  tallies(page: string, id: string, window: Window): readonly PopTallies[];
  /** A check is gone: hours, days and the newest results go at once, the others with their time. */
  forget(page: string, id: string): Promise<void>;
  /** Small things that others keep beside: by a word and a name. */
  word<Value>(word: string, name: string): Value | null;
  keepWord(word: string, name: string, value: unknown): Promise<void>;
  /** Rolls up and removes what is past, some in a turn. Resolves to whether there is more. */
  sweep(): Promise<boolean>;
  close(): Promise<void>;
}

/** What is to be kept with a batch: probes, by our clock, and words. */
export interface Taking {
  readonly probes: readonly Probe[];
  /** What no POP found, under the name of its finder. */
  readonly others?: { readonly pop: string; readonly probes: readonly Probe[] };
  readonly words?: readonly { readonly word: string; readonly name: string; readonly value: unknown }[];
}

export interface CheckResultsOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Looks at what the control plane writes. */
  readonly readsOnly?: boolean;
}

export const resultsFile = (folder: string): string => join(folder, "checks", "data.mdb");

/** Newest results that are the same but for their time are written this often. */
const lastAgainMs = 600_000;

type Lasts = Map<string, Map<string, LastResult>>;

/** Opens what is there; the file is made with the first result. A damaged one is put aside and said. */
export function openCheckResults(options: CheckResultsOptions): CheckResults {
  const { folder, clock } = options;
  const lasts: Lasts = new Map();
  const file = openSideFile(
    {
      ...options,
      path: resultsFile(folder),
      tables: resultTables,
      mapBytes: limits.resultsBytesMax,
      what: "Results of checks",
    },
    (side) => readLasts(side, lasts),
  );
  const written = new Map<string, number>();
  const turns = createTurns();

  const changesOf = (side: Side<ResultTable>, pop: string, probes: readonly Probe[]): Change[] => {
    const oldestMs = clock.wallMs() - limits.resultsRawMs + rawStretchMs;
    // Older ones are rolled up already: whoever brings them says more than this store can still tell apart.
    const fresh = probes.filter(({ atMs }) => atMs >= oldestMs);
    return [...rawChanges(side, pop, fresh), ...lastChanges(side, pop, fresh)];
  };

  function lastChanges({ tables }: Side<ResultTable>, pop: string, probes: readonly Probe[]): Change[] {
    const changed = new Map<string, Probe>();
    for (const probe of probes) {
      const known = lasts.get(probe.check) ?? new Map<string, LastResult>();
      lasts.set(probe.check, known);
      const before = known.get(pop);
      if (before !== undefined && before.atMs > probe.atMs) continue;
      if (before === undefined && known.size >= limits.resultsPopsMax) continue;
      known.set(pop, withCertificate(probe, before));
      const name = `${probe.check}/${pop}`;
      const isSame = before !== undefined && before.state === probe.state && before.why === probe.why;
      if (isSame && probe.atMs - (written.get(name) ?? 0) < lastAgainMs) continue;
      written.set(name, probe.atMs);
      changed.set(probe.check, probe);
    }
    return [...changed.keys()].map((check) => {
      const [page = "", id = ""] = check.split("/");
      const known = lasts.get(check)?.get(pop) as LastResult;
      return { table: tables.last, key: [page, id, pop], value: lastRow(known) };
    });
  }

  const write = (changes: (side: Side<ResultTable>) => Change[]): Promise<void> =>
    turns(() => {
      const side = file.open();
      side.root.resetReadTxn();
      return side.commit(changes(side));
    });

  const reading = (): Side<ResultTable> | null => {
    const side = file.held();
    side?.root.resetReadTxn();
    return side;
  };

  const results = (page: string, id: string, pop: string, fromMs: number, untilMs: number): RawResult[] => {
    const side = reading();
    const found: RawResult[] = [];
    const oldest = Math.max(fromMs, clock.wallMs() - limits.resultsRawMs - 2 * rawStretchMs);
    for (let start = stretchAt(oldest); side !== null && start < untilMs; start += rawStretchMs) {
      const row = side.tables.raw.getBinary([start, page, id, pop]);
      if (row !== undefined) found.push(...rawResults(start, row));
    }
    return found.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  };

  return {
    take: (brought, probesIn) =>
      turns(async () => {
        const { pop, key, origin, batches } = brought;
        if (batches.length === 0) return { entries: [], upTo: 0 };
        const side = file.open();
        side.root.resetReadTxn();
        const cursor = wordIn<{ origin: string; number: number }>(side, "taken", key);
        const known = cursor?.origin === origin ? cursor.number : 0;
        const entries = batches.filter(({ number }) => number > known).flatMap((batch) => batch.entries);
        const upTo = Math.max(known, batches.at(-1)?.number ?? 0);
        if (upTo === known) return { entries, upTo };
        const { probes, others, words = [] } = probesIn(entries);
        await side.commit([
          ...changesOf(side, pop, probes),
          ...(others === undefined ? [] : changesOf(side, others.pop, others.probes)),
          ...[...words, { word: "taken", name: key, value: { origin, number: upTo } }].map((one) =>
            wordChange(side, one.word, one.name, one.value),
          ),
        ]);
        return { entries, upTo };
      }),
    add: (pop, probes) => write((side) => changesOf(side, pop, probes)),
    last: (page, id) => lasts.get(`${page}/${id}`) ?? new Map(),
    results,
    tallies(page, id, window) {
      const side = reading();
      const pops = [...(lasts.get(`${page}/${id}`)?.keys() ?? [])].sort();
      return pops.map((pop) => {
        const rolled = side === null ? [] : levelRows(side, [page, id, pop], window, clock.wallMs());
        const fresh = tallied(results(page, id, pop, window.fromMs, window.untilMs), 60_000);
        return { pop, columns: summed([...rolled, ...fresh], window.stepMs) };
      });
    },
    async forget(page, id) {
      const pops = [...(lasts.get(`${page}/${id}`)?.keys() ?? [])];
      lasts.delete(`${page}/${id}`);
      if (file.held() === null || pops.length === 0) return;
      await write(({ tables }) =>
        pops.flatMap((pop) => [
          { table: tables.last, key: [page, id, pop], value: null },
          ...[tables.hours, tables.days].flatMap((table) =>
            startsIn(table).map((start) => ({ table, key: [start, page, id, pop], value: null })),
          ),
        ]),
      );
    },
    word<Value>(word: string, name: string) {
      const side = reading();
      return side === null ? null : wordIn<Value>(side, word, name);
    },
    keepWord: (word, name, value) => write((side) => [wordChange(side, word, name, value)]),
    sweep: () =>
      turns(async () => {
        const side = reading();
        return side === null ? false : sweepResults(side, clock.wallMs());
      }),
    close: () => turns(() => file.close()),
  };
}

const stretchAt = (atMs: number): number => Math.floor(atMs / rawStretchMs) * rawStretchMs;

/** A POP that looks at the certificate only now and then has not forgotten it. */
function withCertificate({ check: _name, ...probe }: Probe, before: LastResult | undefined): LastResult {
  return { ...probe, certificateEndsMs: probe.certificateEndsMs ?? before?.certificateEndsMs ?? null };
}

function rawChanges({ tables }: Side<ResultTable>, pop: string, probes: readonly Probe[]): Change[] {
  const rows = new Map<string, { key: [number, string, string, string]; results: RawResult[] }>();
  for (const { check, atMs, state, ms, why, said } of probes) {
    const start = stretchAt(atMs);
    const name = `${start}/${check}`;
    const [page = "", id = ""] = check.split("/");
    const row = rows.get(name) ?? { key: [start, page, id, pop], results: [] };
    rows.set(name, row);
    row.results.push({ atMs, state, ms, why, said });
  }
  return [...rows.values()].map(({ key, results }) => {
    const held = tables.raw.getBinary(key);
    const all = [...(held === undefined ? [] : rawResults(key[0], held)), ...results];
    all.sort((one, other) => one.atMs - other.atMs);
    return { table: tables.raw, key, value: rawRow(key[0], all) };
  });
}

function readLasts({ tables }: Side<ResultTable>, lasts: Lasts): void {
  for (const { key, value } of tables.last.getRange({})) {
    const [page, id, pop] = key as [string, string, string];
    const known = lasts.get(`${page}/${id}`) ?? new Map<string, LastResult>();
    lasts.set(`${page}/${id}`, known.set(pop, lastResult(value)));
  }
}

/** Starts of the rows of a table: a few dozen at most. */
function startsIn(table: Side<ResultTable>["tables"]["days"]): number[] {
  const starts: number[] = [];
  for (let after = 0; ; ) {
    const [key] = table.getKeys({ start: [after], limit: 1 });
    if (key === undefined) return starts;
    const start = (key as unknown as readonly [number])[0];
    starts.push(start);
    after = start + 1;
  }
}

function wordIn<Value>({ tables }: Side<ResultTable>, word: string, name: string): Value | null {
  const held = tables.meta.getBinary([word, name]);
  return held === undefined ? null : unpackValue<Value>(held);
}

const wordChange = ({ tables }: Side<ResultTable>, word: string, name: string, value: unknown): Change => ({
  table: tables.meta,
  key: [word, name],
  value: value === null ? null : packValue(value),
});
