// How far subscribers are told, for who shows it. In: the outbox, opened to read. Out: jobs with their numbers, the latest first; dead letters.
import type { Occasion } from "../model/occasion.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import { type Outbox, readOutbox } from "./outbox.ts";
import {
  type DeadRow,
  type JobRow,
  type JobState,
  kindAt,
  type LaneRow,
  placeOfKind,
  unpackDead,
  unpackJob,
  unpackLane,
} from "./outbox-rows.ts";
import { timeBelow } from "./outbox-times.ts";
import { type TryRow, unpackTries } from "./outbox-tries.ts";

/** What became of messages: of one channel, or of all of an occasion. */
export interface Tally {
  /** Whom it is for; null until they are counted. */
  readonly queued: number | null;
  readonly sent: number;
  readonly failed: number;
  /** Who was not to be told any more when it was their turn. */
  readonly left: number;
  /** Tries that were repeated. */
  readonly retried: number;
  /** Of those sent, 95 of 100 were taken within so long after it happened (ms, within 2 %); null where none was. */
  readonly p95Ms: number | null;
}

export interface ChannelProgress extends Tally {
  readonly kind: ChannelKind;
}

export interface Progress extends Tally {
  readonly job: number;
  readonly occasion: Occasion;
  readonly occurredMs: number;
  readonly state: JobState;
  readonly endedMs: number | null;
  readonly channels: readonly ChannelProgress[];
}

export interface DeadLetter extends DeadRow {
  readonly job: number;
  readonly occasion: Occasion;
  readonly kind: ChannelKind;
  readonly subscriber: string;
}

export interface EndpointTry extends TryRow {
  readonly occasion: Occasion | null;
}

export interface JobsAsked {
  readonly incident?: string | undefined;
  /** Nothing of the page that is older is wanted: what is behind it is not read. */
  readonly sinceMs?: number | undefined;
  /** Those with a lower number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface DeadAsked {
  /** Of this job alone. */
  readonly job?: number | undefined;
  /** Of this job and subscriber alone. */
  readonly one?: { readonly kind: ChannelKind; readonly subscriber: string } | undefined;
  /** Behind so many. */
  readonly offset: number;
  readonly limit: number;
}

export interface ProgressReader {
  /** Of a page, or of one of its incidents, the latest first. */
  list(page: string, asked: JobsAsked): readonly Progress[];
  /** Of a page, those of the latest jobs first. */
  dead(page: string, asked: DeadAsked): readonly DeadLetter[];
  /** The last tries of an endpoint, the latest first; `occasion` null where what it was told of is forgotten. */
  tries(page: string, subscriber: string): readonly EndpointTry[];
  close(): Promise<void>;
}

/** Reads an outbox once there is one. */
export function progressIn(folder: string): ProgressReader {
  let held: Outbox | null = null;
  const outbox = (): Outbox | null => {
    held ??= readOutbox(folder);
    held?.refresh();
    return held;
  };
  return {
    list(page, asked) {
      const from = outbox();
      const found: Progress[] = [];
      if (from === null) return found;
      for (const [job, row] of jobsOf(from, page, asked)) {
        found.push(progressOf(from, job, row));
        if (found.length >= asked.limit) break;
      }
      return found;
    },
    dead(page, { job: only, one, offset, limit }) {
      const from = outbox();
      const found: DeadLetter[] = [];
      if (from === null) return found;
      let skip = offset;
      for (const job of only === undefined ? jobsWithDead(from) : [only]) {
        const bytes = from.tables.jobs.getBinary(job);
        const occasion = bytes && unpackJob(bytes).occasion;
        if (occasion?.page !== page) continue;
        for (const [kind, subscriber, row] of deadOf(from, job, one)) {
          if (skip-- > 0) continue;
          found.push({ job, occasion, kind, subscriber, ...row });
          if (found.length >= limit) return found;
        }
      }
      return found;
    },
    tries(page, subscriber) {
      const tables = outbox()?.tables;
      const bytes = tables?.tries.getBinary([page, subscriber]);
      if (tables === undefined || bytes === undefined) return [];
      return unpackTries(bytes)
        .toReversed()
        .map((row) => {
          const job = tables.jobs.getBinary(row.job);
          return { ...row, occasion: job === undefined ? null : unpackJob(job).occasion };
        });
    },
    async close() {
      await held?.close();
    },
  };
}

/** The latest first. */
function* jobsOf(
  { tables }: Outbox,
  page: string,
  { incident, sinceMs = 0, before }: JobsAsked,
): Iterable<readonly [number, JobRow]> {
  const range = { reverse: true, ...(before === undefined ? {} : { start: before - 1 }) };
  for (const { key, value } of tables.jobs.getRange(range)) {
    const job = key as number;
    const row = unpackJob(value);
    const { occasion, occurredMs } = row;
    // Jobs of ops are numbered in the order of time; those of one subscriber alone are not.
    if (occurredMs < sinceMs && !("subscriber" in occasion)) return;
    if (occasion.page !== page) continue;
    if (incident === undefined || ("incident" in occasion && occasion.incident === incident))
      yield [job, row];
  }
}

function progressOf({ tables }: Outbox, job: number, row: JobRow): Progress {
  const lanes = Array.from(
    tables.lanes.getRange({ start: [job], end: [job, "\uffff"] }),
    (lane) => [kindAt((lane.key as [number, number])[1]), unpackLane(lane.value)] as const,
  );
  const channels = lanes
    .map(([kind, lane]) => ({ kind, ...tallyOf([lane]) }))
    .filter(({ queued, sent }) => queued !== 0 || sent > 0);
  const { occasion, occurredMs, state, endedMs } = row;
  return { job, occasion, occurredMs, state, endedMs, channels, ...tallyOf(lanes.map(([, lane]) => lane)) };
}

/** Jobs of all pages that have dead letters, the latest first: one key of each is read. */
function* jobsWithDead({ tables }: Outbox): Iterable<number> {
  let below: number | null = null;
  for (;;) {
    const start = below === null ? {} : { start: [below] };
    const [key] = Array.from(tables.dead.getKeys({ ...start, reverse: true, limit: 1 }));
    if (key === undefined) return;
    const [job] = key as [number, number, string];
    yield job;
    below = job;
  }
}

function* deadOf(
  { tables }: Outbox,
  job: number,
  one: DeadAsked["one"],
): Iterable<readonly [ChannelKind, string, DeadRow]> {
  if (one !== undefined) {
    const bytes = tables.dead.getBinary([job, placeOfKind(one.kind), one.subscriber]);
    if (bytes !== undefined) yield [one.kind, one.subscriber, unpackDead(bytes)];
    return;
  }
  for (const { key, value } of tables.dead.getRange({ start: [job], end: [job, "\uffff"] })) {
    const [, kind, subscriber] = key as [number, number, string];
    yield [kindAt(kind), subscriber, unpackDead(value)];
  }
}

function tallyOf(rows: readonly LaneRow[]): Tally {
  const sum = (of: (row: LaneRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    queued: rows.some(({ queued }) => queued === null) ? null : sum(({ queued }) => queued ?? 0),
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed }) => failed),
    left: sum(({ left }) => left),
    retried: sum(({ retried }) => retried),
    p95Ms: timeBelow(
      rows.map(({ times }) => times),
      0.95,
    ),
  };
}
