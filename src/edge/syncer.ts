// The syncer: the one process of a POP that writes its store. In: a follower, the addresses to listen on. Out: a store that is fresh
// and whole, and what others follow of it.
import type { Clock } from "../base/clock.ts";
import { defectsOf } from "../base/defects.ts";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { type Listener, listenHttp } from "../host/http.ts";
import type { Trust } from "../snapshot/trust.ts";
import type { Digest } from "../snapshot/types.ts";
import { startSweeping } from "../store/sweeping.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Feed } from "../sync/feed.ts";
import { mergeExpositions } from "./exposition.ts";
import { createIngest } from "./ingest.ts";
import type { Mending } from "./mend.ts";
import { createOps } from "./ops.ts";
import { startVerifying } from "./verify.ts";

/** What the syncer needs of a follower. */
export interface Following {
  start(): void;
  /** Root has spoken elsewhere: what was refused may be allowed by now, and the other way round. */
  reconsider(): void;
  stop(): Promise<void>;
}

export interface SyncerOptions {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  /** Null where no source was named: what is held is served. */
  readonly follower: Following | null;
  readonly mending: Mending;
  /** Null where no ops address was given. */
  readonly ops: { readonly address: string; readonly port: number } | null;
  /** What feeds others, and where; null where this POP feeds nobody. */
  readonly relay: { readonly address: string; readonly port: number; readonly feed: Feed } | null;
  /** Told of each signed document that was taken at the ops address. */
  onTaken?(): void;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Syncer {
  /** The ops port, 0 without one. */
  readonly opsPort: number;
  /** The port at which others follow this POP, 0 without one. */
  readonly feedPort: number;
  /** Counters of a worker, as Prometheus text. */
  takeMetrics(worker: string, text: string): void;
  /** A worker read a body that does not hash to its name. */
  takeDamaged(digest: Digest): void;
  stop(): Promise<void>;
}

/** Opens the ops address, follows, sweeps, verifies. Throws Fault `port-taken` or `address-refused`; later troubles are said and counted. */
export function startSyncer(options: SyncerOptions): Syncer {
  const { store, clock, log, metrics, follower, mending, relay } = options;
  const workers = new Map<string, string>();
  const onTaken = (): void => {
    follower?.reconsider();
    relay?.feed.announce();
    options.onTaken?.();
  };
  const ingest = createIngest({ ...options, onTaken });
  const metricsText = (): string => mergeExpositions(new Map([["syncer", metrics.text()], ...workers]));
  const onDefect = defectsOf({ log, metrics, of: "edge" });
  const listener = listenOps(options, createOps({ store, clock, ingest, metricsText }), onDefect);
  const feeding = listenFeed(options, listener, onDefect);
  follower?.start();
  const timers = [startSweeping(options), startVerifying({ store, mending, clock, log, metrics })];
  return {
    opsPort: listener?.port ?? 0,
    feedPort: feeding?.port ?? 0,
    takeMetrics: (worker, text) => void workers.set(worker, text),
    takeDamaged: mending.report,
    async stop() {
      for (const timer of timers) timer.cancel();
      mending.stop();
      relay?.feed.close();
      await feeding?.stop(true);
      await follower?.stop();
      await listener?.stop(true);
    },
  };
}

type OnDefect = (thrown: unknown) => void;

function listenOps(
  { ops }: SyncerOptions,
  fetch: ReturnType<typeof createOps>,
  onDefect: OnDefect,
): Listener | null {
  return ops && listenHttp({ ...ops, bodyBytesMax: limits.documentBytesMax, onDefect, fetch });
}

/** The ops address is given back where this one cannot be had: the POP does not start. */
function listenFeed({ relay }: SyncerOptions, ops: Listener | null, onDefect: OnDefect): Listener | null {
  if (relay === null) return null;
  const { address, port, feed } = relay;
  const fetch = (request: Request): Response | Promise<Response> =>
    feed.fetch(request) ?? new Response("This address feeds POPs.\n", { status: 404 });
  try {
    return listenHttp({ address, port, bodyBytesMax: limits.helloBytesMax, onDefect, fetch });
  } catch (thrown) {
    void ops?.stop(true);
    throw thrown;
  }
}
