// What a POP lacks that holds one generation and is to hold another. In: two manifests. Out: the parts and bodies between the two.
// One diff serves all sessions that stand at the same generation: after a publish that is all of them.
import { limits } from "../base/limits.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Part } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";

/** Parts first, so that bodies are declared before they come. Identity bodies never travel, those of lazy routes not before they are asked for. */
export interface Diff {
  readonly parts: readonly Digest[];
  readonly bodies: readonly Digest[];
  /** Of the bodies. */
  readonly bytes: number;
}

/** Gives the diff, or null where the base is not here (swept, or never was) or the diff is beyond a session's bound. */
export type Differ = (from: Digest | null, to: Digest) => Diff | null;

const diffsKept = 64;

/** A differ over `store` that keeps its latest answers. `onWork` is told whether an answer was `made` or `shared`. */
export function createDiffer(store: SnapshotStore, onWork: (how: "made" | "shared") => void): Differ {
  const kept = new Map<string, Diff | null>();
  return (from, to) => {
    if (from === null) return null;
    const name = `${from} ${to}`;
    const known = kept.get(name);
    onWork(known === undefined ? "made" : "shared");
    if (known !== undefined) return known;
    const diff = diffOf(store, from, to);
    for (const oldest of kept.keys()) {
      if (kept.size < diffsKept) break;
      kept.delete(oldest);
    }
    kept.set(name, diff);
    return diff;
  };
}

function diffOf(store: SnapshotStore, from: Digest, to: Digest): Diff | null {
  const before = partsOf(store, from);
  const after = partsOf(store, to);
  if (before === null || after === null) return null;
  const fresh = [...after].filter((digest) => !before.has(digest));
  const held = new Set<Digest>();
  for (const digest of before) {
    if (after.has(digest)) continue;
    const part = readPart(store, digest);
    if (part === null) return null;
    for (const body of pushedBodies(part)) held.add(body.digest);
  }
  const bodies = new Map<Digest, number>();
  for (const digest of fresh) {
    const part = readPart(store, digest);
    if (part === null) return null;
    for (const body of pushedBodies(part)) if (!held.has(body.digest)) bodies.set(body.digest, body.length);
  }
  const bytes = [...bodies.values()].reduce((sum, length) => sum + length, 0);
  return bytes > limits.sessionBytesMax ? null : { parts: fresh, bodies: [...bodies.keys()], bytes };
}

function partsOf(store: SnapshotStore, manifest: Digest): ReadonlySet<Digest> | null {
  const bytes = store.tree(manifest);
  if (bytes === null) return null;
  const opened = openManifest(bytes);
  return opened.ok ? new Set(opened.value.value.parts) : null;
}

function readPart(store: SnapshotStore, digest: Digest): Part | null {
  const bytes = store.tree(digest);
  if (bytes === null) return null;
  const part = decodePart(bytes);
  return part.ok ? part.value : null;
}

function* pushedBodies(part: Part): Generator<{ readonly digest: Digest; readonly length: number }> {
  for (const { lazy, variants } of part.routes) {
    if (lazy) continue;
    yield variants.gzip;
    if (variants.br !== undefined) yield variants.br;
    if (variants.zstd !== undefined) yield variants.zstd;
  }
}
