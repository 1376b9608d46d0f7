// One page in a mirror's folder. In: its head, what was written of it before, a store. Out: what its parts name and the folder lacks, as blobs
// for POPs and as plain files for browsers; files of routes that it no longer has are gone.
import { Fault } from "../base/fault.ts";
import { digestOf } from "../snapshot/digest.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Head, Route, Variant } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { blobFile, fileOf, pagesFolder } from "./mirror.ts";
import { isInTheWay, type MirrorFiles } from "./mirror-files.ts";

/** What a page's manifest said when it was written. */
export interface WrittenPage {
  readonly page: string;
  readonly manifest: Digest;
  readonly hosts: readonly string[];
  readonly parts: readonly Digest[];
}

export interface PageCounts {
  written: number;
  removed: number;
  /** Lazy routes that this store has not fetched yet: a publisher's own store has all of them. */
  lacking: number;
  /** Paths that no file can bear. */
  readonly unplaced: Set<string>;
}

export interface PageWriter {
  readonly counts: PageCounts;
  /** Throws Fault `not-found` where the store no longer has all of it. */
  put(head: Head, before: WrittenPage | null): Promise<WrittenPage>;
}

export function createPageWriter(store: SnapshotStore, files: MirrorFiles): PageWriter {
  const counts: PageCounts = { written: 0, removed: 0, lacking: 0, unplaced: new Set() };

  async function blob(digest: Digest, length: number, read: () => Uint8Array): Promise<void> {
    if (await putBlob(files, digest, length, read)) counts.written += 1;
  }

  async function route(one: Route, { page, hosts }: WrittenPage): Promise<void> {
    const { path, contentType, variants } = one;
    if (one.lazy && !isHeld(variants)) {
      counts.lacking += 1;
      return;
    }
    for (const variant of travelling(variants))
      await blob(variant.digest, variant.length, () => present(store.object(variant.digest), page));
    const file = fileOf({ path, contentType });
    if (file === null) counts.unplaced.add(path);
    else
      for (const host of hosts) await plain(`${pagesFolder}/${host}/${file}`, path, variants.identity, page);
  }

  function isHeld(variants: Route["variants"]): boolean {
    return Object.values(variants).every(({ digest }) => store.hasObject(digest));
  }

  async function plain(file: string, path: string, { digest, length }: Variant, page: string): Promise<void> {
    const there = (await files.lengthOf(file)) === length ? await files.read(file) : null;
    if (there !== null && digestOf(there) === digest) return;
    try {
      await files.write(file, present(store.object(digest), page));
      counts.written += 1;
    } catch (thrown) {
      if (!isInTheWay(thrown)) throw thrown;
      counts.unplaced.add(path);
    }
  }

  /** Files of routes that stood in the old parts and stand in none of the new ones. */
  async function clear(before: WrittenPage, now: WrittenPage, fresh: readonly Route[]): Promise<void> {
    const names = new Set(now.parts);
    const old = before.parts.filter((digest) => !names.has(digest));
    const kept = new Set(fresh.map(({ path }) => path));
    for (const digest of old) {
      const bytes = store.tree(digest);
      // The store forgot it: the next sweep finds what it named.
      if (bytes === null) continue;
      for (const { path, contentType } of routesOf(bytes, now.page)) {
        const file = kept.has(path) ? null : fileOf({ path, contentType });
        if (file === null) continue;
        for (const host of before.hosts) await files.remove(`${pagesFolder}/${host}/${file}`);
        counts.removed += before.hosts.length;
      }
    }
  }

  return {
    counts,
    async put(head, before) {
      const bytes = present(store.tree(head.manifest), head.page);
      const opened = openManifest(bytes);
      const { page, hosts, parts } = present(opened.ok ? opened.value.value : null, head.page);
      const now = { page, hosts, parts, manifest: head.manifest };
      // Under another host everything has another place.
      const known = new Set(before?.hosts.join() === hosts.join() ? before.parts : []);
      const fresh: Route[] = [];
      for (const digest of new Set(parts)) {
        if (known.has(digest)) continue;
        const part = present(store.tree(digest), page);
        await blob(digest, part.length, () => part);
        const routes = routesOf(part, page);
        for (const one of routes) await route(one, now);
        fresh.push(...routes);
      }
      if (before !== null) await clear(before, now, fresh);
      await blob(head.manifest, bytes.length, () => bytes);
      return now;
    },
  };
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

function present<Value>(value: Value | null, page: string): Value {
  if (value !== null) return value;
  throw new Fault(
    "not-found",
    `The store no longer has all of the generation of ${page} that was to be mirrored.`,
    "Write the mirror again: the store has a newer one.",
  );
}
