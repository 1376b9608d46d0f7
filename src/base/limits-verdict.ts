// Limits of verdicts and of what follows from them. A part of limits.ts, which is where they are read.

export const verdictLimits = {
  /** A probe is under way for its timeout, and on its way for this long: a POP that has to dial again reports within it. */
  verdictSlackMs: 5_000,
  /** One POP alone closes what several opened when the others have been silent for so long: they may have been taken down for good. */
  verdictAloneMs: 10 * 60_000,
  /** Falls within this long count as flapping. */
  flapWindowMs: 60 * 60_000,
  /** Each fall after the first of a window doubles the good probes that close it, so often at most: eight times as many. */
  flapDoublingsMax: 3,
  /** However slowly it is probed, damping holds a thing down that works for no longer than this. */
  flapHoldMsMax: 10 * 60_000,
  /** A POP that said nothing of a check for this long is no longer one of its places. */
  voiceKeptMs: 24 * 3_600_000,
  /** A parent of a parent of a check, and so on: deeper ones are not asked. */
  checkParentsMax: 8,
  /** The sentence of a verdict: with each POP's own words it fits a screen, and an entry of the audit. */
  verdictSentenceCharsMax: 1_000,
  /** What is not plainly well is looked at so often: whether a probe has become old, a parent has answered, a job is late. */
  verdictTickMs: 1_000,
  /** What could not be written is tried again after this. */
  verdictRetryMs: 5_000,
  alertNameCharsMax: 200,
  alertSaidCharsMax: 500,
  /** A body of alerts: Alertmanager's largest groups have some hundred alerts of 2 kB. */
  alertBodyBytesMax: 1024 * 1024,
  alertsPerBodyMax: 1_000,
  /** Alerts of one source that stand: more of them say nothing that these did not. */
  alertsPerSourceMax: 500,
  alertSourcesPerPageMax: 50,
  /** One that is not sent again for so long speaks no more: Alertmanager repeats every four hours. */
  alertForgottenMs: 24 * 3_600_000,
  /** When it was heard last is written down so often. */
  alertHeardMs: 10 * 60_000,
  /** Of one source: a flood of one takes nothing from another. */
  alertRequestsPerMinute: 300,
} as const;
