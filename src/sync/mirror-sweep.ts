// Forgets blobs that a mirror no longer needs. In: what its head names. Out: those of no page are gone, once nobody can still be reading a head
// that named them. What waits for that stands in a file beside them, so that it works over one writing a week, too.
import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { pause, systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { Digest } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { blobFolder, mirrorFolder } from "./mirror.ts";
import type { MirrorFiles } from "./mirror-files.ts";
import { routesOf, travelling, type WrittenPage } from "./mirror-page.ts";

export interface MirrorSweep {
  readonly store: SnapshotStore;
  readonly files: MirrorFiles;
  readonly pages: Iterable<WrittenPage>;
  /** Blobs that the head names by itself. */
  readonly named: Iterable<Digest>;
  readonly wallMs: number;
}

/** Names of unused blobs, and since when (ms since the epoch) nothing names them. */
const unusedFile = `${mirrorFolder}/unused.json`;

/** Gives how many files went. Throws Fault `disk-full`, `folder-unusable`, or `not-found` where the store forgot a page meanwhile. */
export async function sweepMirror(sweep: MirrorSweep): Promise<number> {
  const { files, wallMs } = sweep;
  const blobs = await inUse(sweep);
  let removed = 0;
  const before = readUnused(await files.read(unusedFile));
  const unused = new Map<string, number>();
  for (const path of await files.list(blobFolder)) {
    const name = basename(path);
    if (blobs.has(name)) continue;
    const sinceMs = Math.min(before.get(name) ?? wallMs, wallMs);
    if (wallMs - sinceMs < limits.mirrorKeptMs) {
      unused.set(name, sinceMs);
      continue;
    }
    await files.remove(path);
    removed += 1;
  }
  if (unused.size + before.size > 0)
    await files.write(unusedFile, Buffer.from(`${JSON.stringify(Object.fromEntries(unused))}\n`, "utf8"));
  return removed;
}

async function inUse({ store, pages, named }: MirrorSweep): Promise<ReadonlySet<string>> {
  const blobs = new Set(named);
  for (const { page, manifest, parts } of pages) {
    blobs.add(manifest);
    for (const digest of parts) {
      blobs.add(digest);
      for (const { variants } of routesOf(store.tree(digest) ?? new Uint8Array(), page))
        for (const variant of travelling(variants)) blobs.add(variant.digest);
    }
    // A thousand pages take a second: whoever else runs in this process has a turn between two. No time passes, so no clock is asked.
    await pause(systemClock, 0);
  }
  return blobs;
}

/** What the sweep before left behind; anything that is not what it wrote makes it begin anew. */
function readUnused(bytes: Uint8Array | null): ReadonlyMap<string, number> {
  if (bytes === null) return new Map();
  try {
    const said: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const entries = typeof said === "object" && said !== null ? Object.entries(said) : [];
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
  } catch {
    return new Map(); // Cut by a power failure: what is unused waits once more.
  }
}
