// From the op-log and the ask rows to jobs. In: a store opened to read, the outbox. Out: jobs in it, in one transaction with how far was read.
// A log that came back from a backup goes on where stamps are later than the last that was read: nothing is told twice, and nothing new is left out.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Occasion } from "../model/occasion.ts";
import type { Op } from "../model/op.ts";
import type { ChannelKind } from "../model/subscriber.ts";
import type { PageView } from "../model/view.ts";
import { asksAfter } from "../store/asks.ts";
import type { Change } from "../store/commit.ts";
import { readEntriesAfter, readMeta } from "../store/op-log.ts";
import type { Store } from "../store/open.ts";
import { type Outbox, wordChange } from "../store/outbox.ts";
import { newLane, type Position, packJob, packLane, placeOfKind } from "../store/outbox-rows.ts";
import type { SubscriberLanes } from "../store/subscriber-lanes.ts";
import { unpackValue } from "../store/values.ts";
import { occasionsOf } from "./occasions.ts";
import type { Channel } from "./types.ts";

export interface ReadingOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly holder: string;
  readonly channels: readonly Channel[];
  readonly subscribers: SubscriberLanes;
  readonly clock: Clock;
  view(page: string): PageView | null;
}

export interface Reading {
  /** Reads on by some hundred ops; true where there may be more. `from`: where an outbox that has read nothing begins. */
  ops(from: number): Promise<boolean>;
  /** The same of at most `room` ask rows; and how far they are read. */
  asks(room: number): Promise<{ readonly more: boolean; readonly until: number }>;
}

interface NewJob {
  readonly occasion: Occasion;
  readonly occurredMs: number;
  readonly kinds: readonly ChannelKind[];
}

const opsPerRead = 500;

export function createReading(options: ReadingOptions): Reading {
  const { store, outbox, channels, subscribers, view } = options;
  const kindsFor = (kind: Occasion["kind"]): readonly ChannelKind[] =>
    channels.filter((channel) => channel.tells(kind)).map((channel) => channel.kind);
  return {
    async ops(from) {
      outbox.refresh();
      const held = outbox.word<Position>("position");
      const start = held === null ? startAt(store, from) : standing(store, held);
      const entries: { readonly position: number; readonly op: Op }[] = [];
      for (const entry of readEntriesAfter(store.tables, store.refresh, start.position)) {
        entries.push(entry);
        if (entries.length >= opsPerRead && entry.op.kind === "page") break;
      }
      const last = entries.at(-1);
      if (last === undefined && held !== null && held.position === start.position) return false;
      const fresh = entries.map(({ op }) => op).filter(({ hlc }) => hlc > start.stamp);
      const jobs = occasionsOf(fresh, view).map(({ occasion, occurredMs }) => ({
        ...{ occasion, occurredMs },
        kinds: kindsFor(occasion.kind),
      }));
      const stamp = last === undefined || last.op.hlc < start.stamp ? start.stamp : last.op.hlc;
      const next: Position = { position: last?.position ?? start.position, stamp };
      // Another notifier may have read them first: then they are its jobs.
      await write(options, "position", held?.position ?? null, next, jobs);
      return entries.length >= opsPerRead;
    },
    async asks(room) {
      outbox.refresh();
      const held = outbox.word<number>("asked");
      const asks = asksAfter(store, held ?? 0, room);
      const last = asks.at(-1);
      if (last === undefined) return { more: false, until: held ?? 0 };
      const jobs = asks.flatMap(({ kind, page, subscriber, seq, atMs }): NewJob[] => {
        const row = subscribers.row(page, subscriber);
        const kinds = row !== null && kindsFor(kind).includes(row.kind) ? [row.kind] : [];
        return [{ occasion: { kind, page, subscriber, asked: seq }, occurredMs: atMs, kinds }];
      });
      await write(options, "asked", held, last.seq, jobs);
      return { more: asks.length >= room, until: last.seq };
    },
  };
}

function startAt(store: Store, from: number): Position {
  const end = readMeta<number>(store.tables, "position") ?? 0;
  const position = Math.min(from, end);
  return { position, stamp: stampAt(store, position) };
}

const stampAt = ({ tables }: Store, position: number): string => {
  const bytes = tables.ops.getBinary(position);
  return bytes === undefined ? "" : unpackValue<Op>(bytes).hlc;
};

/** Where the op that was read last still stands; in another log, the place behind which stamps may be later. */
function standing(store: Store, held: Position): Position {
  store.refresh();
  if (held.position === 0 || stampAt(store, held.position) === held.stamp) return held;
  let position = Math.min(held.position, readMeta<number>(store.tables, "position") ?? 0);
  while (position > 0 && stampAt(store, position) > held.stamp) position--;
  return { position, stamp: held.stamp };
}

async function write(
  { outbox, holder, clock, channels }: ReadingOptions,
  word: "position" | "asked",
  before: number | null,
  after: Position | number,
  jobs: readonly NewJob[],
): Promise<void> {
  const { tables, transact } = outbox;
  const leaseUntilMs = clock.wallMs() + limits.laneLeaseMs;
  const namesOf = (kind: ChannelKind, page: string): readonly string[] | null =>
    channels.find((it) => it.kind === kind)?.recipients?.of(page) ?? null;
  await transact(() => {
    const held = outbox.word<Position | number>(word);
    if ((typeof held === "object" && held !== null ? held.position : held) !== before)
      return { value: null, changes: [] };
    const changes: Change[] = [wordChange(tables, word, after)];
    let number = outbox.word<number>("job") ?? 0;
    for (const { occasion, occurredMs, kinds } of jobs) {
      if (kinds.length === 0) continue;
      number++;
      const state = "open" as const;
      changes.push({
        table: tables.jobs,
        key: number,
        value: packJob({ occasion, occurredMs, state, revision: 1, told: null, endedMs: null }),
      });
      // Of who is known there is nobody to look for: they stand there as if their messages were under way.
      for (const kind of kinds) {
        const known = "subscriber" in occasion ? [occasion.subscriber] : namesOf(kind, occasion.page);
        const row =
          known === null
            ? newLane
            : { ...newLane, state: "scanned" as const, open: known, queued: known.length };
        changes.push({
          table: tables.lanes,
          key: [number, placeOfKind(kind)],
          value: packLane({ ...row, holder, leaseUntilMs }),
        });
      }
    }
    changes.push(wordChange(tables, "job", number));
    return { value: null, changes };
  });
}
