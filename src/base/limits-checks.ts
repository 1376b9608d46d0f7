// Limits of checks of other systems: what an editor may ask for. A part of limits.ts, which is where they are read.

export const checkLimits = {
  /** A list that is still looked through in one go; a change makes it anew. */
  checksPerPageMax: 2_000,
  /** More often is an attack on what is checked. */
  checkEveryMsMin: 5_000,
  checkEveryMsMax: 24 * 3_600_000,
  checkEveryMsUsual: 60_000,
  checkTimeoutMsMin: 100,
  checkTimeoutMsMax: 60_000,
  checkTimeoutMsUsual: 10_000,
  checkPopsMax: 64,
  checkUrlCharsMax: 2_000,
  checkHeadersMax: 32,
  checkHeaderCharsMax: 4_096,
  /** What is sent, and what is looked for. */
  checkTextCharsMax: 4_096,
  checkStatusesCharsMax: 200,
  checkAnswersMax: 32,
  checkRedirectsMax: 10,
  checkDaysMax: 365,
  /** Failures in a row before anything is opened, successes before it is closed. */
  checkStreakMax: 20,
  /** Checks above a check: a site, its network, the world. */
  checkParentsMax: 8,
  /** A job that runs once a quarter has a heartbeat too. */
  heartbeatEveryMsMin: 10_000,
  heartbeatEveryMsMax: 100 * 24 * 3_600_000,
  heartbeatGraceMsMax: 7 * 24 * 3_600_000,
  cronCharsMax: 100,
} as const;
