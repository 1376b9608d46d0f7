// Limits of what is read of other people's status pages. A part of limits.ts, which is where they are read.

export const upstreamLimits = {
  /** Each source is asked this often: what their own caches answer anew within that nobody would see. */
  upstreamRoundMs: 60_000,
  /** Sources that are asked at once, and of one host: 120 that all hang take 30 s, half a round. */
  upstreamsAtOnce: 20,
  upstreamsPerHostAtOnce: 2,
  /** From asking to the end of the answer. */
  upstreamAskMs: 5_000,
  upstreamRedirectsMax: 3,
  /** Google Cloud's incidents with their history have 4 MB; beyond this it is no status page. Before and after it was unpacked. */
  upstreamBytesMax: 8 * 1024 * 1024,
  /** A host that fails is left alone from one round up to this, and as long as it asks for itself, within a bound. */
  upstreamBackoffMsMin: 60_000,
  upstreamBackoffMsMax: 5 * 60_000,
  upstreamRetryAfterMsMax: 60 * 60_000,
  /** What nobody confirmed for so long is not known any more: five rounds, and the time that one takes. */
  upstreamFreshMsMax: 6 * 60_000,
  /** What a feed says is open and nobody adds to for so long is over. */
  upstreamOpenMsMax: 48 * 3_600_000,
  upstreamSaidCharsMax: 200,
  upstreamAddressCharsMax: 1_000,
  upstreamOptionCharsMax: 200,
  upstreamWordsMax: 50,
  /** On a page: each is about 300 bytes of `/api/aggregate.json` and a row of `/vendors`. */
  upstreamsPerPageMax: 300,
  /** Different sources of all pages of an installation: a round of them, all hanging, ends within ten minutes. */
  upstreamSourcesMax: 2_000,
} as const;
