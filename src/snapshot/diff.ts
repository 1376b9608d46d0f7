// What changed between two snapshots of a page. In: two manifests and their parts. Out: parts and paths. Looks only where digests differ.
import { ok, type Result, refuse } from "../base/result.ts";
import type { Digest, Manifest, Part, Route } from "./types.ts";

/** Paths are sorted; `parts` are the positions in the newer manifest whose digests the older does not name. */
export interface SnapshotDiff {
  readonly parts: readonly number[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Compares `older` (null: there was none) with `newer`. `part` gives a decoded part, or null where it is not there. */
export function diffSnapshots(
  older: Manifest | null,
  newer: Manifest,
  part: (digest: Digest) => Part | null,
): Result<SnapshotDiff, "missing"> {
  const before = routesOf(older?.parts ?? [], newer.parts, part);
  const after = routesOf(newer.parts, older?.parts ?? [], part);
  if (before === null || after === null) return refuse("missing");
  const added: string[] = [];
  const changed: string[] = [];
  for (const [path, route] of after) {
    const was = before.get(path);
    if (was === undefined) added.push(path);
    else if (!sameRoute(was, route)) changed.push(path);
  }
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const known = new Set(older?.parts);
  const parts = newer.parts.flatMap((digest, index) => (known.has(digest) ? [] : [index]));
  return ok({ parts, added: added.sort(), removed: removed.sort(), changed: changed.sort() });
}

/** Routes of the parts that only this side names: what both name is the same on both. */
function routesOf(
  digests: readonly Digest[],
  otherSide: readonly Digest[],
  part: (digest: Digest) => Part | null,
): ReadonlyMap<string, Route> | null {
  const shared = new Set(otherSide);
  const routes = new Map<string, Route>();
  for (const digest of new Set(digests)) {
    if (shared.has(digest)) continue;
    const decoded = part(digest);
    if (decoded === null) return null;
    for (const route of decoded.routes) routes.set(route.path, route);
  }
  return routes;
}

/** True where two routes of one path are the same: they give the same answers, and are held at the same time. */
export function sameRoute(a: Route, b: Route): boolean {
  return (
    a.contentType === b.contentType &&
    a.cache === b.cache &&
    a.slot === b.slot &&
    a.lazy === b.lazy &&
    a.framed === b.framed &&
    a.variants.identity.digest === b.variants.identity.digest &&
    a.variants.gzip.digest === b.variants.gzip.digest &&
    a.variants.br?.digest === b.variants.br?.digest &&
    a.variants.zstd?.digest === b.variants.zstd?.digest
  );
}
