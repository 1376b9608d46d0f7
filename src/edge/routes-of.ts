// All that a store serves now. In: a store. Out: the routes of each page's current generation, a part at a time.
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";

/** Routes by part, so that a walk over a big page can pause. What does not open is left to those who serve it, who say so. */
export function* routesByPart(store: SnapshotStore): Generator<readonly Route[]> {
  for (const head of store.heads()) {
    const root = store.tree(head.manifest);
    const manifest = root === null ? null : openManifest(root);
    if (manifest?.ok !== true) continue;
    for (const digest of manifest.value.value.parts) {
      const bytes = store.tree(digest);
      const part = bytes === null ? null : decodePart(bytes);
      if (part?.ok === true) yield part.value.routes;
    }
  }
}
