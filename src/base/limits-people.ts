// Limits of people and keys: sign-ins, sessions, links, the audit. A part of limits.ts, which is where they are read.

export const peopleLimits = {
  /** When a key was last used is written at most so often: a busy client does not cost a flush a request. */
  keyUseMs: 60_000,
  /** Entries of the audit that are kept, changes and sign-ins: fifty a day for ten years. About 300 bytes each. */
  auditEntriesMax: 200_000,
  /** Failed sign-ins that are kept, apart from the others: who guesses passwords must push nothing else out. */
  auditFailedMax: 10_000,
  /** Nobody used the session for so long: a night's shift is shorter. */
  sessionIdleMs: 12 * 3_600_000,
  /** A session ends after this however it is used. */
  sessionMsMax: 7 * 24 * 3_600_000,
  /** When a session was last used is written at most so often. */
  sessionUseMs: 60_000,
  /** Requests that were under way when a session got a new secret still come with the old one. */
  sessionRotateMs: 60_000,
  /** The one that was used longest ago ends where a person would have more. */
  sessionsPerUserMax: 20,
  /** Browsers by which a person has signed in; the oldest is forgotten. */
  devicesPerUserMax: 20,
  deviceMs: 180 * 24 * 3_600_000,
  /** Shorter ones are guessed; a sentence of four words is longer. */
  passwordCharsMin: 12,
  /** Of UTF-8, after NFKC: what is longer is no password but a load. */
  passwordBytesMax: 1_024,
  /** Passwords that are hashed at once: each takes a core for 0.3 s and 32 MiB, and editors need the other one. */
  passwordsAtOnceMax: 1,
  /** Sign-ins that wait for their turn, of browsers that are known and of others: 5 s of work each. More are told to come back. */
  passwordsWaitingMax: 16,
  passwordBusyS: 5,
  /** Failed sign-ins that are looked at without delay: at one account from one address, and at all accounts from one address. */
  signInFreePair: 5,
  signInFreeAddress: 20,
  signInDelayMsMin: 1_000,
  /** A delay doubles with each failure up to this. */
  signInDelayMsMax: 15 * 60_000,
  /** Failures are forgotten after this without another one. */
  signInForgetMs: 3_600_000,
  /** Accounts and addresses whose failures are remembered, 200 bytes each; then the oldest are forgotten. */
  signInRememberedMax: 20_000,
  /** Between the password and the second factor, and between leaving for another service and coming back. */
  challengeMs: 5 * 60_000,
  signOnMs: 10 * 60_000,
  /** Sign-ons that came back and whose state is refused when it comes again. */
  signOnUsedMax: 10_000,
  signOnAnswerMsMax: 10_000,
  signOnAnswerBytesMax: 1024 * 1024,
  recoveryCodes: 10,
  /** The link by which the first owner signs up. */
  firstLinkMs: 24 * 3_600_000,

  /** An invitation, or a link to set a new password. */
  linkMs: 3 * 24 * 3_600_000,
  linksMax: 1_000,
  usersMax: 10_000,
} as const;
