// Every bound of the system, unit last, each with its reason. How they relate is asserted when the program starts.
import { assert } from "./fault.ts";
import { checkLimits } from "./limits-checks.ts";
import { dnsLimits } from "./limits-dns.ts";
import { listenerLimits } from "./limits-listeners.ts";
import { memberLimits } from "./limits-members.ts";
import { assertNoteLimits, noteLimits } from "./limits-notes.ts";
import { notifyLimits } from "./limits-notify.ts";
import { assertOutboxLimits, outboxLimits } from "./limits-outbox.ts";
import { peopleLimits } from "./limits-people.ts";
import { probeLimits } from "./limits-probes.ts";
import { publishLimits } from "./limits-publish.ts";
import { assertResultLimits, resultLimits } from "./limits-results.ts";
import { seriesLimits } from "./limits-series.ts";
import { assertSteeringLimits, steeringLimits } from "./limits-steering.ts";
import { subscriberLimits } from "./limits-subscribers.ts";
import { upstreamLimits } from "./limits-upstream.ts";
import { verdictLimits } from "./limits-verdict.ts";
import { zoneLimits } from "./limits-zones.ts";

export const limits = {
  // Formats (snapshot/)
  /** A manifest lists part digests; 256 of 32 bytes keep it under 10 kB, however large the page. */
  manifestPartsMax: 256,
  manifestBytesMax: 64 * 1024,
  /** About 24 routes a part: one changed route sends about 4 kB of part. */
  partRoutesAim: 24,
  /** Routes that stand together because most generations change them: of a page of three languages, about 12 kB. */
  frontRoutesMax: 64,
  partBytesMax: 4 * 1024 * 1024,
  /** A part decodes in under 10 ms; 256 of them name four million routes. */
  partRoutesMax: 16_384,
  /** The banner's text in one language (UTF-8), and how many languages: with 256 parts and 64 hosts they fit into a manifest. */
  bannerBytesMax: 1_000,
  bannersMax: 32,
  /** Heads that one publisher's heartbeat stands for. */
  headsMax: 65_536,
  objectBytesMax: 32 * 1024 * 1024,
  documentBytesMax: 64 * 1024,
  pathBytesMax: 1024,
  /** An emergency text (UTF-8): a few sentences above a page, and a document that fits anywhere. */
  emergencyTextBytesMax: 2_000,
  /** An emergency ends by itself after this at the latest, also where its withdrawal never arrives. */
  emergencyMsMax: 7 * 24 * 3_600_000,
  /** Pages with an emergency document: a stolen emergency key fills 9 MB of a store, and no more. */
  emergenciesMax: 4_096,
  hostsPerPageMax: 64,
  /** A logo or favicon: it travels to each POP and is kept in the op-log, each version of it. Drawn well it has a few kilobytes. */
  emblemBytesMax: 64 * 1024,
  /** Pixels of a logo's longer side: more than any screen shows of it. */
  emblemSideMax: 2_048,
  /** Links that an operator adds to a header or a footer: what fits a phone in two lines. */
  pageLinksMax: 8,
  linkCharsMax: 60,
  /** A headline, the text of a footer. */
  remarkCharsMax: 500,
  /** A key that was stolen can burn this many numbers at once, and no more (fast-forward). */
  generationJumpMax: 1_000_000,

  // Sync
  frameBytesMax: 256 * 1024,
  heartbeatMs: 2_000,
  /** Level 1 after this long without an accepted heartbeat: four were missed. */
  staleAfterMs: 8_000,
  /** Heartbeats in a row that end level 1. */
  heartbeatsToRecover: 3,
  /** A source silent for two and a half heartbeats is left for the next one. */
  sourceSilentMs: 5_000,
  /** An answer that should end (a poll, a fetch) has this long, however much of it keeps coming: 4 MiB at 70 kB/s. */
  answerMsMax: 60_000,
  reconnectMsMin: 100,
  reconnectMsMax: 5_000,
  pollMs: 2_000,
  /** Bytes waiting in a feed for one POP before it is dropped with a reason; it resumes. */
  sessionBytesMax: 64 * 1024 * 1024,
  /** A head list of `headsMax` pages with the longest names. */
  headsBytesMax: 8 * 1024 * 1024,
  /** A request to follow: a head list, and the names of the documents held. */
  helloBytesMax: 9 * 1024 * 1024,
  fetchDigestsMax: 4_096,
  /** Asked for at once in a first fetch: few enough to be lost without harm, enough to fill a long line. */
  fetchBatchBytes: 4 * 1024 * 1024,
  /** Pages that a POP brings up to date at the same time; the others wait their turn. */
  pagesAtOnceMax: 4,
  /** Sessions that a feed holds open; a relay stands before more POPs than this. */
  sessionsMax: 1_024,
  /** A source that had to be polled is tried as a stream again after this. */
  streamRetryMs: 60_000,
  /** A mirror's head: a few hundred bytes, and 67 for each signed document. */
  mirrorHeadBytesMax: 1024 * 1024,
  /** A mirror has one file a body: so many are asked for at once, lest each cost a round trip. */
  mirrorGetsMax: 32,
  /** A blob that no head names any more stays this long for who still reads the head before. */
  mirrorKeptMs: 600_000,
  /** A writer that runs for long looks this often for files that nothing names. */
  mirrorSweepMs: 3_600_000,
  /** Bodies of one snapshot kept in memory while it is fetched, before they are written ahead of it. */
  applyBytesMax: 64 * 1024 * 1024,

  // Store
  storeBytesMax: 1024 * 1024 * 1024 * 1024,
  /** Left free on the disk: logs and the system need it, and LMDB must not meet a full disk by itself. */
  storeFreeBytesMin: 8 * 1024 * 1024,
  storeReadersMax: 512,
  readerCheckMs: 30_000,
  generationsKept: 20,
  generationsKeptMs: 24 * 3_600_000,
  sweepEntriesPerTxn: 200,
  sweepEveryMs: 10_000,
  /** A body that came ahead and that no generation named within this time is forgotten. */
  stagedKeptMs: 3_600_000,
  /** A page of fewer is read from its records as fast. */
  shelfIncidentsMin: 500,
  /** What a shelf is behind by these is looked at anew at a start: 2,000 take as long as all else of it. */
  shelfOpsBehind: 2_000,
  /** Behind by more, a shelf is of no use. */
  shelfOpsMax: 20_000,
  shelveEveryMs: 60_000,
  /** A start has other things to do first. */
  shelveFirstMs: 15_000,
  /** A stamp further ahead of this machine's clock is refused. */
  stampAheadMsMax: 5 * 60_000,
  opBytesMax: 1024 * 1024,
  /** Commands that share one flush: enough for any burst of editors, and the first of them waits for no thousandth. */
  commandsPerTxn: 500,
  /** Commands that may wait for the op-log; one more is refused as busy. */
  commandsWaitingMax: 10_000,
  batchOpsMax: 200_000,

  // Open pages
  /** A page without its stream asks this often; where it is hidden, ten times as rarely. */
  pagePollMs: 30_000,
  /** What was not sent along is fetched at a random moment within this: 10,000 pages do not ask at once. */
  pageSpreadMs: 5_000,
  /** So long nobody answers before the page says so: one answer of a page without its stream may fail. */
  pageLostMs: 30_000,
  /** A page that nobody looks at asks this many times as rarely. */
  pageHiddenPace: 10,
  /** Addresses of one sitemap; the protocol takes 50,000 and 50 MB, which is more than a change should make anew. */
  sitemapUrlsMax: 10_000,

  ...publishLimits,
  ...probeLimits,

  // Render
  /** A longer text is shown without its Markdown. Twice what an update may have: post-mortems are long. */
  proseCharsMax: 50_000,
  /** Quotes within lists within quotes. */
  proseNestingMax: 12,
  /** Characters that Markdown may mean something by: with 4,000 of the worst kind a text takes 5 ms, with 25,000 it took 110. */
  proseMarksMax: 4_000,
  /** What a text is taken apart into: an incident page of 400 updates stays a page. */
  proseTokensMax: 5_000,

  /** Maintenance that a calendar file has: what is coming, and what is over. A calendar forgets nothing by itself. */
  calendarComingMax: 200,
  calendarPastMax: 50,
  /** Months that the uptime pages go back. */
  uptimeMonthsMax: 24,

  // Caches: what an answer says, in seconds. Their sum is how old a page can look through a CDN, and stands on its methodology page.
  /** Browsers ask each time for HTML and JSON: a page that is opened is the newest there is. */
  browserPageS: 0,
  /** Feeds and pictures are asked for by programs, every few minutes at best. */
  browserFeedS: 60,
  /** A CDN gives an answer without asking. */
  sharedFreshS: 5,
  /** It gives an older one while it asks. */
  sharedRenewS: 10,
  /** It gives an older one where no POP answers. */
  sharedErrorS: 600,
  /** What is named by its own digest never changes. */
  immutableS: 365 * 24 * 3_600,

  // Admin pages
  /** Rows of one list, boxes of one choice: what a phone scrolls through in a few strokes, of 2,000 components. */
  adminListMax: 50,
  /** Things told of an incident whose numbers stand beside it; a link leads to all. */
  adminDeliveriesMax: 5,
  /** What a list that opens has to choose from, such as groups. */
  adminChoicesMax: 500,
  /** A form: a text with everything that its author may write around it, every letter escaped three times. */
  adminFormBytesMax: 1024 * 1024,
  /** A form of who is not signed in: a name, a password, a code. */
  adminDoorBytesMax: 16 * 1024,
  /** Previews held at the same time, two a look: 32 editors who type, some 3 MB. */
  adminPreviewsMax: 64,
  /** A file to import through a browser: larger ones go by command. */
  adminImportBytesMax: 32 * 1024 * 1024,
  /** Imports that were read and not agreed to yet. */
  adminImportsMax: 4,

  // Edge
  /** Workers look for a new generation at least this often when no wake-up came. */
  refsPollMs: 250,
  /** The banner slot is filled at most this often per page. */
  bannerMsMin: 1_000,
  hotBytesMax: 64 * 1024 * 1024,
  /** Whole answers that a worker holds until the next commit: 2,000 front pages. They share their bodies with the hot ones, and a listener holds a copy behind its head. */
  answersBytesMax: 32 * 1024 * 1024,
  /** An answer is looked up anew after this, whatever the store's mark says: should someone take that away, a visitor is no further behind. */
  answerHeldMs: 1_000,
  /** Shorter bodies are copied for each response: a client that reads nothing then holds no more than this for each request it sent. */
  blobBytesMin: 4 * 1024,
  /** Encoded bytes of the manifests and parts that a worker holds decoded: 1,000 pages of 200 routes are 38 MB. */
  hotTreeBytesMax: 64 * 1024 * 1024,
  /** Background verification reads one part (about 24 routes, 2 MB of bodies: some 2 ms of hashing) a turn. */
  verifyEveryMs: 1_000,
  /** Reports of damaged bodies that come within this are mended in one walk. */
  mendDelayMs: 250,
  /** A line on the socket between the processes of a POP: a digest, the name of a page, or a sealed note in base64. */
  lineCharsMax: 20 * 1024,
  /** Lines that wait for a process that does not read; then its connection ends, and it looks for itself. */
  linesBytesMax: 1024 * 1024,
  /** A worker looks for its syncer again after this: a restart of it takes about as long. */
  linkRetryMsMin: 20,
  linkRetryMsMax: 500,
  /** A visitor waits no longer for a body that this POP has to fetch; a browser shows nothing meanwhile. */
  lazyWaitMsMax: 5_000,
  /** A body that was not to be had, and a source that failed, is asked for again after this. */
  lazyAgainMs: 1_000,
  /** Bodies that were not to be had, as a process remembers them: some 400 kB. */
  lazyRefusedMax: 4_096,
  /** Requests that wait for bodies in one process: about 2 kB each. One more gets 503. */
  lazyWaitersMax: 16_384,
  /** Bodies that one process waits for. */
  lazyFlightsMax: 1_024,
  /** Requests for lazy bodies to sources at a time, each of so many bodies: their answers are in memory until they are stored. */
  lazyFetchesMax: 2,
  lazyFetchDigestsMax: 16,
  /** A relay asks its own source for what a POP behind it asked for, so long that the POP's patience (`sourceSilentMs`) is not at its end. */
  lazyRelayMsMax: 4_000,
  /** In idle time lazy bodies come in turns of about so many bytes: 4 MB/s at most. */
  lazyIdleMs: 250,
  lazyIdleBytes: 1024 * 1024,
  /** Parts that one idle turn looks into: 4 ms. */
  lazyIdlePartsMax: 64,
  /** What nobody gave in idle time is asked for again after this. */
  lazyIdleAgainMs: 10_000,
  /** Event streams of a worker: 15,000 of them take some 75 MB. */
  eventClientsMax: 15_000,
  /** Frames that wait for a visitor who does not read; a heartbeat is one, so this is under three minutes. */
  eventFramesMax: 16,
  /** A stream says something this often: a listener closes what was silent for 30 s. */
  eventBeatMs: 10_000,
  /** Turns over which the heartbeats of one round are spread: a few hundred streams in each, and levels are looked at. */
  eventBeatSlots: 40,
  /** Streams that are told in one go: some 4 ms, then others who wait for this process have their turn. */
  eventsAtOnce: 250,
  /** A browser whose stream ended comes back after this: 15,000 of them, 1,700 a second. */
  eventRetryMsMin: 1_000,
  eventRetryMsMax: 10_000,
  /** One who found no room is told to come back after this, or up to twice as long. */
  eventRefusedSMin: 30,
  /** How often a worker hands its counters to the syncer. */
  workerMetricsMs: 1_000,
  requestBodyBytesMax: 64 * 1024,
  /** The request line and headers of a visitor: browsers send some 700 bytes, and proxies refuse more than 8 to 32 kB. */
  requestHeadBytesMax: 16 * 1024,
  /** Heads that a worker remembers with what they ask, so that a crowd's few are read once: 10,000 of a browser's. */
  rememberedHeadsBytes: 8 * 1024 * 1024,
  /** Marks of heads that came once: 64 KiB. */
  headMarks: 16 * 1024,
  /** The first head of a connection has to be there by then. */
  requestHeadMsMax: 12_000,
  /** A body up to this length is sent in one go with its head. */
  joinedBodyBytesMax: 32 * 1024,
  /** Who takes an answer takes at least so many bytes of it within a listener's idle time: 140 a second. */
  takenBytesMin: 4 * 1024,
  /** After the last answer of a connection, what its client still sends is read for so long: closed at once, the answer could be lost to a reset. */
  lastReadMs: 2_000,
  /** Connections are looked at this often for what they may take no longer; `Date` is as old at most. */
  connectionsLookMs: 1_000,
  /** How often a worker looks whether it could take one more connection. */
  crowdingLookMs: 1_000,
  /** A worker that has been full is told of again only when it had room for this long. */
  crowdedSaidMs: 60_000,
  /** Kinds of defects that a worker writes to its log, each once: what one request brings about, the next million may. */
  defectsSaidMax: 20,
  /** Files that connections leave to everything else under Deno, whose listener never recovers from having none. */
  filesReserved: 64,
  /** Requests of one connection that wait for the one before; browsers and proxies send none. Under Deno: Bun closes where an answer is not read. */
  pipelinedMax: 64,
  /**
   * Requests of one worker that are under way at once, event streams aside. A visitor who reads at all is out in microseconds, so this many
   * are slow readers of long answers, or a source that brings nothing: each costs the kernel some 100 kB at a usual MTU.
   */
  pendingRequestsMax: 4_096,
  /** Bytes of a worker's answers that slow readers have not taken: copies of them, where the runtime copies. */
  pendingBytesMax: 128 * 1024 * 1024,
  /**
   * In place of `pendingRequestsMax` where clients may ask by HTTP/2, whose windows keep an answer out of the kernel: it costs 3 kB while its body is
   * shared. The 512 connections that deploy/pharos.nft leaves one address, with 100 streams each, shut nobody out and take 160 MB.
   */
  pendingStreamsMax: 52_000,
  pendingStreamBytes: 2_048,
  /** Pages that metrics name, each a series that a Prometheus keeps for ever; the others are counted. */
  metricPagesMax: 200,
  /** Lines of the access log that wait for their batch: some 20,000 a second; more are dropped and counted. */
  accessLogCharsMax: 1024 * 1024,
  accessLogFlushMs: 250,
  ingestPerMinuteMax: 60,
  /** A child that dies twice within this time at opening its store has a corrupt store. */
  childDeathsWindowMs: 10_000,
  restartMsMin: 200,
  restartMsMax: 5_000,
  /** A child that was dismissed and still runs after this is killed. */
  stopGraceMs: 3_000,

  // HTTP/2 (host/), certificates (edge/)
  ...listenerLimits,

  /** A worker that another one replaced has this long for the answers that are under way, `drainMs` included. */
  leaveMsMax: 12_000,
  /** A worker that is to replace another must have begun to work by then: it verifies every root first. */
  childReadyMsMax: 60_000,

  /** The demo gives up when its POP has no page after this long. */
  demoReadyMsMax: 60_000,
  /** A POP of the demo that ended is started again after this: long enough to see the others go on without it. */
  demoRestartMs: 5_000,

  // Control
  apiBodyBytesMax: 1024 * 1024,
  importBytesMax: 256 * 1024 * 1024,
  /** A page that comes by the own API: one of 5,000 incidents with their updates has about 15 MB. */
  pageFileBytesMax: 32 * 1024 * 1024,
  /** Of a body that is read line by line: never held as a whole. */
  listBytesMax: 256 * 1024 * 1024,
  /** A subscriber of a hundred components has 3 kB, five minutes of a metric's points 2 kB. */
  listLineCharsMax: 256 * 1024,
  /** A command of this machine waits this long for the running control plane: an import of 5,000 incidents takes seconds. */
  localAnswerMsMax: 120_000,
  /** A foreign page has this long to begin its answer. */
  importAnswerMsMax: 20_000,
  /** Pages of a foreign incident list that an import reads at most: 10,000 incidents of 50 a page. */
  importPagesMax: 200,
  listIncidentsMax: 50,
  feedEntriesMax: 25,
  nameCharsMax: 500,
  /** Ids of others (ULIDs, UUIDs) fit; the store's keys stay far below LMDB's 1,978 bytes. */
  idCharsMax: 100,
  componentsPerCommandMax: 5_000,
  /** Entries of one management list, as Statuspage bounds them. */
  apiListMax: 100,
  /** Requests a minute and key where no setting says otherwise, and as many at once: what scripts of a large page send at its worst. */
  apiRequestsPerMinute: 6_000,
  /** Answers given again under their `Idempotency-Key`: for a day, so many of each API key (usually 30 MB), none that is longer. */
  replayMs: 24 * 60 * 60_000,
  replaysPerKeyMax: 10_000,
  replayBytesMax: 64 * 1024,
  /** Entities as they were told, for who has to choose between two versions. */
  toldVersionsBytesMax: 4 * 1024 * 1024,
  /** Entries that one question of the trail looks at: the next question goes on where it stopped. */
  trailScanMax: 5_000,
  /** Paths that a dry run names: a new page name changes all documents, of which a page may have thousands. */
  dryRunDocumentsMax: 500,
  updateCharsMax: 25_000,
  /** An editor looks for one in a list. */
  templatesPerPageMax: 500,
  /** Kept with an incident for a client, in every view. */
  metadataCharsMax: 8_192,
  reminderIntervalsMax: 20,
  /** Maintenances of a page that recur, each with occurrences that readers see. */
  recurrencesPerPageMax: 200,
  occurrencesAheadMax: 10,
  occurrencesAheadUsual: 2,
  occurrenceMsMax: 31 * 24 * 3_600_000,
  ruleCharsMax: 500,
  /** A rule must occur within so many years; a leap day takes eight at a turn of centuries. */
  ruleYearsMax: 10,
  /** Steps that a rule may take to its next occurrence: each day of ten years. Measured: 10 us a step. */
  ruleStepsMax: 4_000,
  draftsPerPageMax: 500,
  /** So often timers look at the wall clock, which somebody may have set. */
  timerRecheckMs: 30_000,
  timerRetryMs: 10_000,
  /** A day before the end of a window is the earliest that is verified by itself. */
  verifyMinutesMax: 1_440,

  // People and keys
  ...peopleLimits,
  ...memberLimits,
  ...noteLimits,
  ...subscriberLimits,
  ...verdictLimits,
  ...notifyLimits,
  ...outboxLimits,
  ...resultLimits,
  ...zoneLimits,
  ...dnsLimits,

  // Steering (dns/)
  ...steeringLimits,

  ...seriesLimits,
  ...upstreamLimits,
  ...checkLimits,
} as const;

/** Relations that the code relies on; called once at start. */
export function assertLimits(): void {
  assert(limits.staleAfterMs >= 3 * limits.heartbeatMs, "Limits: level 1 must tolerate two lost heartbeats.");
  assert(
    limits.sourceSilentMs < limits.staleAfterMs,
    "Limits: a POP must change its source before its page turns stale.",
  );
  assert(
    limits.mailPerReceiverMax < limits.mailConnectionsMax &&
      limits.mailConnectionsMax <= limits.mailInFlightMax,
    "Limits: a domain that hangs must leave connections for mail to others.",
  );
  assert(limits.frameBytesMax > limits.manifestBytesMax, "Limits: a manifest must fit into one frame.");
  assert(
    limits.frameBytesMax > limits.documentBytesMax,
    "Limits: a signed document must fit into one frame.",
  );
  assert(
    limits.sessionBytesMax > limits.objectBytesMax,
    "Limits: one object must fit into a session's queue.",
  );
  assert(
    limits.helloBytesMax > limits.headsBytesMax,
    "Limits: a request to follow must hold a whole head list.",
  );
  assert(
    limits.purgeAckMsMax < limits.sourceSilentMs,
    "Limits: a purge must not wait longer for a POP than an answer is fresh in a CDN.",
  );
  assert(
    limits.pendingBytesMax >= 4 * limits.objectBytesMax,
    "Limits: some slow readers of the longest body must not shut out everyone.",
  );
  assert(
    limits.purgeGivenUpMs === limits.sharedErrorS * 1_000,
    "Limits: a purge must be tried for as long as a CDN may show what it holds.",
  );
  // Longest where each address of 600 bytes names all of its languages: 1 kB of XML for each of some five of them.
  assert(
    limits.sitemapUrlsMax <= 50_000 && limits.sitemapUrlsMax * 3_200 <= limits.objectBytesMax,
    "Limits: a sitemap must be one body, and what the protocol takes.",
  );
  assert(limits.leaveMsMax > limits.drainMs, "Limits: who leaves must have time left after saying so.");
  assert(
    limits.lazyRelayMsMax < limits.sourceSilentMs && limits.lazyRelayMsMax < limits.lazyWaitMsMax,
    "Limits: a relay must answer before who asked it stops waiting.",
  );
  assert(
    limits.bannerMsMin >= limits.refsPollMs,
    "Limits: the banner must not be refilled faster than levels are read.",
  );
  assert(
    limits.eventBeatMs / limits.eventBeatSlots >= limits.refsPollMs,
    "Limits: levels of open pages need not be looked at more often than those of requests.",
  );
  assertOutboxLimits();
  assertResultLimits();
  assertSteeringLimits();
  assertNoteLimits(limits.pathBytesMax);
}
