// The processes of a POP, each as one function. In: what the operator set. Out: a running worker, a running syncer, or both in one.
import { join } from "node:path";
import { type Clock, every, pause, type Timer } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { dial } from "../host/dial.ts";
import { listenHttp } from "../host/http.ts";
import { type FolderLock, lockFolder } from "../host/lock.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { Digest } from "../snapshot/types.ts";
import { asDamage } from "../store/file-check.ts";
import { openStore, type Store, storeFile } from "../store/open.ts";
import { trustOf } from "../store/trusted.ts";
import { createFollower, type Follower } from "../sync/follow.ts";
import type { FeedAccess } from "../sync/members-gate.ts";
import { withMirrors } from "../sync/mirror-read.ts";
import { createRelay } from "../sync/relay.ts";
import { type AccessLog, type AccessLogPlace, createAccessLog } from "./access-log.ts";
import { readCertificates } from "./certificates.ts";
import { startLazies } from "./lazy.ts";
import { createWakes, type Link, linkFile } from "./link.ts";
import { serveLink } from "./link-syncer.ts";
import { dialLink } from "./link-worker.ts";
import type { Listeners, TlsPlace } from "./listeners.ts";
import { createPopMembership } from "./membership.ts";
import { createMending } from "./mend.ts";
import { watchPop } from "./pop-gauges.ts";
import { type Syncer, startSyncer } from "./syncer.ts";
import { startWorker } from "./worker.ts";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** How pages are served over TLS; the plain place then only leads there. */
export interface PopTls {
  readonly listen: Place;
  /** Folders of certificates, and pairs `chain.pem:key.pem`. */
  readonly certificates: readonly string[];
  readonly http2: boolean;
  readonly http3: boolean;
  /** See `RedirectOptions`. */
  readonly challenges: string | null;
}

export interface PopOptions {
  readonly folder: string;
  readonly rootKeys: readonly PublicKey[];
  /** Addresses of feeds, the nearest first, then of mirrors; none serves what is held. */
  readonly sources: readonly string[];
  readonly listen: Place;
  /** Without it, plain HTTP alone. */
  readonly tls?: PopTls | null;
  readonly ops: Place | null;
  /** Where this POP feeds others; without it, it feeds nobody. */
  readonly feed?: Place | null;
  readonly defaultPage: string | null;
  /** Requests of one worker that are under way at once; default `pendingRequestsMax`. */
  readonly pendingMax?: number;
  readonly accessLog?: AccessLogPlace | null;
  /** This POP's own key, where it has joined a control plane. */
  readonly popKey?: SecretKey | null;
  /** Who may follow this POP's own feed; default `open`. */
  readonly feedAccess?: FeedAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Something that runs until it is stopped. */
export interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

export interface RunningSyncer extends Running {
  readonly store: Store;
  readonly syncer: Syncer;
  /** What workers ask of it. */
  readonly link: Link;
}

/** The process that writes, for workers that ask it over the POP's socket. Throws as `openSyncer` does. */
export async function runSyncer(options: PopOptions): Promise<RunningSyncer> {
  const running = await openSyncer(options);
  const server = await serveLink({ ...options, ...running, path: join(options.folder, linkFile) });
  return {
    ...running,
    async stop() {
      await server.stop();
      await running.stop();
    },
  };
}

/** Follows, sweeps, verifies, has the ops address, whose port it names. Throws Faults of the folder, the store and the port. */
async function openSyncer(options: PopOptions): Promise<RunningSyncer> {
  const { folder, clock, log } = options;
  const lock = await takeFolder(folder, clock);
  let store: Store | null = null;
  try {
    store = await openStore({ folder, clock, log });
    const { syncer, link, port, stop } = startWriter(options, store);
    const opened = store;
    return {
      store,
      syncer,
      link,
      port,
      async stop() {
        await stop();
        await opened.close();
        lock.release();
      },
    };
  } catch (thrown) {
    await store?.close();
    lock.release();
    throw asDamage(storeFile(folder), thrown);
  }
}

/** What a worker has to tell its parent. */
export interface WorkerTells {
  damaged(digest: Digest): void;
  metrics(text: string): void;
  /** The store is damaged, and can be filled again: this process is not to go on. */
  lost(fault: Fault): void;
}

export interface RunningWorker extends Running {
  /** Tells its clients to go elsewhere, and stops a moment later: others answer on its ports. */
  leave(): Promise<void>;
}

/** A process that reads the syncer's store and answers visitors. Throws Faults of the store, the port and the certificates. */
export async function runWorker(options: PopOptions, tell: WorkerTells): Promise<RunningWorker> {
  const { folder, clock, log, metrics } = options;
  const tls = await readTls(options);
  const store = await openStore({ folder, clock, log, role: "reader" });
  const link = dialLink(options);
  const accessLog = openAccessLog(options);
  const listener = listenOrSay({ ...options, tls, accessLog }, store, link, tell);
  const reporting: Timer = every(clock, limits.workerMetricsMs, () => tell.metrics(metrics.text()));
  const end = async (): Promise<void> => {
    reporting.cancel();
    await stopListening(listener, clock);
    await accessLog?.stop();
    link.stop();
    await store.close();
  };
  let ended: Promise<void> | null = null;
  // Who leaves may be told to stop meanwhile.
  const stop = (): Promise<void> => {
    ended ??= end();
    return ended;
  };
  return {
    port: listener.port,
    stop,
    async leave() {
      listener.drain();
      await pause(clock, limits.drainMs);
      await Promise.race([listener.stop(), pause(clock, limits.leaveMsMax - limits.drainMs)]);
      await stop();
    },
  };
}

function openAccessLog({ accessLog, ...options }: PopOptions): AccessLog | null {
  return accessLog == null ? null : createAccessLog({ ...options, ...accessLog });
}

async function readTls({ tls = null }: PopOptions): Promise<TlsPlace | null> {
  return tls && { ...tls, ...tls.listen, ...(await readCertificates(tls.certificates)) };
}

export interface RunningWhole extends Running {
  readonly tlsPort: number | null;
  /** Looks at the certificates' files now. */
  reload(): Promise<void>;
  readonly opsPort: number;
  readonly feedPort: number;
}

/** All of a POP in this process. */
export async function runWhole(options: PopOptions): Promise<RunningWhole> {
  const tls = await readTls(options);
  // Its listener is always shared.
  if (tls !== null) await checkPlace(tls);
  const { store, syncer, link, port, stop } = await openSyncer(options);
  try {
    const accessLog = openAccessLog(options);
    const listener = listen({ ...options, tls, accessLog }, store, link, false, syncer.takeDamaged);
    await listener.ready;
    return {
      tlsPort: listener.tlsPort,
      reload: listener.reload,
      port: listener.port,
      opsPort: port,
      feedPort: syncer.feedPort,
      async stop() {
        await stopListening(listener, options.clock);
        await accessLog?.stop();
        await stop();
      },
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/**
 * Is this place free? Listens alone for a moment and gives the port. Workers share their port with anyone of this user who shares too, so
 * a second POP on the same port would otherwise take half of the requests in silence. Throws Fault `port-taken` or `address-refused`.
 */
export async function checkPlace({ host, port }: Place): Promise<Place> {
  const listener = listenHttp({
    address: host,
    port,
    bodyBytesMax: limits.requestBodyBytesMax,
    fetch: () => new Response(null, { status: 503 }),
  });
  await listener.stop(true);
  return { host, port: listener.port };
}

function startWriter(options: PopOptions, store: Store) {
  const { clock, random, log, metrics, ops, rootKeys, sources } = options;
  const { snapshots } = store;
  const trust = trustOf(snapshots, rootKeys);
  watchPop({ store: snapshots, storeReaders: store.readers, rootKeys, clock, log, metrics });
  const member = createPopMembership({
    ...options,
    store: snapshots,
    trust,
    popKey: options.popKey ?? null,
    feedAccess: options.feedAccess ?? "open",
  });
  const { prover, load, carried, gate } = member;
  const reach = withMirrors(dial, clock);
  const mending = createMending({ store: snapshots, sources, dial: reach, prover, clock, log, metrics });
  const follower: Follower | null =
    sources.length === 0
      ? null
      : createFollower({ ...options, store: snapshots, trust, dial: reach, prover, load, carried });
  const lazies = startLazies({ ...options, store: snapshots, follower, dial: reach, prover });
  const { onWake, wake } = createWakes();
  follower?.onApplied(wake);
  follower?.onDocument(() => wake(null));
  const feed = options.feed ?? null;
  // Whoever reaches a relay may follow it: what it sends is what any visitor may read.
  const fed = {
    store: snapshots,
    mayFollow: () => true,
    gate,
    bring: lazies.bringAll,
    clock,
    random,
    log,
    metrics,
  };
  const syncer = startSyncer({
    store: snapshots,
    trust,
    follower,
    mending,
    ops: ops === null ? null : { address: ops.host, port: ops.port },
    relay: feed && {
      address: feed.host,
      port: feed.port,
      feed: member.withReports(createRelay(fed, follower)),
    },
    onTaken: () => wake(null),
    clock,
    log,
    metrics,
  });
  const link: Link = { onWake, bring: lazies.bring };
  const stop = async (): Promise<void> => {
    lazies.stop();
    await syncer.stop();
  };
  return { syncer, link, port: syncer.opsPort, stop };
}

/** With its certificates read. */
type Listening = Omit<PopOptions, "tls" | "accessLog"> & {
  readonly tls: TlsPlace | null;
  readonly accessLog: AccessLog | null;
};

/** Whatever it reads first may be what is damaged; what it reads later, too. */
function listenOrSay(options: Listening, store: Store, link: Link, tell: WorkerTells): Listeners {
  const path = storeFile(options.folder);
  try {
    return listen(options, store, link, true, tell.damaged, (cause) => {
      const fault = asDamage(path, cause);
      if (fault instanceof Fault && isConfirmed(store, options.clock)) tell.lost(fault);
    });
  } catch (thrown) {
    throw asDamage(path, thrown);
  }
}

/** A store is given up only for one that can be filled again: without a source, what is still legible of it is all there is. */
function isConfirmed({ snapshots }: Store, clock: Clock): boolean {
  try {
    // A read transaction that met damage reads nothing more.
    snapshots.refresh();
    const last = snapshots.freshness();
    return last?.level === 0 && Math.abs(clock.wallMs() - last.acceptedMs) < limits.staleAfterMs;
  } catch {
    return false; // This is what is damaged; the syncer meets it too.
  }
}

function listen(
  options: Listening,
  store: Store,
  link: Link,
  shared: boolean,
  onDamaged: (digest: Digest) => void,
  onStoreFailure: (cause: unknown) => void = () => undefined,
): Listeners {
  const {
    listen: place,
    tls,
    rootKeys,
    defaultPage,
    pendingMax,
    accessLog,
    clock,
    random,
    log,
    metrics,
  } = options;
  return startWorker({
    store: store.snapshots,
    link,
    rootKeys,
    address: place.host,
    port: place.port,
    tls,
    shared,
    defaultPage,
    ...(pendingMax === undefined ? {} : { pendingMax }),
    accessLog,
    clock,
    random,
    log,
    metrics,
    onDamaged,
    onStoreFailure,
  });
}

/** Answers what was asked before it closes what is idle. */
async function stopListening(listener: Listeners, clock: Clock): Promise<void> {
  const graceful = listener.stop();
  await Promise.race([graceful, pause(clock, limits.stopGraceMs / 3)]);
  await listener.stop(true);
}

/** The syncer of a parent that was killed needs a moment to notice; a folder that stays held belongs to another POP. */
async function takeFolder(folder: string, clock: Clock): Promise<FolderLock> {
  const untilMs = clock.monotonicMs() + limits.stopGraceMs;
  for (;;) {
    try {
      return lockFolder(folder);
    } catch (thrown) {
      const held = thrown instanceof Fault && thrown.code === "folder-locked";
      if (!held || clock.monotonicMs() >= untilMs) throw thrown;
      await pause(clock, limits.restartMsMin);
    }
  }
}
