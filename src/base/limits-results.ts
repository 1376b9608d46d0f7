// Limits of checks on their way: plans to POPs, results and pings back, and how long they are kept. A part of limits.ts, which is where they are read.
import { assert } from "./fault.ts";

export const resultLimits = {
  /** A plan of one POP: 20,000 checks, of which most have 300 bytes, and some a body to send. */
  planBytesMax: 16 * 1024 * 1024,
  planChecksMax: 20_000,
  /** What a check is to do, as JSON (UTF-8). */
  planTargetBytesMax: 64 * 1024,
  /** How far ahead of this POP's clock a plan's sequence (ms) may be: one of a stolen key must not keep out the next ones. */
  planAheadMsMax: 24 * 3_600_000,
  /** One sentence of a result (UTF-8): 200 characters. */
  probeSaidBytesMax: 800,
  /** What is written down at once. */
  probesPerBatchMax: 1_000,
  probesBatchBytesMax: 64 * 1024,
  /** One report: what is brought to the source at once. */
  probesReportBytesMax: 256 * 1024,
  probesReportBatchesMax: 512,
  /** What a POP holds until its source has taken it: ten hours of 10,000 checks a minute, two days of 2,000. The oldest goes first. */
  probesHeldBytesMax: 256 * 1024 * 1024,
  /** Less than the source keeps single results: what it forgot it could count twice. */
  probesHeldMsMax: 47 * 3_600_000,
  /** Results are collected for so long before they are written down and brought: one flush a second. */
  probesCollectMs: 1_000,
  /** A POP without anything to say asks for a plan so often. */
  planAskMs: 10_000,
  /** One whose source knows no checks, or does not know this POP. */
  planAskStrangerMs: 60_000,
  /** Between two tries of a source that took nothing. */
  probesAgainMsMin: 1_000,
  probesAgainMsMax: 30_000,
  /** Reports under way at a feed at once; each POP has one. */
  probesFeedMax: 64,
  /** Relays that a report may pass. */
  probesHopsMax: 8,
  /** How a change of checks is collected before plans are made anew: an import writes hundreds. */
  plansCollectMs: 500,
  /** What may wait to be written down: a disk that hangs is not waited for with more memory than this. */
  probesWaitingBytesMax: 4 * 1024 * 1024,

  /** A ping's body, of which the first line is kept. */
  pingBodyBytesMax: 16 * 1024,
  /** Of that line. */
  pingSaidCharsMax: 200,
  /** In a minute, of one address: a machine with a job a second. */
  pingsPerAddressMax: 120,
  /** In a minute, of all of one worker. */
  pingsPerMinuteMax: 6_000,
  /** Pings that wait for the syncer's word, of one worker. */
  pingsUnderWayMax: 64,

  /** Kept at the source (results of one check from one POP). */
  resultsRawMs: 48 * 3_600_000,
  resultsMinutesMs: 30 * 24 * 3_600_000,
  resultsHoursMs: 2 * 365 * 24 * 3_600_000,
  /** How often what is past is rolled up. */
  resultsSweepMs: 60_000,
  /** Rows rolled up in one transaction: under 10 ms. */
  resultsPerSweep: 200,
  /** Virtual memory alone: 10,000 checks from three POPs take 2 GB in two days and 20 GB in a month. */
  resultsBytesMax: 256 * 1024 * 1024 * 1024,
  /** POPs of one check whose results are kept. */
  resultsPopsMax: 512,
} as const;

/** A part of `assertLimits`. */
export function assertResultLimits(): void {
  const limits = resultLimits;
  assert(
    limits.probesHeldMsMax + 1_800_000 < limits.resultsRawMs,
    "Limits: a POP must not bring what its source has rolled up.",
  );
  assert(
    limits.probesReportBytesMax > limits.probesBatchBytesMax,
    "Limits: each batch must fit into a report.",
  );
}
