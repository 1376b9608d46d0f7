// The end of every publish: sign, check as a POP will, store. In: routes and their bodies, or a tree that is held already. Out: a head.
import { assert } from "../base/fault.ts";
import { inSteps, type Steps } from "../base/slices.ts";
import { bannerTexts } from "../render/languages.ts";
import {
  assembling,
  assemblingChange,
  type LastSnapshot,
  signSnapshot,
  type Unsigned,
} from "../snapshot/assemble.ts";
import { digestOfNothing } from "../snapshot/digest.ts";
import type { PublicKey, SecretKey } from "../snapshot/keys.ts";
import type { ManifestRefusal, Trust } from "../snapshot/trust.ts";
import type { Head, Manifest, Route } from "../snapshot/types.ts";
import type { Apply, SnapshotStore } from "../store/types.ts";
import type { Published } from "./published.ts";

export interface SigningContext {
  readonly store: SnapshotStore;
  readonly trust: Trust;
  readonly secretKey: SecretKey;
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
}

export type Refused = { readonly kind: "refused"; readonly reason: ManifestRefusal };

/** All that a generation is made of but its signature. */
export interface Unkept extends Pick<Unsigned, "manifest" | "parts">, Pick<Apply, "objects" | "notes"> {}

/** Signs what was made and keeps it. Throws Fault `disk-full`: then the last generation stays. */
export async function keep(
  { store, trust, secretKey }: SigningContext,
  { manifest, parts, objects, notes = [] }: Unkept,
  before: Head | null,
): Promise<{ readonly kind: "published"; readonly head: Head } | Refused> {
  const { head, manifestBytes } = signSnapshot(manifest, secretKey);
  const check = trust.checkManifest(manifestBytes, before);
  if (!check.ok) return { kind: "refused", reason: check.reason };
  const { hosts, createdMs } = manifest;
  const tree = [[head.manifest, manifestBytes] as const, ...parts];
  await store.apply({ head, hosts, createdMs, tree, objects, notes });
  return { kind: "published", head };
}

/** Signs routes as the next generation. Throws Fault `disk-full`: then the last generation stays. */
export async function signRoutes(
  context: SigningContext,
  wanted: Wanted,
  before: Published,
): Promise<{ readonly kind: "published"; readonly head: Head } | Refused> {
  const { page, objects } = wanted;
  const made = await inSteps(assembled(wanted, context.trust.epochOf(page), before));
  return keep(context, { ...made, objects }, before.head);
}

/** Routes as the next generation, without a signature. */
export function assembled(
  { page, hosts, asOf, routes }: Omit<Wanted, "objects">,
  epoch: number,
  before: Published,
): Steps<Unsigned> {
  const fields = { ...fieldsAfter(before, page, epoch), hosts, createdMs: asOf };
  const last: LastSnapshot | undefined = before.last ?? undefined;
  if ("all" in routes) return assembling({ ...fields, routes: routes.all }, last);
  assert(last?.groups !== undefined, "Changed routes are of a snapshot that this process knows.");
  const { manifest, groups } = last;
  return assemblingChange({ ...fields, changed: routes.changed }, { manifest, groups });
}

/** Signs the parts of a manifest whose parts are held as the next generation: a rollback, a new epoch, a new key. */
export async function signAgain(
  context: SigningContext,
  { parts, page }: Manifest,
  { hosts, asOf, notes }: Pick<Wanted, "hosts" | "asOf"> & Pick<Apply, "notes">,
  before: Published,
): Promise<{ readonly kind: "published"; readonly head: Head } | Refused> {
  const fields = fieldsAfter(before, page, context.trust.epochOf(page));
  const manifest = { ...fields, hosts, createdMs: asOf, parts };
  return keep(context, { manifest, parts: [], objects: [], ...(notes && { notes }) }, before.head);
}

/** True where what is held is of this epoch and signed by this key: root may have raised the one and rotated the other since. */
export function signedBy({ last, signer }: Published, epoch: number, key: PublicKey): boolean {
  return signer === key && last?.manifest.epoch === epoch;
}

export function signedNow(before: Published, { trust, secretKey }: SigningContext): boolean {
  return signedBy(before, trust.epochOf(before.last?.manifest.page ?? ""), secretKey.publicKey);
}

function fieldsAfter(
  { head }: Published,
  page: string,
  epoch: number,
): Omit<Manifest, "hosts" | "createdMs" | "parts"> {
  return {
    page,
    epoch,
    generation: (head?.generation ?? 0) + 1,
    previous: head?.manifest ?? digestOfNothing,
    banners: bannerTexts(),
  };
}
