// An origin in this process: a store, a feed on a port, heartbeats. In: pages. Out: an address to follow, and the means to publish and to fall silent.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { listenHttp } from "../../src/host/http.ts";
import { signDelegation } from "../../src/snapshot/documents.ts";
import { headsDigest, signHeartbeat } from "../../src/snapshot/heartbeat.ts";
import type { SecretKey } from "../../src/snapshot/keys.ts";
import type { Digest } from "../../src/snapshot/types.ts";
import { openStore } from "../../src/store/open.ts";
import type { Apply, SnapshotStore } from "../../src/store/types.ts";
import { createFeed } from "../../src/sync/feed.ts";
import { readFeedRequest } from "../../src/sync/feed-request.ts";
import { publisher } from "../edge/fixture.ts";

export interface TestOrigin {
  readonly url: string;
  readonly store: SnapshotStore;
  publish(page: Apply): Promise<void>;
  /** Sends a heartbeat now. */
  beat(): void;
  stop(): Promise<void>;
}

/** What a test sees of it, or does to it. */
export interface OriginWatch {
  /** A body was read to be sent. */
  onBody?(digest: Digest): void;
  /** Bodies and parts are asked for by digest: waits before the answer, which is 500 where this throws. */
  beforeFetch?(digests: readonly Digest[]): Promise<void>;
}

/** Beats every `beatMs` until it is stopped. */
export async function startOrigin(
  rootKey: SecretKey,
  pages: readonly Apply[],
  beatMs = 250,
  watch: OriginWatch = {},
): Promise<TestOrigin> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-origin-"));
  const store = await openStore({ folder, clock: systemClock, log: silentLog });
  const bytes = signDelegation(
    { publisherKey: publisher.publicKey, pages: ["*"], hosts: ["*"], serial: 1 },
    rootKey,
  );
  await store.snapshots.putDocument({ kind: "delegation", subject: publisher.publicKey, bytes });
  for (const page of pages) await store.snapshots.apply(page);
  const object = (digest: Digest): Uint8Array | null => {
    watch.onBody?.(digest);
    return store.snapshots.object(digest);
  };
  const feed = createFeed({
    store: { ...store.snapshots, object },
    mayFollow: () => true,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: createMetrics(),
  });
  const listener = listenHttp({
    bodyBytesMax: 1024 * 1024,
    idleTimeoutS: 60,
    async fetch(request) {
      if (watch.beforeFetch !== undefined && new URL(request.url).pathname === "/sync/fetch") {
        const asked = await readFeedRequest(request.clone().body);
        if (asked.ok) await watch.beforeFetch(asked.value.want?.objects ?? []);
      }
      return (await feed.fetch(request)) ?? new Response(null, { status: 404 });
    },
  });
  // Sequences rise over restarts of an origin too.
  let sequence = Date.now();
  const beat = (): void => {
    store.refresh();
    const heads = store.snapshots.heads();
    const said = { sequence: sequence++, headsDigest: headsDigest(heads), timeMs: systemClock.wallMs() };
    feed.beat(signHeartbeat(said, publisher), heads);
  };
  const timer = setInterval(beat, beatMs);
  beat();
  return {
    url: `http://127.0.0.1:${listener.port}`,
    store: store.snapshots,
    async publish(page) {
      await store.snapshots.apply(page);
      feed.announce();
      beat();
    },
    beat,
    async stop() {
      clearInterval(timer);
      feed.close();
      await listener.stop(true);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
