// Limits of subscribers, and of what else is kept for a page and shown by none. A part of limits.ts, which is where they are read.

export const subscriberLimits = {
  /** Subscribers that share one flush. */
  subscribersPerTxn: 500,
  /** Read in one turn of the event loop: 4 ms at 20 us each, most of it the cipher's. */
  subscribersPerTurn: 200,
  /** Ids that one request may unsubscribe, as Statuspage bounds it. */
  subscribersPerRequestMax: 100,
  /** An address has at most 254 characters (RFC 5321, 4.5.3.1.3). */
  emailCharsMax: 254,
  /** The address of a webhook. */
  endpointCharsMax: 2_000,
  /** Access users of a page, or rows of another kind that a list reads whole: 10,000 are 2 MB and 20 ms. */
  pageRowsMax: 10_000,
} as const;
