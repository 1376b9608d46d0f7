// Limits of the DNS server: messages, the cache of answers, rate limiting, connections. A part of limits.ts, which is where they are read.

export const dnsLimits = {
  /** An answer over UDP: what crosses every path unfragmented (DNS flag day 2020). */
  dnsAnswerBytesMax: 1_232,
  /** Bodies of answers that a process holds until zones or steering change: some 45,000. */
  dnsCacheBytesMax: 32 * 1024 * 1024,
  /** Answers by the packet that brought them: 131,072 rows, all of it with the first one. */
  dnsPacketsBytesMax: 32 * 1024 * 1024,
  /** Marks of questions, and of packets, that came once: 1 MiB each. */
  dnsMarks: 256 * 1024,
  /** Networks, and kinds of answers to them, that rate limiting tells apart: 1.3 MB a table. */
  dnsRateRows: 64 * 1024,
  /** Answers of one kind that a network (/24, /56) is sent a second over UDP without a cookie. */
  dnsRatePerSecond: 100,
  /** What a network is sent for each byte that it sends, whatever it asks for. */
  dnsRateBytesRatio: 1.5,
  /**
   * And beyond that, for each of the answers above, so many bytes a second: half as many ordinary questions bring what is longer by 63 on average
   * (three addresses 25, three of IPv6 61, HTTPS with all of these 202, a name that is not there 29).
   */
  dnsRateFreeBytes: 40,
  /** Of that it may have so many seconds' at once: what TTLs that end together bring. */
  dnsRateBurstS: 2,
  /** Of answers held back each second one is sent short: a real asker comes back over TCP at once. */
  dnsRateSlip: 2,
  /** A query by TCP: a name, and options of EDNS; over UDP a datagram is its own bound. */
  dnsQueryBytesMax: 4_096,
  /** TCP connections of a process: some 2 kB each, and `dnsTcpUnsentBytes` of who does not read. */
  dnsTcpConnectionsMax: 1_000,
  /** RFC 9210, 4.3: ten seconds let a resolver use a connection again. */
  dnsTcpIdleMs: 10_000,
  dnsTcpAgeMsMax: 120_000,
  dnsTcpUnsentBytes: 128 * 1024,
  /** So many queries leave 10 MB behind, which are collected when a moment passes in which nobody asks. */
  dnsRestQueries: 20_000,
  /** Addresses of resolvers that a process has as bytes. */
  dnsSendersMax: 20_000,
  /** Answers that wait for the kernel to take them; one more is lost, and its asker asks again. */
  udpUnsentMax: 4_096,
  /** Answers of one turn that leave in one call: the last of them waits for all before. */
  udpBatchMax: 64,
  /** Milliseconds that a listener that closes goes on answering what comes, at most. */
  udpLastTurnsMax: 200,
} as const;
