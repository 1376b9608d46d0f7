// Limits of notifications. A part of limits.ts, which is where they are read.

export const notifyLimits = {
  /** A kept connection without use: receivers close theirs after 15 s to some minutes. */
  dialKeptMs: 14_000,
  /** A receiver's whole answer, its redirects too: Standard Webhooks tells senders to wait 15 to 30 s. */
  deliveryAnswerMsMax: 15_000,
  /** What is read of a receiver's answer, for the log of attempts: the rest is not looked at. */
  deliveryAnswerBytesMax: 16 * 1024,
  /** A receiver's own wish when to be asked again is believed up to this. */
  retryAfterMsMax: 6 * 3_600_000,
} as const;
