// A process of a POP that answers visitors. In: what the operator set, the store that a syncer writes. Out: a running worker.
import { type Clock, every, pause, type Timer } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import { asDamage } from "../store/file-check.ts";
import { openStore, type Store, storeFile } from "../store/open.ts";
import { type AccessLog, createAccessLog } from "./access-log.ts";
import { readCertificates } from "./certificates.ts";
import type { Link } from "./link.ts";
import { dialLink } from "./link-worker.ts";
import type { Listeners, TlsPlace } from "./listeners.ts";
import type { PopOptions, Running } from "./pop-options.ts";
import { startWorker } from "./worker.ts";

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

export function openAccessLog({ accessLog, ...options }: PopOptions): AccessLog | null {
  return accessLog == null ? null : createAccessLog({ ...options, ...accessLog });
}

export async function readTls({ tls = null }: PopOptions): Promise<TlsPlace | null> {
  return tls && { ...tls, ...tls.listen, ...(await readCertificates(tls.certificates)) };
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

export function listen(
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
    popKey = null,
    defaultPage,
    pendingMax,
    notesPerAddress,
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
    popKey,
    address: place.host,
    port: place.port,
    tls,
    shared,
    defaultPage,
    ...(pendingMax === undefined ? {} : { pendingMax }),
    ...(notesPerAddress === undefined ? {} : { notesPerAddress }),
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
export async function stopListening(listener: Listeners, clock: Clock): Promise<void> {
  const graceful = listener.stop();
  await Promise.race([graceful, pause(clock, limits.stopGraceMs / 3)]);
  await listener.stop(true);
}
