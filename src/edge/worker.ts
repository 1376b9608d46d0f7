// A worker: answers visitors from the shared store. In: a store, an address. Out: a listener; nothing but reads.
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Random } from "../base/random.ts";
import { canOpenFile } from "../host/open-files.ts";
import { sharesBodies } from "../host/runtime.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { AccessLog } from "./access-log.ts";
import { createAdmission } from "./admission.ts";
import { attending } from "./attend.ts";
import { watchCrowding } from "./crowding.ts";
import { createHub } from "./hub.ts";
import type { Link } from "./link.ts";
import { type Listeners, openListeners, type TlsPlace } from "./listeners.ts";
import { createRoots, verifyRoots } from "./roots.ts";
import { createServing } from "./serve.ts";
import { createTally } from "./tally.ts";

export interface WorkerOptions {
  readonly store: SnapshotStore;
  /** Word of what changed, and bodies that the store lacks: from the syncer, or from this very process. */
  readonly link: Link;
  readonly rootKeys: readonly PublicKey[];
  /** This POP's own key, where it has joined a control plane. */
  readonly popKey?: SecretKey | null;
  readonly address: string;
  readonly port: number;
  /** Other workers listen on the same port. */
  readonly shared: boolean;
  readonly tls?: TlsPlace | null;
  readonly defaultPage: string | null;
  /** Requests under way at once; default `pendingRequestsMax`. */
  readonly pendingMax?: number;
  readonly accessLog?: AccessLog | null;
  /** See `NoteRatesOptions.perAddress`. */
  readonly notesPerAddress?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  onDamaged(digest: Digest): void;
  /** See `ServingOptions.onStoreFailure`. */
  onStoreFailure?(cause: unknown): void;
}

/** Listens, and verifies the roots beside the first requests. Throws Fault `port-taken` or `address-refused`. */
export function startWorker(options: WorkerOptions): Listeners {
  const { store, log, metrics } = options;
  const openRoot = createRoots(store, options.rootKeys);
  const roots = verifyRoots({ ...options, openRoot });
  const hub = createHub({ clock: options.clock, random: options.random, metrics });
  options.link.onWake(hub.wake);
  // The listener is there before the first request that is judged by it.
  const pending = (): number => listener.pendingRequests();
  const { pendingMax = limits.pendingRequestsMax, accessLog = null, clock } = options;
  const isMultiplexed = sharesBodies && options.tls?.http2 === true;
  const admission = createAdmission({
    pending,
    streams: hub.streams,
    requestsMax: isMultiplexed
      ? Math.ceil((pendingMax * limits.pendingStreamsMax) / limits.pendingRequestsMax)
      : pendingMax,
    metrics,
  });
  const tally = createTally(metrics, (bytes) =>
    admission.answered(isMultiplexed && bytes >= limits.blobBytesMin ? limits.pendingStreamBytes : bytes),
  );
  const parts = {
    store,
    openRoot,
    rootKeys: options.rootKeys,
    popKey: options.popKey ?? null,
    clock: options.clock,
    random: options.random,
    ...(options.notesPerAddress === undefined ? {} : { notesPerAddress: options.notesPerAddress }),
    defaultPage: options.defaultPage,
    onDamaged: options.onDamaged,
    ...(options.onStoreFailure === undefined ? {} : { onStoreFailure: options.onStoreFailure }),
    hub,
    log,
    metrics,
    tally,
  };
  const serving = createServing(parts, options.link);
  const listener = openListeners({
    ...options,
    bodyBytesMax: limits.requestBodyBytesMax,
    answer: attending(serving, { admission, tally, accessLog, clock }),
  });
  metrics.watch("edge_requests_pending", "Requests being answered.", pending);
  const crowding = watchCrowding({ ...options, canOpenFile });
  return {
    ...listener,
    // A stream lasts for as long as its page is open, which no drain waits for.
    drain() {
      hub.stop();
      listener.drain();
    },
    stop(force) {
      roots.cancel();
      hub.stop();
      crowding.cancel();
      return listener.stop(force);
    },
  };
}
