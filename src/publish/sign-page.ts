// The end of every publish: sign, check as a POP will, store. In: routes and their bodies, or a tree that is held already. Out: a head.
import { assert } from "../base/fault.ts";
import { type GiveWay, inSteps, type Steps } from "../base/slices.ts";
import { bannerTexts } from "../render/languages.ts";
import { assembling, assemblingChange, type LastSnapshot, type Snapshot } from "../snapshot/assemble.ts";
import { digestOf, digestOfNothing } from "../snapshot/digest.ts";
import type { SecretKey } from "../snapshot/keys.ts";
import { signManifest } from "../snapshot/manifest.ts";
import type { ManifestRefusal, Trust } from "../snapshot/trust.ts";
import type { Head, Manifest, Route } from "../snapshot/types.ts";
import type { Apply, SnapshotStore } from "../store/types.ts";
import type { Published } from "./published.ts";

export interface SigningContext {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly secretKey: SecretKey;
  /** Asked between two pieces of work; without it others have one turn of the event loop each time. */
  readonly giveWay?: GiveWay;
}

/** What the next generation of a page is made of. `asOf` in ms since the epoch. */
export interface Wanted {
  readonly page: string;
  readonly hosts: readonly string[];
  readonly asOf: number;
  /** All routes, or those that changed of the snapshot before while its paths stay. */
  readonly routes: { readonly all: readonly Route[] } | { readonly changed: readonly Route[] };
  /** Bodies that are neither held nor staged. */
  readonly objects: Apply["objects"];
  notes(snapshot: Snapshot): NonNullable<Apply["notes"]>;
}

export type Refused = { readonly kind: "refused"; readonly reason: ManifestRefusal };

/** Signs routes as the next generation. Throws Fault `disk-full`: then the last generation stays. */
export async function signRoutes(
  context: SigningContext,
  wanted: Wanted,
  before: Published,
): Promise<{ readonly kind: "published"; readonly snapshot: Snapshot } | Refused> {
  const { store, trust, secretKey } = context;
  const { page, hosts, asOf, routes, objects } = wanted;
  const fields = { ...fieldsAfter(before, page, trust), hosts, createdMs: asOf };
  const snapshot = await inSteps(snapshotOf(fields, routes, secretKey, before.last ?? undefined), context.giveWay);
  const { head, manifestBytes } = snapshot;
  const check = trust.checkManifest(manifestBytes, before.head);
  if (!check.ok) return { kind: "refused", reason: check.reason };
  const tree = [[head.manifest, manifestBytes] as const, ...snapshot.parts];
  await store.apply({ head, hosts, createdMs: asOf, tree, objects, notes: wanted.notes(snapshot) });
  return { kind: "published", snapshot };
}

function snapshotOf(
  fields: Omit<Manifest, "parts">,
  routes: Wanted["routes"],
  secretKey: SecretKey,
  last: LastSnapshot | undefined,
): Steps<Snapshot> {
  if ("all" in routes) return assembling({ ...fields, routes: routes.all }, secretKey, last);
  assert(last?.groups !== undefined, "Changed routes are of a snapshot that this process knows.");
  const { manifest, groups } = last;
  return assemblingChange({ ...fields, changed: routes.changed }, secretKey, { manifest, groups });
}

/** Signs the parts of a manifest whose parts are held as the next generation: a rollback, a new epoch, a new key. */
export async function signAgain(
  context: SigningContext,
  { parts, page }: Manifest,
  { hosts, asOf, notes }: Pick<Wanted, "hosts" | "asOf"> & Pick<Apply, "notes">,
  before: Published,
): Promise<{ readonly kind: "published"; readonly head: Head } | Refused> {
  const { store, trust, secretKey } = context;
  const manifest = { ...fieldsAfter(before, page, trust), hosts, createdMs: asOf, parts };
  const bytes = signManifest(manifest, secretKey);
  const check = trust.checkManifest(bytes, before.head);
  if (!check.ok) return { kind: "refused", reason: check.reason };
  const { epoch, generation } = manifest;
  const head = { page, epoch, generation, manifest: digestOf(bytes) };
  const tree = [[head.manifest, bytes] as const];
  await store.apply({ head, hosts, createdMs: asOf, tree, objects: [], ...(notes && { notes }) });
  return { kind: "published", head };
}

/** True where what is held is of this epoch and signed by this key: root may have raised the one and rotated the other since. */
export function signedNow(before: Published, { trust, secretKey }: SigningContext): boolean {
  const { last, signer } = before;
  return signer === secretKey.publicKey && last?.manifest.epoch === trust.epochOf(last?.manifest.page ?? "");
}

function fieldsAfter(
  { head }: Published,
  page: string,
  trust: Trust,
): Omit<Manifest, "hosts" | "createdMs" | "parts"> {
  return {
    page,
    epoch: trust.epochOf(page),
    generation: (head?.generation ?? 0) + 1,
    previous: head?.manifest ?? digestOfNothing,
    banners: bannerTexts(),
  };
}
