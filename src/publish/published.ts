// What was published last of a page. In: a store. Out: its head, manifest, routes with what they were made from, and its pin.

import type { Shown } from "../render/types.ts";
import type { LastSnapshot } from "../snapshot/assemble.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import { openManifest } from "../snapshot/manifest.ts";
import type { Digest, Head, Manifest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { loadRendered, type Rendered } from "./notes.ts";
import { type Pin, pinIn } from "./pin.ts";

export interface Published {
  readonly head: Head | null;
  readonly last: LastSnapshot | null;
  /** Who signed it. */
  readonly signer: PublicKey | null;
  /** By path. One map from publish to publish: 10,000 routes are not copied for the few that change (`publish-page.ts`). */
  readonly rendered: Map<string, Rendered>;
  /** What they were rendered from; null where that was before this process started. */
  readonly shown: Shown | null;
  readonly pin: Pin | null;
}

/** Reads what the store holds of a page; a page that was never published, or whose parts do not read, starts from nothing. */
export function loadPublished(store: SnapshotStore, page: string): Published {
  const signed = loadSigned(store, page);
  if (signed.last === null) return signed;
  const { manifest } = signed.last;
  const loaded = loadRendered(store, manifest);
  if (loaded === null) return { ...signed, last: null, signer: null };
  return { ...signed, last: { manifest, groups: loaded.groups }, rendered: loaded.rendered };
}

/** The same without its routes, for those who do not change them: whatever the page's size, it is one manifest. */
export function loadSigned(store: SnapshotStore, page: string): Published {
  store.refresh();
  const head = store.head(page);
  const pin = head === null ? null : pinIn(store.notes(page));
  const opened = head === null ? null : openHeld(store, head.manifest);
  const last = opened && { manifest: opened.manifest };
  return { head, last, signer: opened?.signer ?? null, rendered: new Map(), shown: null, pin };
}

/** A generation of a page that is still held. */
export interface HeldGeneration {
  readonly manifest: Manifest;
  readonly signer: PublicKey;
  readonly digest: Digest;
}

/** The current generation of a page and those before it that are held, newest first: each manifest names the one before. */
export function* generationsOf(store: SnapshotStore, page: string): Generator<HeldGeneration> {
  let digest = store.head(page)?.manifest ?? null;
  while (digest !== null) {
    const opened = openHeld(store, digest);
    if (opened === null) return;
    yield { ...opened, digest };
    digest = opened.manifest.previous;
  }
}

function openHeld(
  store: SnapshotStore,
  digest: Digest,
): { readonly manifest: Manifest; readonly signer: PublicKey } | null {
  const bytes = store.tree(digest);
  const opened = bytes === null ? null : openManifest(bytes);
  return opened?.ok === true ? { manifest: opened.value.value, signer: opened.value.key } : null;
}
