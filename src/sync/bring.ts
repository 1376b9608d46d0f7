// Brings one page to one generation. In: a manifest's digest, what came of it already, a source to fetch the rest from. Out: the generation,
// applied as a whole, or why not. Nothing is asked for before the manifest was judged; nothing is stored that was not checked.
import { Fault, messageOf } from "../base/fault.ts";
import { ok, type Result, refuse } from "../base/result.ts";
import { digestOf } from "../snapshot/digest.ts";
import { checkPart } from "../snapshot/tree.ts";
import type { ManifestRefusal, Trust } from "../snapshot/trust.ts";
import type { Digest, Head, Manifest, Part } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { bringBodies } from "./bring-bodies.ts";
import type { Fetched, Wanted } from "./fetch-blobs.ts";

/** A generation to bring, and what is in memory of it. Every blob hashes to its name. */
export interface Target {
  readonly digest: Digest;
  readonly manifest: Uint8Array | null;
  readonly trees: ReadonlyMap<Digest, Uint8Array>;
  readonly objects: ReadonlyMap<Digest, Uint8Array>;
}

export interface BringParts {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  fetch(wanted: Wanted): Promise<Fetched>;
}

/** Why a bring came to nothing. */
export type Setback =
  /** Held already. */
  | { readonly kind: "known" }
  /** These bytes will never do, wherever they come from. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Later, or from elsewhere. */
  | { readonly kind: "failed"; readonly reasons: readonly string[]; readonly detail?: string };

export type Outcome = { readonly kind: "applied"; readonly head: Head } | Setback;

export type Judged =
  | { readonly kind: "wanted"; readonly manifest: Manifest; readonly head: Head }
  | { readonly kind: "known" }
  | { readonly kind: "refused"; readonly reason: ManifestRefusal; readonly page: string | null };

/** Brings `target`. Never throws: a store that fails is a reason to try later. */
export async function bring(parts: BringParts, target: Target): Promise<Outcome> {
  try {
    const outcome = await bringWhole(parts, target);
    return outcome.ok ? { kind: "applied", head: outcome.value } : outcome.reason;
  } catch (thrown) {
    const code = thrown instanceof Fault ? thrown.code : "internal";
    return { kind: "failed", reasons: [`store-${code}`], detail: messageOf(thrown) };
  }
}

/** What a manifest is worth to a POP that holds what `store` holds: signature, key, hosts, epoch, generation. */
export function judgeManifest(store: SnapshotStore, trust: Trust, bytes: Uint8Array): Judged {
  store.refresh();
  let held: Head | null = null;
  let page: string | null = null;
  const check = trust.checkManifest(bytes, (named) => {
    page = named;
    held = store.head(named);
    return held;
  });
  if (check.ok) return { kind: "wanted", manifest: check.manifest, head: check.head };
  if ((held as Head | null)?.manifest === digestOf(bytes)) return { kind: "known" };
  return { kind: "refused", reason: check.reason, page };
}

async function bringWhole(parts: BringParts, target: Target): Promise<Result<Head, Setback>> {
  const { store, trust } = parts;
  const fetched = await fetchAll(parts, target.manifest === null ? [target.digest] : [], new Map());
  if (!fetched.ok) return fetched;
  const bytes = target.manifest ?? fetched.value.get(target.digest) ?? new Uint8Array();
  const judged = judgeManifest(store, trust, bytes);
  if (judged.kind !== "wanted") return refuse(judged);
  const { manifest, head } = judged;
  const fresh = await freshParts(parts, manifest, target);
  if (!fresh.ok) return fresh;
  // What lazy routes name comes in idle time, or when a visitor asks for it.
  const routes = fresh.value.flatMap(({ part }) => part.routes.filter(({ lazy }) => !lazy));
  const bodies = await bringBodies(store, routes, target.objects, (wanted) => fetchAll(parts, [], wanted));
  if (!bodies.ok) return bodies;
  // Root may have spoken, and another generation may have come, while bodies were on their way.
  const still = judgeManifest(store, trust, bytes);
  if (still.kind !== "wanted") return refuse(still);
  await store.apply({
    head,
    hosts: manifest.hosts,
    createdMs: manifest.createdMs,
    tree: [[head.manifest, bytes], ...fresh.value.map((one) => [one.digest, one.bytes] as const)],
    objects: [...bodies.value],
  });
  return ok(head);
}

interface FreshPart {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  readonly part: Part;
}

/** The parts that are not in the store, checked. One that is there was checked, with its bodies, when it came. */
async function freshParts(
  parts: BringParts,
  manifest: Manifest,
  target: Target,
): Promise<Result<FreshPart[], Setback>> {
  const missing = [...new Set(manifest.parts)].filter((digest) => !parts.store.hasTree(digest));
  const absent = missing.filter((digest) => !target.trees.has(digest));
  const fetched = await fetchAll(parts, absent, new Map());
  if (!fetched.ok) return fetched;
  const fresh: FreshPart[] = [];
  for (const digest of missing) {
    const bytes = target.trees.get(digest) ?? fetched.value.get(digest) ?? new Uint8Array();
    const part = checkPart(bytes, manifest, manifest.parts.indexOf(digest));
    if (!part.ok) return refuse({ kind: "refused", reason: part.reason });
    fresh.push({ digest, bytes, part: part.value });
  }
  return ok(fresh);
}

/** All of it, or the bring is over for now. */
async function fetchAll(
  parts: BringParts,
  trees: readonly Digest[],
  objects: ReadonlyMap<Digest, number>,
): Promise<Result<ReadonlyMap<Digest, Uint8Array>, Setback>> {
  if (trees.length + objects.size === 0) return ok(new Map());
  const { blobs, refused } = await parts.fetch({ trees, objects });
  if (trees.every((digest) => blobs.has(digest)) && objects.keys().every((digest) => blobs.has(digest)))
    return ok(blobs);
  return refuse({ kind: "failed", reasons: refused.length > 0 ? refused : ["not-at-source"] });
}
