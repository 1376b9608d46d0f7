// One page, one generation. In: a view and what was published last. Out: a signed snapshot in the store, or nothing where nothing changed.
import { assert } from "../base/fault.ts";
import type { PageView } from "../model/view.ts";
import { documentsOf } from "../render/documents.ts";
import { bannerTexts } from "../render/words.ts";
import { assemble, type LastSnapshot, type Snapshot } from "../snapshot/assemble.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import type { ManifestRefusal, Trust } from "../snapshot/trust.ts";
import type { Head, Manifest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { encodeNote, loadRendered, noteName, type Rendered } from "./notes.ts";
import { type RenderedPage, renderRoutes } from "./render-routes.ts";

/** What was published last of a page, as this process remembers it. */
export interface Published {
  readonly head: Head | null;
  readonly last: LastSnapshot | null;
  readonly rendered: ReadonlyMap<string, Rendered>;
}

export type Outcome =
  | { readonly kind: "unchanged"; readonly published: Published; readonly renderedCount: number }
  | { readonly kind: "published"; readonly published: Published; readonly renderedCount: number }
  | { readonly kind: "refused"; readonly reason: ManifestRefusal };

interface PublishContext {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly secretKey: SecretKey;
}

const noDigest = "0".repeat(64);

/** Reads what the store holds of a page; a page that was never published, or whose parts do not read, starts from nothing. */
export function loadPublished(store: SnapshotStore, page: string): Published {
  store.refresh();
  const head = store.head(page);
  const bytes = head === null ? null : store.tree(head.manifest);
  const opened = bytes === null ? null : openManifest(bytes);
  if (head === null || opened === null || !opened.ok) return { head, last: null, rendered: new Map() };
  const manifest = opened.value.value;
  const loaded = loadRendered(store, manifest);
  if (loaded === null) return { head, last: null, rendered: new Map() };
  return { head, last: { manifest, groups: loaded.groups }, rendered: loaded.rendered };
}

/**
 * Publishes `view` as of `asOf` (ms) if anything that a reader sees has changed. Throws Fault `disk-full`: then the last generation stays.
 */
export async function publishPage(
  context: PublishContext,
  view: PageView,
  asOf: number,
  before: Published,
): Promise<Outcome> {
  const { store, trust, secretKey } = context;
  const made = await renderRoutes(documentsOf(view, asOf), before.rendered, store);
  const epoch = trust.epochOf(view.page.id);
  const routes = [...made.rendered.values()].map(({ route }) => route);
  const { renderedCount } = made;
  if (before.last !== null && sameSnapshot(before.last.manifest, view, epoch) && sameRoutes(made, before)) {
    return { kind: "unchanged", published: { ...before, rendered: made.rendered }, renderedCount };
  }
  const snapshot = assemble(
    {
      page: view.page.id,
      hosts: view.page.hosts,
      epoch,
      generation: (before.head?.generation ?? 0) + 1,
      previous: before.head?.manifest ?? noDigest,
      createdMs: asOf,
      banners: bannerTexts(),
      routes,
    },
    secretKey,
    before.last ?? undefined,
  );
  const check = trust.checkManifest(snapshot.manifestBytes, before.head);
  if (!check.ok) return { kind: "refused", reason: check.reason };
  await store.apply({
    head: snapshot.head,
    hosts: snapshot.manifest.hosts,
    createdMs: asOf,
    tree: [[snapshot.head.manifest, snapshot.manifestBytes], ...snapshot.parts],
    objects: made.objects,
    notes: changedNotes(snapshot, made.rendered, before),
  });
  const { head, manifest, groups } = snapshot;
  return {
    kind: "published",
    published: { head, last: { manifest, groups }, rendered: made.rendered },
    renderedCount,
  };
}

function sameSnapshot(manifest: Manifest, view: PageView, epoch: number): boolean {
  return manifest.epoch === epoch && manifest.hosts.join() === view.page.hosts.join();
}

/** A route that did not change is the same object as before. */
function sameRoutes(made: RenderedPage, before: Published): boolean {
  if (made.rendered.size !== before.rendered.size) return false;
  for (const [path, { route }] of made.rendered) if (before.rendered.get(path)?.route !== route) return false;
  return true;
}

/** Notes of the parts in which a key changed; where the number of parts changed, those of the old numbering go. */
function changedNotes(
  snapshot: Snapshot,
  rendered: ReadonlyMap<string, Rendered>,
  before: Published,
): (readonly [string, Uint8Array | null])[] {
  const { parts } = snapshot.manifest;
  const countBefore = before.last?.manifest.parts.length ?? 0;
  const recount = countBefore !== parts.length;
  const notes: (readonly [string, Uint8Array | null])[] = [];
  if (recount)
    for (let index = 0; index < countBefore; index++) notes.push([noteName(index, countBefore), null]);
  const keyChanged = ({ path }: Route): boolean => before.rendered.get(path)?.key !== rendered.get(path)?.key;
  for (const [index, digest] of parts.entries()) {
    const group = snapshot.groups[index];
    assert(group !== undefined, `Part ${index} of a snapshot just made has no routes.`);
    const changed = recount || digest !== before.last?.manifest.parts[index] || group.some(keyChanged);
    if (changed) notes.push([noteName(index, parts.length), encodeNote(digest, group, rendered)]);
  }
  return notes;
}
