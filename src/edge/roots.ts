// Which manifests a worker may serve. In: root keys, the documents in the store. Out: a manifest whose signer may publish its page.
import type { Clock, Timer } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { ok, refuse } from "../base/result.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import type { Head } from "../snapshot/types.ts";
import { trustOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { OpenRoot } from "./trees.ts";

/**
 * Opens manifests for serving. Epochs are not looked at here: after a raised epoch the last good page stays until the next one comes. A
 * delegation that arrived after this process started is found by reading the documents once more.
 */
export function createRoots(store: SnapshotStore, rootKeys: readonly PublicKey[]): OpenRoot {
  let trust = trustOf(store, rootKeys);
  return (bytes) => {
    const opened = openManifest(bytes);
    if (!opened.ok) return opened;
    const { value, key } = opened.value;
    if (!trust.mayPublish(key, value.page)) trust = trustOf(store, rootKeys);
    return trust.mayPublish(key, value.page) ? ok(value) : refuse("page-not-delegated");
  };
}

export interface RootsOptions {
  readonly store: SnapshotStore;
  readonly openRoot: OpenRoot;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Roots that are opened in one turn: some 3 ms of signatures. */
const rootsATurn = 24;

/**
 * Opens every page's root once and says which ones do not hold; those are answered 503 until their source sends a good one. A few a turn,
 * beside the first requests: no root is served that does not hold, whoever reads it first, so nobody has to wait for 1,000 signatures
 * (121 ms) before the first byte. Throws where the list of pages cannot be read.
 */
export function verifyRoots({ store, openRoot, clock, log, metrics }: RootsOptions): Timer {
  const roots = metrics.gauge(
    "edge_roots",
    "Pages whose roots held or did not hold after the start.",
    "state",
  );
  const counts = { good: 0, bad: 0 };
  store.refresh();
  const left = [...store.heads()].reverse();
  const look = (head: Head): void => {
    // It has another generation by now, which was judged before it was stored.
    if (store.head(head.page)?.manifest !== head.manifest) return;
    const reason = rootReason(store, openRoot, head.manifest);
    counts[reason === null ? "good" : "bad"]++;
    if (reason !== null)
      log.error("The root of a page does not verify: the page is not served until a good one comes.", {
        page: head.page,
        generation: head.generation,
        reason,
      });
  };
  let timer: Timer = clock.after(0, turn);
  function turn(): void {
    try {
      store.refresh();
      for (const head of left.splice(-rootsATurn).reverse()) look(head);
    } catch (thrown) {
      // Whoever reads for a visitor meets it too, and knows what to do about it.
      log.warn(`The roots of the pages could not be read: ${messageOf(thrown)}`);
      return;
    }
    roots.set(counts.good, "good");
    roots.set(counts.bad, "bad");
    if (left.length > 0) timer = clock.after(0, turn);
  }
  return { cancel: () => timer.cancel() };
}

function rootReason(store: SnapshotStore, openRoot: OpenRoot, digest: string): string | null {
  try {
    const bytes = store.tree(digest);
    if (bytes === null) return "missing";
    const opened = openRoot(bytes);
    return opened.ok ? null : opened.reason;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
