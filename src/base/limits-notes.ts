// Limits of what visitors say to a page: from a form, over a POP, to the control plane. A part of limits.ts, which is where they are read.
import { assert } from "./fault.ts";

export const noteLimits = {
  /** What one form or one request of the API may say: an address, a choice of a few hundred components. */
  noteBodyBytesMax: 8 * 1024,
  /** A signed link's token is below 200. */
  noteQueryBytesMax: 2_048,
  /** Sealed: body, query, path and what stands around them. */
  noteBytesMax: 12 * 1024,
  /** So long a visitor may take for what he says: a form is one packet, a phone on a train a few seconds. */
  noteBodyMsMax: 10_000,
  /** Visitors of one worker who are saying something, and are not answered yet: slow ones hold 8 KiB each. */
  noteVisitorsMax: 256,
  /** Notes that wait for the syncer's word, of one worker: 16 KiB each on its socket, which takes a mebibyte. */
  notesUnderWayMax: 32,
  /** So long the syncer may take to write one down; one that was killed is there again within a second. */
  noteKeptMsMax: 5_000,
  /** In a minute, of one address (IPv6: of its /64): a person fills in a form, or a household a few. Behind a CDN an address is many people's. */
  notesPerAddressMax: 20,
  /** In a minute, of all visitors of one worker. Each is flushed to the disk; more than a thousand people a minute do not subscribe at one POP. */
  notesPerMinuteMax: 1_200,
  /** Addresses that are counted: beyond, only the sum is. */
  noteAddressesMax: 16_384,
  /** Notes that a POP keeps until its source has taken them: two weeks without a control plane, at 5,000 a day. */
  notesHeldMax: 65_536,
  notesHeldBytesMax: 128 * 1024 * 1024,
  /** Older ones are dropped: who asked to be told a month ago has given up, and an unsubscription is said again by one click. */
  notesHeldMsMax: 30 * 24 * 3_600_000,
  /** How often old ones are looked for. */
  notesSweepMs: 3_600_000,
  /** Notes of one flush, when many come at once. */
  notesPerTxn: 256,
  /** One request to the source. */
  notesPerBatchMax: 128,
  notesBatchBytesMax: 256 * 1024,
  /** Between two tries of a source that took nothing. */
  notesAgainMsMin: 1_000,
  notesAgainMsMax: 60_000,
  /** Requests that bring notes, under way at a feed at once. */
  notesFeedMax: 16,
  /** Inboxes of pages that a worker remembers. */
  inboxesMax: 1_024,
  /** An inbox: a path has 200 bytes, a page of three languages twelve. */
  inboxBytesMax: 64 * 1024,
} as const;

/** A part of `assertLimits`. */
export function assertNoteLimits(pathBytesMax: number): void {
  const limits = noteLimits;
  assert(
    limits.noteBytesMax >= limits.noteBodyBytesMax + limits.noteQueryBytesMax + pathBytesMax + 512,
    "Limits: whatever a visitor may say must fit into a note.",
  );
}
