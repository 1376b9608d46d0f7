// Limits of metrics of pages: their points are no ops, but rows that are rolled up. A part of limits.ts, which is where they are read.

export const seriesLimits = {
  /** Charts of a page: each costs the front page about 1 kB. */
  seriesPerPageMax: 20,
  seriesSuffixCharsMax: 20,
  /** Sums of a month of such values are exact enough, and a text of one fits a phone. */
  seriesValueMax: 1e15,
  /** One value of a metric is kept each so long: a second one takes the place of the first, so that what is sent twice counts once. */
  seriesStepMs: 5_000,
  seriesBucketMs: 5 * 60_000,
  /** Buckets are kept for a week and a day, hours for a month and a day: 3,072 rows a metric, 2 MB at one value a step. */
  seriesBucketKeepMs: 8 * 24 * 3_600_000,
  seriesHourKeepMs: 32 * 24 * 3_600_000,
  /** Points may come so late, and so far ahead of our clock. */
  seriesLateMsMax: 7 * 24 * 3_600_000,
  seriesAheadMsMax: 5 * 60_000,
  /** Points of one request: a week of minutes of a metric is 10,080. */
  seriesPointsPerRequestMax: 12_000,
  /** Requests that wait for their turn to be written. */
  seriesWaitingMax: 1_000,
  /** A page is published for new points this often at most. */
  seriesPublishMs: 60_000,
} as const;
