// Limits of what listens to visitors: HTTP/2 connections, certificates. A part of limits.ts, which is where they are read.

export const listenerLimits = {
  // HTTP/2 (host/)
  /** Requests that a connection may have under way: a browser asks for a page's few files, a proxy opens another connection. */
  http2StreamsMax: 100,
  /** Frames in which one header block may come: 16 KiB fit into one. */
  http2BlockFramesMax: 8,
  /** Header blocks that a connection remembers with what they say, and the longest of them: what a browser repeats is under 100 bytes. */
  http2KnownHeadsMax: 4,
  http2KnownBytesMax: 512,
  /** Frames that are written in one go: some answers of a page, and under what one TLS connection hands over at a time. */
  http2WriteBytes: 64 * 1024,
  /** What a connection may do a second that brings nobody anything (pings, settings, empty frames, requests refused): browsers send one or two. */
  http2NoiseMax: 1_000,
  /** A request taken back counts so much: 100 a second are a browser that is being scrolled, more are CVE-2023-44487. */
  http2ResetNoise: 10,
  /** Streams of a connection that ended early, of which frames may still be on their way. */
  http2EndedMax: 128,

  // Certificates (edge/)
  /** Pairs that a POP shows: a listener with 1,000 of them takes 40 to 250 ms to open, during which its process answers nobody. */
  certificatesMax: 4_096,
  /** A chain of ten certificates is 20 kB. */
  certificateBytesMax: 64 * 1024,
  /** Folders within a folder of certificates: ACME clients use two at most. */
  certificateDepthMax: 3,
  /** How often their files are looked at; a change is read once it is the same at two looks. */
  certificatesPollMs: 10_000,
  /** The end of a certificate is said from then on, so often. */
  certificateSoonMs: 14 * 24 * 3_600_000,
  certificateSayMs: 24 * 3_600_000,
  /** Of 1,000 names only those that end first are in the metrics. */
  certificateGaugesMax: 16,
  /** A listener that is replaced answers its connections for so long, each answer being the last of its connection. */
  drainMs: 2_000,
  /** Answers that are then still under way have this long. */
  lingerMs: 60_000,
} as const;
