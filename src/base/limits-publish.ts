// Limits of who makes and keeps pages: publisher, makers, folders, CDNs, the heap of both processes. A part of limits.ts, which is where they are read.

export const publishLimits = {
  // Publish
  /** What an open page is told of a change: three packets, so that 10,000 of them are told with 40 MB. */
  eventBytesMax: 4_096,
  /** A page, or JSON, of an incident that ended this long ago may be fetched when somebody asks for it. */
  lazyAgeMs: 90 * 24 * 3_600_000,
  /** So may a longer body, if it is not one that visitors come for. */
  lazyBytesMin: 256 * 1024,
  publishRetryMsMin: 200,
  publishRetryMsMax: 10_000,
  /** Components and incidents from which on a page is made by a process of its own: a change then costs tens of milliseconds and more. */
  pageApartEntities: 1_000,
  /** The publisher works so long before it looks whether requests wait: what an editor notices of it. */
  publishSliceMs: 4,
  /** Of the thread, kept by the publisher under writes without end: half of a core's rest makes a generation, nothing would make none. */
  publishShareMin: 0.25,
  /** Pages that turn at the same moment (midnight) are published within this time of it, each at its own place. */
  publishSpreadMs: 60_000,
  /** Files of a folder that becomes a page: 256 parts of 80 routes are some 20 kB a changed part. */
  folderFilesMax: 20_000,
  /** Bytes of its files: they lie on every POP's disk, and a young POP fetches all of them. */
  folderBytesMax: 1024 * 1024 * 1024,
  /** Folders within folders: a link that leads back into itself ends here too. */
  folderDepthMax: 32,
  /** CDNs are told of a generation when all POPs have it, and after this at the latest: a CDN that asks a late POP is wrong for 5 s. */
  purgeAckMsMax: 2_000,
  /** Pages that one CDN is still to be told of; beyond it the oldest are left to their age. */
  purgesWaitingMax: 4_096,
  purgeRetryMsMin: 500,
  purgeRetryMsMax: 60_000,
  purgeAnswerMsMax: 10_000,
  purgeAnswerBytesMax: 64 * 1024,
  /** The longest that a CDN may show what it holds (`stale-if-error`): a purge that was not taken by then has nothing left to remove. */
  purgeGivenUpMs: 600_000,

  // Makers
  /** Bodies just made that are kept in memory before they are written ahead: on their way from a maker's process to the store they are held some six times. With 4 MiB both weigh 25 MB more. */
  madeBytesMax: 1024 * 1024,
  /** Parts and notes that one message of a maker carries: below 1 MiB what packs it grows no further than it is anyway. */
  madePieceBytesMax: 512 * 1024,
  /** So long after its last order a maker collects what that left. */
  makerRestMs: 3_000,
  /** Of a control plane's heap and its maker's (`host/heap-room.ts`). With less of a machine each collection is of all of it once the heap has 100 MB, and under 500 writes a second that takes more of a core than they do. */
  heapMachineBytes: 2 * 1024 * 1024 * 1024,
  /** Collected as often as that, what a write throws away takes no more of a core than with twice as much. */
  heapFreshBytes: 16 * 1024 * 1024,
  /** What became old and is let go of stays until all is collected: at a third, as the runtime would, that is as much again as what is held; at this, a quarter. */
  heapFreshShareMin: 0.45,
} as const;
