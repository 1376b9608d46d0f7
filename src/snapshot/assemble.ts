// Routes become a signed snapshot. In: a page's routes and its publisher's key. Out: manifest, parts that are new, head.
// Work grows with the change: a part whose routes are the same objects as last time is neither encoded nor digested again.
import { assert } from "../base/fault.ts";
import { type Steps, whole } from "../base/slices.ts";
import { digestOf } from "./digest.ts";
import { frontOf, frontPart } from "./front.ts";
import type { SecretKey } from "./keys.ts";
import { signManifest } from "./manifest.ts";
import { encodePart, partCountFor, partIndex } from "./part.ts";
import { checkPart } from "./tree.ts";
import type { Digest, Head, Manifest, Route } from "./types.ts";

/** What a snapshot is made of: a manifest's fields, with routes in place of parts. Routes in any order, no two of one path. */
export interface SnapshotInput extends Omit<Manifest, "parts"> {
  readonly routes: readonly Route[];
}

/** What is known of the snapshot before: its manifest, and its routes by part where this process made it. */
export interface LastSnapshot {
  readonly manifest: Manifest;
  readonly groups?: readonly (readonly Route[])[];
}

/** A snapshot that nobody has signed yet. */
export interface Unsigned {
  readonly manifest: Manifest;
  /** Routes by part, to be handed back with the next call. */
  readonly groups: readonly (readonly Route[])[];
  /** Parts that the last manifest does not name. */
  readonly parts: readonly (readonly [Digest, Uint8Array])[];
}

export interface Signed {
  readonly manifestBytes: Uint8Array;
  readonly head: Head;
}

export type Snapshot = Unsigned & Signed;

/**
 * Makes and signs a snapshot, and reads each new part and the manifest again before anyone sees them: nothing that a POP would
 * refuse leaves here. Throws Fault `internal` where that check fails.
 */
export function assemble(input: SnapshotInput, secretKey: SecretKey, last?: LastSnapshot): Snapshot {
  const made = whole(assembling(input, last));
  return { ...made, ...signSnapshot(made.manifest, secretKey) };
}

export function signSnapshot(manifest: Manifest, secretKey: SecretKey): Signed {
  const manifestBytes = signManifest(manifest, secretKey);
  const { page, epoch, generation } = manifest;
  return { manifestBytes, head: { page, epoch, generation, manifest: digestOf(manifestBytes) } };
}

/** The same but for the signature, a step a part. */
export function assembling({ routes, ...fields }: SnapshotInput, last?: LastSnapshot): Steps<Unsigned> {
  const groups = groupRoutes(routes, partCountFor(routes.length, last?.manifest.parts.length));
  return assembleGroups(fields, groups, last);
}

/** What a snapshot changes of the one before: routes in place of those of the same path, each of which must be there. */
export interface SnapshotChange extends Omit<Manifest, "parts"> {
  readonly changed: readonly Route[];
}

/** The same as `assembling` with all routes, without a look at those that stay. */
export function assemblingChange(
  { changed, ...fields }: SnapshotChange,
  last: Required<LastSnapshot>,
): Steps<Unsigned> {
  const groups: (readonly Route[])[] = [...last.groups];
  const copies = new Map<number, Route[]>();
  for (const route of changed) {
    const index = partHolding(last.groups, route.path);
    const copy = copies.get(index) ?? [...(last.groups[index] ?? [])];
    const at = copy.findIndex(({ path }) => path === route.path);
    assert(at !== -1, `${route.path} is not in the snapshot that it is to be changed in.`);
    copy[at] = route;
    copies.set(index, copy);
    groups[index] = copy;
  }
  return assembleGroups(fields, groups, last);
}

/** Which of these parts `path` stands in, or would stand in where it is new. */
export function partHolding(groups: readonly (readonly Route[])[], path: string): number {
  if (groups[frontPart]?.some((route) => route.path === path)) return frontPart;
  return partIndex(path, groups.length);
}

/** A step a part that is made. */
function* assembleGroups(
  fields: Omit<Manifest, "parts">,
  groups: readonly (readonly Route[])[],
  last: LastSnapshot | undefined,
): Steps<Unsigned> {
  const held = new Set(last?.manifest.parts);
  const fresh = new Map<Digest, Uint8Array>();
  const digests: Digest[] = [];
  for (const [index, group] of groups.entries()) {
    const known = last?.manifest.parts[index];
    if (known !== undefined && last?.manifest.parts.length === groups.length) {
      if (sameRoutes(group, last.groups?.[index])) {
        digests.push(known);
        continue;
      }
    }
    const bytes = encodePart(group);
    const digest = digestOf(bytes);
    if (!held.has(digest)) fresh.set(digest, bytes);
    digests.push(digest);
    yield;
  }
  const manifest: Manifest = { ...fields, parts: digests };
  yield* checkOwn(manifest, fresh);
  return { manifest, groups, parts: [...fresh] };
}

function groupRoutes(routes: readonly Route[], partCount: number): Route[][] {
  const groups: Route[][] = Array.from({ length: partCount }, () => []);
  const front = frontOf(routes.map(({ path }) => path));
  for (const route of routes) {
    const index = front.has(route.path) ? frontPart : partIndex(route.path, partCount);
    groups[index]?.push(route);
  }
  return groups;
}

function sameRoutes(group: readonly Route[], before: readonly Route[] | undefined): boolean {
  if (before === group) return true;
  return before?.length === group.length && group.every((route, at) => route === before[at]);
}

function* checkOwn(manifest: Manifest, fresh: ReadonlyMap<Digest, Uint8Array>): Steps<void> {
  for (const [index, digest] of manifest.parts.entries()) {
    const bytes = fresh.get(digest);
    if (bytes === undefined) continue;
    const part = checkPart(bytes, manifest, index);
    assert(part.ok, `Part ${index} of a snapshot just made does not hold: ${part.ok ? "" : part.reason}.`);
    yield;
  }
}
