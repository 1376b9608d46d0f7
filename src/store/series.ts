// Points of metrics, rolled up. In: points of a page's metrics. Out: rows that are on the device, spans for charts, word of pages that have news.
// One row a bucket of five minutes with a value each `seriesStepMs`, one an hour made of its twelve. What is sent twice counts once, in any
// order. A metric is swept as it is written, so that it never has more rows than a month needs.
import type { Key, RangeOptions } from "lmdb";
import { nextTurn } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import {
  type Bucket,
  columnsOf,
  joined,
  type MetricPoint,
  type Rollup,
  rollupOf,
  type Spans,
  spans,
  stretchOf,
} from "../model/series.ts";
import type { Change } from "./commit.ts";
import type { Store } from "./open.ts";
import { createTurns } from "./turns.ts";
import { packValue, unpackValue } from "./values.ts";

/** Points by metric. */
export type Points = ReadonlyMap<string, readonly MetricPoint[]>;

/** What is kept of a stretch: values by the step within their bucket, or an hour's roll-up. */
export type SeriesRow =
  | {
      readonly metric: string;
      readonly bucket: number;
      readonly values: readonly (readonly [number, number])[];
    }
  | ({ readonly metric: string; readonly hour: number } & Rollup);

export interface SeriesStore {
  /** All that is kept of a page's metrics, some in each turn of the event loop: of each the buckets, then the hours. */
  rows(page: string): AsyncIterable<readonly SeriesRow[]>;
  /** Rows that another installation had. An hour counts where more of it is known there than here. Throws as `add` does. */
  bring(page: string, rows: readonly SeriesRow[]): Promise<void>;
  /** Resolves when they are on the device. Throws Fault `busy` or `disk-full`: then none of them is there. */
  add(page: string, points: Points): Promise<void>;
  /** Forgets all points of a metric. */
  forget(page: string, metric: string): Promise<void>;
  /** What a chart shows; null where there is no point. The same object until a point comes. */
  spans(page: string, metric: string): Spans | null;
  /** Called with a page whose charts may have changed. Gives a function that ends it. */
  onChange(listener: (page: string) => void): () => void;
}

/** Before its keys in `meta`: a table more would be a write at the start, and a store must open on a full disk. */
const place = "series";

/** Values by the step within their bucket. */
type Slots = ReadonlyMap<number, number>;

const hourMs = 3_600_000;
/** Rows that are read in one turn of the event loop. */
const rowsAtOnce = 500;
/** Rows of one metric that a write removes at most, of each kind: more than a write adds on the way. */
const sweptAtOnce = 64;
/** Spans that are remembered: those of all metrics of a hundred pages. */
const rememberedMax = 2_000;

export function createSeries(store: Store): SeriesStore {
  const { tables, commit, clock, refresh } = store;
  const table = tables.meta;
  const turns = createTurns();
  const remembered = new Map<string, Spans | null>();
  const listeners = new Set<(page: string) => void>();
  let waiting = 0;

  const slotsAt = (page: string, metric: string, at: number): Slots => {
    const held = table.getBinary([place, page, metric, "bucket", at]);
    return held === undefined ? new Map() : new Map(unpackValue<[number, number][]>(held));
  };

  /** Rows of one metric, with what they hold after these points. */
  function changesOf(page: string, metric: string, points: readonly MetricPoint[]): Change[] {
    const buckets = new Map<number, Map<number, number>>();
    for (const { at, value } of points) {
      const start = stretchOf(at, limits.seriesBucketMs);
      const slots = buckets.get(start) ?? new Map(slotsAt(page, metric, start));
      buckets.set(start, slots.set(Math.floor((at - start) / limits.seriesStepMs), value));
    }
    const hours = new Set([...buckets.keys()].map((at) => stretchOf(at, hourMs)));
    const hourOf = (start: number): Rollup | null => {
      let rolled: Rollup | null = null;
      for (let at = start; at < start + hourMs; at += limits.seriesBucketMs) {
        const bucket = rollupOf((buckets.get(at) ?? slotsAt(page, metric, at)).values());
        if (bucket !== null) rolled = joined(rolled, bucket);
      }
      return rolled;
    };
    const row = (kind: Kind, at: number, value: unknown): Change => ({
      table,
      key: [place, page, metric, kind, at],
      value: packValue(value),
    });
    return [
      ...[...buckets].map(([at, slots]) => row("bucket", at, [...slots])),
      ...[...hours].map((at) => row("hour", at, hourOf(at))),
    ];
  }

  /** Hours whose buckets are gone already. */
  function hoursOf(page: string, rows: readonly SeriesRow[]): Change[] {
    return rows.flatMap((given) => {
      if (!("hour" in given)) return [];
      const { metric, hour, count, sum, min, max } = given;
      const key = [place, page, metric, "hour", hour];
      const held = table.getBinary(key);
      if (held !== undefined && unpackValue<Rollup>(held).count >= count) return [];
      return [{ table, key, value: packValue({ count, sum, min, max } satisfies Rollup) }];
    });
  }

  /** Keys of rows that are older than they are to be. */
  function* past(page: string, metric: string): Iterable<Change> {
    const nowMs = clock.wallMs();
    const ends = { bucket: nowMs - limits.seriesBucketKeepMs, hour: nowMs - limits.seriesHourKeepMs };
    for (const [kind, end] of Object.entries(ends)) {
      const range = {
        start: [place, page, metric, kind, 0],
        end: [place, page, metric, kind, end],
        limit: sweptAtOnce,
      };
      for (const key of table.getKeys(range)) yield { table, key, value: null };
    }
  }

  function* rows(
    page: string,
    metric: string,
    kind: Kind,
    from: number,
  ): Iterable<readonly [number, unknown]> {
    const range = {
      start: [place, page, metric, kind, from],
      end: [place, page, metric, kind, Number.MAX_SAFE_INTEGER],
    };
    for (const { key, value } of table.getRange(range))
      yield [(key as readonly (string | number)[])[4] as number, unpackValue(value)];
  }

  const write = async (page: string, metrics: Iterable<string>, changes: () => Change[]): Promise<void> => {
    if (waiting >= limits.seriesWaitingMax)
      throw new Fault(
        "busy",
        `${waiting} requests with points wait to be written.`,
        "Try again in a second.",
      );
    waiting++;
    try {
      await turns(async () => {
        refresh();
        await commit(changes());
        for (const metric of metrics) remembered.delete(nameOf(page, metric));
      });
    } finally {
      waiting--;
    }
    for (const listener of listeners) listener(page);
  };

  function read(page: string, metric: string): Spans | null {
    const [newest] = table.getRange({
      start: [place, page, metric, "bucket", Number.MAX_SAFE_INTEGER],
      end: [place, page, metric, "bucket", 0],
      reverse: true,
      limit: 1,
    });
    if (newest === undefined) return null;
    const last = lastOf(
      newest.key as unknown as readonly [string, string, string, string, number],
      newest.value,
    );
    const buckets = [...bucketsOf(rows(page, metric, "bucket", last.at - limits.seriesBucketKeepMs))];
    const hours = [...rows(page, metric, "hour", last.at - limits.seriesHourKeepMs)].map(
      ([at, rolled]): Bucket => ({ at, ...(rolled as Rollup) }),
    );
    return {
      last,
      day: columnsOf(buckets, last.at, spans.day),
      week: columnsOf(hours, last.at, spans.week),
      month: columnsOf(hours, last.at, spans.month),
    };
  }

  return {
    async *rows(page) {
      let after: Key = [place, page];
      for (let more = true; more; ) {
        refresh();
        const range: RangeOptions = { start: after, end: [place, page, "\uffff"], limit: rowsAtOnce + 1 };
        const found = Array.from(table.getRange(range)).filter(({ key }) => String(key) !== String(after));
        more = found.length >= rowsAtOnce;
        after = found.at(-1)?.key ?? after;
        yield found.map(({ key, value }) => rowOf(key as unknown as RowKey, value));
        await nextTurn();
      }
    },
    async bring(page, brought) {
      const points = pointsIn(brought);
      // In two turns: an hour is made of its buckets first, and then may be known better.
      await write(page, points.keys(), () =>
        [...points].flatMap(([metric, some]) => changesOf(page, metric, some)),
      );
      await write(page, new Set(brought.map(({ metric }) => metric)), () => hoursOf(page, brought));
    },
    add: (page, points) =>
      write(page, points.keys(), () =>
        [...points].flatMap(([metric, some]) => [...changesOf(page, metric, some), ...past(page, metric)]),
      ),
    forget: (page, metric) =>
      write(page, [metric], () =>
        Array.from(
          table.getKeys({ start: [place, page, metric], end: [place, page, metric, "\uffff"] }),
          (key) => ({
            table,
            key,
            value: null,
          }),
        ),
      ),
    spans(page, metric) {
      const name = nameOf(page, metric);
      const known = remembered.get(name);
      if (known !== undefined) return known;
      refresh();
      const made = read(page, metric);
      if (remembered.size >= rememberedMax) remembered.clear();
      remembered.set(name, made);
      return made;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

type Kind = "bucket" | "hour";

type RowKey = readonly [string, string, metric: string, kind: Kind, at: number];

function rowOf([, , metric, kind, at]: RowKey, value: Uint8Array): SeriesRow {
  return kind === "bucket"
    ? { metric, bucket: at, values: unpackValue<[number, number][]>(value) }
    : { metric, hour: at, ...unpackValue<Rollup>(value) };
}

function pointsIn(rows: readonly SeriesRow[]): ReadonlyMap<string, readonly MetricPoint[]> {
  const points = new Map<string, MetricPoint[]>();
  for (const row of rows) {
    if (!("bucket" in row)) continue;
    const own = points.get(row.metric) ?? [];
    points.set(row.metric, own);
    for (const [slot, value] of row.values) own.push({ at: row.bucket + slot * limits.seriesStepMs, value });
  }
  return points;
}

const nameOf = (page: string, metric: string): string => `${page}/${metric}`;

function* bucketsOf(rows: Iterable<readonly [number, unknown]>): Iterable<Bucket> {
  for (const [at, slots] of rows) {
    const rolled = rollupOf((slots as [number, number][]).map(([, value]) => value));
    if (rolled !== null) yield { at, ...rolled };
  }
}

/** The latest value of the latest bucket. */
function lastOf(key: readonly [string, string, string, string, number], value: Uint8Array): MetricPoint {
  const slots = unpackValue<[number, number][]>(value);
  const [slot, latest] = slots.reduce((a, b) => (b[0] > a[0] ? b : a), slots[0] ?? [0, 0]);
  return { at: key[4] + slot * limits.seriesStepMs, value: latest };
}
