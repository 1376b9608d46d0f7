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
  /** Mail under way at once: what a kill sends twice. More than connections, so that none of them waits for the next one. */
  mailInFlightMax: 48,
  /** Connections to the mail server. Postfix takes 50 of one client. */
  mailConnectionsMax: 24,
  /** Mail of one domain under way at once. Fewer than connections: where servers ask that domain before they answer us, and it hangs, the others go on. */
  mailPerReceiverMax: 16,
  /** Messages that a connection carries before it is made anew: servers of mail bound it at some hundred. */
  mailPerConnectionMax: 500,
  /** To the server's greeting, the way through TLS too. */
  mailConnectMsMax: 15_000,
  /** Without a word of the server within a dialogue. RFC 5321 (4.5.3.2) gives it minutes; what is late is tried again, and nobody waits behind it. */
  mailQuietMsMax: 30_000,
  /** One message from its turn to the server's answer, however slowly that comes. */
  mailDeliveryMsMax: 60_000,
  /** Mail that comes back for good so often in a row goes to nobody. */
  bouncesInARowMax: 3,
  /** Bounces of one address within it count once: services tell of one twice, and updates come in bursts. */
  bouncesApartMs: 3_600_000,
  /** One that bounced, and not again for so long, was reached meanwhile. */
  bouncesForgottenMs: 30 * 24 * 3_600_000,
  /** Bounces that one request tells of; services send them in lots of some hundred. */
  bouncesPerRequestMax: 500,
  /** A report as mail: its text, and headers of what came back. */
  bounceReportCharsMax: 60_000,
  /** Mails that the demo's page shows. */
  demoMailsMax: 200,
  /** One of them. */
  demoMailBytesMax: 1024 * 1024,
  /** A receiver's own wish when to be asked again is believed up to this. */
  retryAfterMsMax: 6 * 3_600_000,
} as const;
