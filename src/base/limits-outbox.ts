// Limits of telling subscribers: the outbox, tries, receivers. A part of limits.ts, which is where they are read.
import { assert } from "./fault.ts";

export const outboxLimits = {
  /** The map of the outbox; its rows are bounded far below. */
  outboxBytesMax: 16 * 1024 * 1024 * 1024,
  /** Who edits within this is read by all who were not told yet; what is said then stays said. */
  correctionMs: 60_000,
  /** One message has this long, whatever its channel allows itself. */
  deliveryMsMax: 30_000,
  /** A lane is one notifier's for so long after it last said so: longer than a message that it began may take. */
  laneLeaseMs: 90_000,
  laneRenewMs: 20_000,
  /** Lanes that another notifier held are looked at this often. */
  laneLookMs: 5_000,
  /** Rows of a page that are looked at before others have their turn: 2 ms of a quiet machine. */
  laneRowsPerTurn: 256,
  /** Of a channel, set aside for another try: some 100 bytes each in memory. With more, its lanes wait. */
  againRowsMax: 100_000,
  againMsMin: 5_000,
  againMsMax: 30 * 60_000,
  /** A receiver's own wish when to be asked again is believed up to this. */
  againAskedMsMax: 6 * 3_600_000,
  /** With full jitter up to half an hour: most of a day. */
  deliveryAttemptsMax: 40,
  deliveryAgeMsMax: 24 * 3_600_000,
  /** Messages that a receiver may have on their way before it took one; each that it takes makes it one more, up to what its channel gives one receiver. */
  receiverPlacesFirst: 8,
  /** Failures in a row after which a receiver is left alone for a while. One mail that a list of others surrounds says nothing of their server. */
  receiverFailuresMax: 5,
  receiverRestMsMin: 2_000,
  receiverRestMsMax: 5 * 60_000,
  /** Receivers that failed are remembered, so many at most: 200 bytes each. */
  receiversMax: 20_000,
  /** Dead letters that are kept; the oldest goes. */
  deadLettersMax: 100_000,
  /** What is over is kept for the progress that it shows. */
  jobsKept: 5_000,
  jobsKeptMs: 30 * 24 * 3_600_000,
  jobsSweepMs: 60_000,
  /** Of an endpoint: a day of tries, and of one that takes what it gets its last twenty messages. Some 20 bytes each, with a reason 100. */
  triesKept: 20,
  /** Each is read to be swept: of a hundred thousand endpoints half a second in all, in turns. */
  triesSweepMs: 3_600_000,
  /** What subscribers are told of themselves and is not settled: the others wait in the store. */
  ownJobsMax: 1_000,
  /** Updates of an incident that a message can tell of. */
  toldUpdatesMax: 25,
  /** Without a word of the control plane the op-log is looked at this often. */
  notifyLookMs: 1_000,
  /** So often a control plane looks whether anybody is to be told of anything. */
  notifierNeededMs: 1_000,
  /** A storm of writes is one word to the notifier each so long, and not one a write. */
  notifierWakeMs: 20,
  /** What the notifier counts is shown by the control plane at most so much later. */
  notifierMeasuredMs: 5_000,
  /** Messages under way have so long when the notifier is to stop. */
  notifierStopMs: 2_000,
  /** Dead letters that one answer of the API lists. */
  deadLettersPerAnswer: 100,
  /** Dead letters that one request sends again: read in one turn of the control plane, some 30 ms. */
  deadLettersPerReplay: 5_000,
  /** With names of 150 bytes and less they fit a frame (`frameBytesMax`). */
  deadLettersPerFrame: 1_000,
  whyCharsMax: 300,
} as const;

export function assertOutboxLimits(): void {
  const { laneLeaseMs, laneRenewMs, deliveryMsMax } = outboxLimits;
  assert(
    laneLeaseMs >= deliveryMsMax + 2 * laneRenewMs,
    "Limits: a lane must outlast a message that it began, and a renewal that failed.",
  );
}
