// Which manifests a worker may serve. In: root keys, the documents in the store. Out: a manifest whose signer may publish its page.
import { messageOf } from "../base/fault.ts";
import type { Log } from "../base/log.ts";
import { ok, refuse } from "../base/result.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
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

/** Opens every page's root once and says which ones do not hold; those are answered 503 until their source sends a good one. */
export function verifyRoots(
  store: SnapshotStore,
  openRoot: OpenRoot,
  log: Log,
): { good: number; bad: number } {
  let good = 0;
  let bad = 0;
  store.refresh();
  for (const head of store.heads()) {
    const reason = rootReason(store, openRoot, head.manifest);
    if (reason === null) good++;
    else {
      bad++;
      log.error("The root of a page does not verify: the page is not served until a good one comes.", {
        page: head.page,
        generation: head.generation,
        reason,
      });
    }
  }
  return { good, bad };
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
