// A mirror of a store, in a folder that any web server can carry: each page as plain files, and what POPs need to follow it. In: a store, a
// folder, the newest heartbeat. Out: plain files, blobs, last the head, so that no reader meets a head whose blobs are missing.
import { resolve } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { digestOf } from "../snapshot/digest.ts";
import { encodeHeads } from "../snapshot/heartbeat.ts";
import type { Digest, Head } from "../snapshot/types.ts";
import { registriesOf, rootDocumentsOf } from "../store/trusted.ts";
import type { SnapshotStore } from "../store/types.ts";
import { encodeMirrorHead, headFile } from "./mirror.ts";
import { claimFolder, mirrorFiles } from "./mirror-files.ts";
import { type Counts, createPageWriter, putBlob, type WrittenPage } from "./mirror-page.ts";
import { createSites } from "./mirror-site.ts";
import { sweepMirror } from "./mirror-sweep.ts";

export interface MirrorOptions {
  readonly store: SnapshotStore;
  /** Made where it is not there. */
  readonly folder: string;
  /** Ids of the pages to write; all where none is named. */
  readonly pages?: readonly string[];
  readonly clock?: Clock;
}

/** A publisher's heartbeat and the heads that it names. */
export interface MirrorBeat {
  readonly heartbeat: Uint8Array;
  readonly heads: readonly Head[];
}

/** What a writing did. */
export interface MirrorWritten {
  readonly pages: number;
  /** Files written or replaced. */
  readonly written: number;
  readonly removed: number;
  /** Routes whose bodies a POP's store has not fetched yet; in a publisher's store there are none. */
  readonly lacking: number;
  /** Paths that no file can bear, such as one that is also a folder. POPs that follow the mirror have them. */
  readonly unplaced: readonly string[];
}

export interface MirrorWriter {
  /** Brings the folder up to date. One call at a time. Throws Fault `disk-full`, `folder-unusable` or `not-found`; what was there stays. */
  write(beat: MirrorBeat | null): Promise<MirrorWritten>;
  /** The same of the plain files alone: what browsers see need not wait for a heartbeat. */
  show(): Promise<MirrorWritten>;
}

/**
 * Writes a mirror once: the folder holds these pages afterwards, and no others. Without a heartbeat POPs take its pages and say that nobody confirms them.
 * Throws Fault `disk-full`, `folder-unusable`, or `not-found` where the store forgot a page meanwhile.
 */
export function writeMirror(options: MirrorOptions & { readonly beat?: MirrorBeat }): Promise<MirrorWritten> {
  return createMirrorWriter(options).write(options.beat ?? null);
}

/** A writer that knows what it wrote: after the first time its work follows the change. */
export function createMirrorWriter(options: MirrorOptions): MirrorWriter {
  const { store, clock = systemClock } = options;
  const files = mirrorFiles(resolve(options.folder));
  const chosen = options.pages === undefined ? null : new Set(options.pages);
  const pages = new Map<string, WrittenPage>();
  const sites = createSites(store, files);
  let claimed = false;
  let sweptMs = Number.NEGATIVE_INFINITY;

  /** Gives the blobs that the head names. */
  async function writeHead(beat: MirrorBeat | null, listed: readonly Head[]): Promise<readonly Digest[]> {
    const documents = [...rootDocumentsOf(store), ...registriesOf(store)];
    const heads = encodeHeads(listed);
    const blobs = new Map([heads, ...documents].map((bytes) => [digestOf(bytes), bytes]));
    for (const [digest, bytes] of blobs) await putBlob(files, digest, bytes.length, () => bytes);
    const named = { heads: digestOf(heads), documents: documents.map(digestOf) };
    await files.write(headFile, encodeMirrorHead({ ...named, heartbeat: beat?.heartbeat ?? null }));
    return [...blobs.keys()];
  }

  /** Forgets pages that are no longer there. True where there was one. */
  function forget(heads: readonly Head[]): boolean {
    const named = new Set(heads.map(({ page }) => page));
    const gone = [...pages.keys()].filter((page) => !named.has(page));
    for (const page of gone) pages.delete(page);
    return gone.length > 0;
  }

  const isChosen = ({ page }: Head): boolean => chosen?.has(page) ?? true;

  /** Plain files follow the store, whatever a heartbeat that waits to be written still names: what was shown never turns back. */
  async function showAll(counts: Counts): Promise<readonly Head[]> {
    if (!claimed) await claimFolder(options.folder);
    claimed = true;
    store.refresh();
    const heads = store.heads().filter(isChosen);
    for (const head of heads) await sites.show(head, counts);
    return heads;
  }

  return {
    async show() {
      const counts = noCounts();
      return writtenOf(await showAll(counts), counts);
    },
    async write(beat) {
      const counts = noCounts();
      const shown = await showAll(counts);
      const all = beat?.heads ?? store.heads();
      const heads = all.filter(isChosen);
      const { put } = createPageWriter(store, files, counts);
      for (const head of heads) {
        const before = pages.get(head.page) ?? null;
        if (before === null || before.manifest !== head.manifest)
          pages.set(head.page, await put(head, before));
      }
      const kept = await writeHead(beat, beat === null ? heads : all);
      counts.written += 1;
      if (forget(heads) || clock.monotonicMs() - sweptMs >= limits.mirrorSweepMs) {
        counts.removed += await sites.keep(new Set(shown.map(({ page }) => page)));
        const wallMs = clock.wallMs();
        counts.removed += await sweepMirror({ store, files, pages: pages.values(), named: kept, wallMs });
        sweptMs = clock.monotonicMs();
      }
      return writtenOf(heads, counts);
    },
  };
}

function noCounts(): Counts {
  return { written: 0, removed: 0, lacking: 0, unplaced: new Set() };
}

function writtenOf(heads: readonly Head[], { unplaced, ...counts }: Counts): MirrorWritten {
  return { ...counts, pages: heads.length, unplaced: [...unplaced].toSorted() };
}
