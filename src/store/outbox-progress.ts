// How far subscribers are told, for who shows it. In: the outbox, opened to read. Out: jobs with their numbers, the latest first; dead letters.
import type { Occasion } from "../model/occasion.ts";
import type { SubscriberKind } from "../model/subscriber.ts";
import { type Outbox, readOutbox } from "./outbox.ts";
import {
  type DeadRow,
  type JobState,
  kindAt,
  type LaneRow,
  unpackDead,
  unpackJob,
  unpackLane,
} from "./outbox-rows.ts";
import { timeBelow } from "./outbox-times.ts";

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
  readonly kind: SubscriberKind;
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
  readonly kind: SubscriberKind;
  readonly subscriber: string;
}

export interface ProgressReader {
  /** Of a page, or of one of its incidents, the latest first. */
  list(page: string, asked: { readonly incident?: string; readonly limit: number }): readonly Progress[];
  /** Of a page, those of the latest jobs first; behind `offset` of them. */
  dead(page: string, offset: number, limit: number): readonly DeadLetter[];
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
    list(page, { incident, limit }) {
      const found: Progress[] = [];
      for (const progress of jobsOf(outbox(), page)) {
        const { occasion } = progress;
        if (incident !== undefined && !("incident" in occasion && occasion.incident === incident)) continue;
        found.push(progress);
        if (found.length >= limit) break;
      }
      return found;
    },
    dead(page, offset, limit) {
      const from = outbox();
      const found: DeadLetter[] = [];
      let skip = offset;
      for (const { job, occasion, channels } of jobsOf(from, page)) {
        if (from === null || channels.every(({ failed }) => failed === 0)) continue;
        for (const { key, value } of from.tables.dead.getRange({ start: [job], end: [job, "\uffff"] })) {
          if (skip-- > 0) continue;
          const [, kind, subscriber] = key as [number, number, string];
          found.push({ job, occasion, kind: kindAt(kind), subscriber, ...unpackDead(value) });
          if (found.length >= limit) return found;
        }
      }
      return found;
    },
    async close() {
      await held?.close();
    },
  };
}

function* jobsOf(outbox: Outbox | null, page: string): Iterable<Progress> {
  if (outbox === null) return;
  for (const { key, value } of outbox.tables.jobs.getRange({ reverse: true })) {
    const job = key as number;
    const { occasion, occurredMs, state, endedMs } = unpackJob(value);
    if (occasion.page !== page) continue;
    const lanes = Array.from(
      outbox.tables.lanes.getRange({ start: [job], end: [job, "\uffff"] }),
      (lane) => [kindAt((lane.key as [number, number])[1]), unpackLane(lane.value)] as const,
    );
    const channels = lanes
      .map(([kind, row]) => ({ kind, ...tallyOf([row]) }))
      .filter(({ queued, sent }) => queued !== 0 || sent > 0);
    yield { job, occasion, occurredMs, state, endedMs, channels, ...tallyOf(lanes.map(([, row]) => row)) };
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
