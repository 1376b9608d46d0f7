// One page in a mirror's folder, for POPs. In: its head, what was written of it before, a store. Out: what its parts name and the folder lacks, as
// blobs.
import { Fault } from "../base/fault.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Head, Route, Variant } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { blobFile } from "./mirror.ts";
import type { MirrorFiles } from "./mirror-files.ts";

/** What a page's manifest said when it was written. */
export interface WrittenPage {
  readonly page: string;
  readonly manifest: Digest;
  readonly parts: readonly Digest[];
}

/** What a writing did. */
export interface Counts {
  written: number;
  removed: number;
  /** Lazy routes that this store has not fetched yet: a publisher's own store has all of them. */
  lacking: number;
  /** Paths that no file can bear. */
  readonly unplaced: Set<string>;
}

export interface PageWriter {
  /** Throws Fault `not-found` where the store no longer has all of it. */
  put(head: Head, before: WrittenPage | null): Promise<WrittenPage>;
}

export function createPageWriter(store: SnapshotStore, files: MirrorFiles, counts: Counts): PageWriter {
  async function blob(digest: Digest, length: number, read: () => Uint8Array): Promise<void> {
    if (await putBlob(files, digest, length, read)) counts.written += 1;
  }

  async function bodies({ variants }: Route, page: string): Promise<void> {
    for (const { digest, length } of travelling(variants))
      await blob(digest, length, () => present(store.object(digest), page));
  }

  return {
    async put(head, before) {
      const bytes = present(store.tree(head.manifest), head.page);
      const opened = openManifest(bytes);
      const { page, parts } = present(opened.ok ? opened.value.value : null, head.page);
      const known = new Set(before?.parts ?? []);
      for (const digest of new Set(parts)) {
        if (known.has(digest)) continue;
        const part = present(store.tree(digest), page);
        await blob(digest, part.length, () => part);
        for (const route of routesOf(part, page)) {
          if (isLacking(store, route)) counts.lacking += 1;
          else await bodies(route, page);
        }
      }
      await blob(head.manifest, bytes.length, () => bytes);
      return { page, parts, manifest: head.manifest };
    },
  };
}

/** A route whose bodies a POP may fetch later, and has not yet. */
export function isLacking(store: SnapshotStore, { lazy, variants }: Route): boolean {
  return lazy === true && !Object.values(variants).every(({ digest }) => store.hasObject(digest));
}

/** Writes a blob that is not there in its length. True where it was written. */
export async function putBlob(
  files: MirrorFiles,
  digest: Digest,
  length: number,
  read: () => Uint8Array,
): Promise<boolean> {
  const file = blobFile(digest);
  if ((await files.lengthOf(file)) === length) return false;
  await files.write(file, read());
  return true;
}

/** The encodings that a mirror holds: identity is made from gzip by who needs it. */
export function travelling({ gzip, br, zstd }: Route["variants"]): readonly Variant[] {
  return [gzip, br, zstd].flatMap((variant) => variant ?? []);
}

/** Routes of a part of the writer's own store. */
export function routesOf(bytes: Uint8Array, page: string): readonly Route[] {
  const part = decodePart(bytes);
  return present(part.ok ? part.value : null, page).routes;
}

export function present<Value>(value: Value | null, page: string): Value {
  if (value !== null) return value;
  throw new Fault(
    "not-found",
    `The store no longer has all of the generation of ${page} that was to be mirrored.`,
    "Write the mirror again: the store has a newer one.",
  );
}
