// What is to be told, as rows of the outbox. In: jobs, lanes, tries. Out: bytes, and back. Rows are lists, and what comes later is added at their ends.
import type { Occasion } from "../model/occasion.ts";
import { type ChannelKind, type SubscriberKind, subscriberKinds } from "../model/subscriber.ts";
import type { Incident } from "../model/view.ts";
import { packValue, unpackValue } from "./values.ts";

export const jobStates = ["open", "done", "cancelled"] as const;
export type JobState = (typeof jobStates)[number];

/** One occasion that is told. */
export interface JobRow {
  readonly occasion: Occasion;
  /** When it happened, by the op. */
  readonly occurredMs: number;
  readonly state: JobState;
  /** Rises with each correction. */
  readonly revision: number;
  /** What the incident said when corrections ended; null before, and of what no incident is behind. */
  readonly told: Incident | null;
  /** When it was settled. */
  readonly endedMs: number | null;
}

export const laneStates = ["open", "scanned", "done", "cancelled"] as const;
export type LaneState = (typeof laneStates)[number];

/** One channel of a job: how far it is, and who holds it. */
export interface LaneRow {
  readonly state: LaneState;
  /** All up to here are settled, but for `open`. */
  readonly cursor: string;
  /** Subscribers up to the cursor whose message is under way: what a kill sends again. */
  readonly open: readonly string[];
  readonly holder: string | null;
  readonly leaseUntilMs: number;
  /** How many it is for; null until they are counted. */
  readonly queued: number | null;
  readonly sent: number;
  readonly failed: number;
  /** Those that were to be told when they were counted, and not when it was their turn: they unsubscribed, or what was to be told was taken back. */
  readonly left: number;
  /** Tries that were to be repeated. */
  readonly retried: number;
  readonly firstSentMs: number | null;
  readonly lastSentMs: number | null;
  /** How long after it happened it was taken: bucket and count in turns (`outbox-times.ts`). */
  readonly times: readonly number[];
}

/** A message that is tried again. */
export interface AgainRow {
  readonly dueMs: number;
  /** Tries so far; 0 where its receiver was busy. */
  readonly attempts: number;
  readonly why: string;
  /** Its receiver, by a keyed hash. */
  readonly receiver: string;
}

/** A message that was given up. */
export interface DeadRow {
  readonly atMs: number;
  readonly attempts: number;
  readonly why: string;
}

/** Who is reached no more. */
export interface GoneRow {
  readonly kind: SubscriberKind;
  readonly atMs: number;
  readonly why: string;
  /** In a row. */
  readonly count: number;
}

/** How far the op-log was read: the stamp tells whether it still is the same log. */
export interface Position {
  readonly position: number;
  readonly stamp: string;
}

type PackedJob = readonly [Occasion, number, number, number, Incident | null, number | null];
type PackedLane = readonly [
  state: number,
  cursor: string,
  open: readonly string[],
  holder: string | null,
  leaseUntilMs: number,
  queued: number | null,
  sent: number,
  failed: number,
  left: number,
  retried: number,
  firstSentMs: number | null,
  lastSentMs: number | null,
  times: readonly number[],
];

export function packJob(row: JobRow): Uint8Array {
  const { occasion, occurredMs, state, revision, told, endedMs } = row;
  const packed: PackedJob = [occasion, occurredMs, jobStates.indexOf(state), revision, told, endedMs];
  return packValue(packed);
}

export function unpackJob(bytes: Uint8Array): JobRow {
  const [occasion, occurredMs, state, revision, told, endedMs] = unpackValue<PackedJob>(bytes);
  return { occasion, occurredMs, state: jobStates[state] ?? "cancelled", revision, told, endedMs };
}

export function packLane(row: LaneRow): Uint8Array {
  const { state, cursor, open, holder, leaseUntilMs, queued, sent, failed, left, retried } = row;
  const packed: PackedLane = [
    ...([laneStates.indexOf(state), cursor, open, holder, leaseUntilMs, queued] as const),
    ...([sent, failed, left, retried, row.firstSentMs, row.lastSentMs, row.times] as const),
  ];
  return packValue(packed);
}

export function unpackLane(bytes: Uint8Array): LaneRow {
  const packed = unpackValue<PackedLane>(bytes);
  const [state, cursor, open, holder, leaseUntilMs, queued, sent, failed, left, retried] = packed;
  return {
    ...{ cursor, open, holder, leaseUntilMs, queued, sent, failed, left, retried },
    state: laneStates[state] ?? "cancelled",
    firstSentMs: packed[10],
    lastSentMs: packed[11],
    times: packed[12],
  };
}

export const newLane: LaneRow = {
  state: "open",
  cursor: "",
  open: [],
  holder: null,
  leaseUntilMs: 0,
  queued: null,
  sent: 0,
  failed: 0,
  left: 0,
  retried: 0,
  firstSentMs: null,
  lastSentMs: null,
  times: [],
};

export const packAgain = ({ dueMs, attempts, why, receiver }: AgainRow): Uint8Array =>
  packValue([dueMs, attempts, why, receiver]);

export function unpackAgain(bytes: Uint8Array): AgainRow {
  const [dueMs, attempts, why, receiver] = unpackValue<[number, number, string, string]>(bytes);
  return { dueMs, attempts, why, receiver };
}

export const packDead = ({ atMs, attempts, why }: DeadRow): Uint8Array => packValue([atMs, attempts, why]);

export function unpackDead(bytes: Uint8Array): DeadRow {
  const [atMs, attempts, why] = unpackValue<[number, number, string]>(bytes);
  return { atMs, attempts, why };
}

export const packGone = ({ kind, atMs, why, count }: GoneRow): Uint8Array =>
  packValue([subscriberKinds.indexOf(kind), atMs, why, count]);

export function unpackGone(bytes: Uint8Array): GoneRow {
  const [kind, atMs, why, count] = unpackValue<[number, number, string, number]>(bytes);
  return { kind: subscriberKinds[kind] ?? "email", atMs, why, count };
}

/** A channel's place in keys. */
export const placeOfKind = (kind: ChannelKind): number =>
  kind === "social" ? socialPlace : subscriberKinds.indexOf(kind);
export const kindAt = (place: number): ChannelKind =>
  place === socialPlace ? "social" : (subscriberKinds[place] ?? "email");

/** Behind all kinds of subscribers that may still come. */
const socialPlace = 100;
