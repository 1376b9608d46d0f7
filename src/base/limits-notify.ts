// Limits of notifications. A part of limits.ts, which is where they are read.

export const notifyLimits = {
  /** A kept connection without use: receivers close theirs after 15 s to some minutes. */
  dialKeptMs: 14_000,
  /** A receiver's whole answer, its redirects too: Standard Webhooks tells senders to wait 15 to 30 s. */
  deliveryAnswerMsMax: 15_000,
  /** What is read of a receiver's answer, for the log of attempts: the rest is not looked at. */
  deliveryAnswerBytesMax: 16 * 1024,
  /** Each is checked as the first address was. */
  deliveryRedirectsMax: 3,
  /** After a replacement messages are signed by both secrets for so long: a day for receivers to take the new one. */
  webhookSecretBothMs: 24 * 3_600_000,
} as const;
