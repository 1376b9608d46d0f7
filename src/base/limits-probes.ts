// Limits of checks that a POP makes of other systems. A part of limits.ts, which is where they are read.

export const probeLimits = {
  /** Of its interval, or of a minute: how much later than its turn a check begins at random, so that two programs with the same interval do not meet for ever. */
  probeJitterShare: 0.025,
  /** Of its interval: a check that begins later than this is counted as late. */
  probeLateShare: 0.05,
  /** A check that was just planned is first made within this, however rare it is otherwise. */
  probeFirstMsMax: 60_000,
  /** 10,000 checks a minute of which all hang for 10 s are 1,667 at once. Some 30 kB each, most of them TLS. */
  probesAtOnceMax: 2_048,
  /** A host that hangs takes no more of these places, whatever there is to check on it. */
  probesPerHostMax: 64,
  /** What is read of an answer in which something is looked for, unpacked too; else no more than the first part of it. */
  probeBodyBytesMax: 1024 * 1024,
  probeBodyBytesAsked: 256 * 1024,
  /** Answers that are held at once to look into them. What finds no room counts for nothing. */
  probeBodiesBytesMax: 64 * 1024 * 1024,
  /** The head of an answer: Node takes 16 kB, browsers 256. */
  probeHeadBytesMax: 64 * 1024,
  /** What a server says by TCP or WebSocket before the expected text. */
  probeTalkBytesMax: 64 * 1024,
  /** Length of the sentence that says what was found. */
  probeSaidCharsMax: 200,
  /** A question by UDP that was not answered is asked again. */
  dnsAgainMs: 1_500,
  /** Levels of a JSON path. */
  jsonPathStepsMax: 32,
  /** All that is asked about hosts of both sides, when what they share is looked for. */
  independenceMsMax: 20_000,
  /** A POP asks so often whether its own way out works, and only while checks fail. */
  guardFreshMs: 2_000,
  /** So long a guard has to answer. Shorter than most time limits of checks, which wait for it. */
  guardMsMax: 3_000,
  /** Results of others that are looked at before a failure is called this POP's own. */
  guardResultsMax: 2_000,
} as const;
