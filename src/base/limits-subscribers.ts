// Limits of subscribers, and of what else is kept for a page and shown by none. A part of limits.ts, which is where they are read.

export const subscriberLimits = {
  /** Subscribers that share one flush. */
  subscribersPerTxn: 500,
  /** Read in one turn of the event loop: 4 ms at 20 us each, most of it the cipher's. */
  subscribersPerTurn: 200,
  /** So long a request waits until they are read after a start, a million of them ten seconds and more; a connection that says nothing is closed after ten. */
  subscribersWaitedMs: 5_000,
  /** Ids that one request may unsubscribe, as Statuspage bounds it. */
  subscribersPerRequestMax: 100,
  /** An address has at most 254 characters (RFC 5321, 4.5.3.1.3). */
  emailCharsMax: 254,
  /** The address of a webhook. */
  endpointCharsMax: 2_000,
  /** What is said of where a consent comes from. */
  consentSourceCharsMax: 300,
  /** Rows of one CSV: all are looked at before one is kept, 10,000 in a second of turns; a request has room for not many more. */
  csvRowsMax: 10_000,
  /** Wrong lines of a CSV that are told: who has more has one mistake many times. */
  csvWrongToldMax: 100,
  /** Why nobody was reached: a receiver's own words, cut. */
  unreachableWhyCharsMax: 300,
  /** A link to confirm, and what waits for it: as long as people are away. */
  confirmationMs: 7 * 24 * 3_600_000,
  /** Messages of a kind about the subscription itself that one contact of a page gets in `askedPerContactMs`: enough for a typing error, no way to pester. */
  askedPerContactMax: 3,
  askedPerContactMs: 24 * 3_600_000,
  /** Confirmations of a page in a day: mail when a product is down and all its world subscribes, texts as many as one can pay for. */
  mailAsksPerPageDayMax: 50_000,
  textAsksPerPageDayMax: 1_000,
  endpointAsksPerPageDayMax: 2_000,
  /** Unconfirmed ones of a page: what strangers may fill of its store is 50 MB. */
  unconfirmedPerPageMax: 100_000,
  /** Between two looks for what was never confirmed: a week need not be kept to the minute, and notes that waited at POPs come in first after a start. */
  subscribersSweptMs: 3_600_000,
  /** Names of visitors' notes are kept so long: a note that comes again is not even opened. Later, it changes nothing by what it says. */
  noteNamesMs: 8 * 24 * 3_600_000,
  /** What readers said, in one commit. */
  heardPerTxn: 200,
  /** Access users of a page, or rows of another kind that a list reads whole: 10,000 are 2 MB and 20 ms. */
  pageRowsMax: 10_000,
} as const;
