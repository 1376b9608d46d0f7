// One page, one generation. In: a view and what was published last. Out: a signed snapshot in the store, or nothing where nothing changed.
import { assert } from "../base/fault.ts";
import type { PageView } from "../model/view.ts";
import { documentsOf } from "../render/documents.ts";
import type { Snapshot } from "../snapshot/assemble.ts";
import type { Route } from "../snapshot/types.ts";
import { encodeNote, noteName, type Rendered } from "./notes.ts";
import { loadSigned, type Published } from "./published.ts";
import { type RenderedPage, renderRoutes } from "./render-routes.ts";
import { type Refused, type SigningContext, signAgain, signedNow, signRoutes } from "./sign-page.ts";

export type Outcome =
  | { readonly kind: "unchanged"; readonly published: Published; readonly renderedCount: number }
  | { readonly kind: "published"; readonly published: Published; readonly renderedCount: number }
  | Refused;

/**
 * Publishes `view` as of `asOf` (ms) if anything that a reader sees has changed. Throws Fault `disk-full`: then the last generation stays.
 */
export async function publishPage(
  context: SigningContext,
  view: PageView,
  asOf: number,
  before: Published,
): Promise<Outcome> {
  const made = await renderRoutes(documentsOf(view, asOf), before.rendered, context.store);
  const { id: page, hosts } = view.page;
  const { rendered, objects, renderedCount } = made;
  const sameHosts = before.last?.manifest.hosts.join() === hosts.join();
  if (sameHosts && signedNow(before, context) && sameRoutes(made, before))
    return { kind: "unchanged", published: { ...before, rendered }, renderedCount };
  const routes = [...rendered.values()].map(({ route }) => route);
  const notes = (snapshot: Snapshot) => changedNotes(snapshot, rendered, before);
  const signed = await signRoutes(context, { page, hosts, asOf, routes, objects, notes }, before);
  if (signed.kind === "refused") return signed;
  const { head, manifest, groups } = signed.snapshot;
  const signer = context.secretKey.publicKey;
  const published = { head, last: { manifest, groups }, signer, rendered, pin: null };
  return { kind: "published", published, renderedCount };
}

/**
 * A page whose content is not the op-log's to change, because it is pinned or was made from a folder: it is signed again where root has
 * raised its epoch or another key signs now, and left alone otherwise.
 */
export async function carryOver(context: SigningContext, asOf: number, before: Published): Promise<Outcome> {
  const { last } = before;
  if (last === null || signedNow(before, context))
    return { kind: "unchanged", published: before, renderedCount: 0 };
  const { manifest } = last;
  const signed = await signAgain(context, manifest, { hosts: manifest.hosts, asOf }, before);
  if (signed.kind === "refused") return signed;
  return { kind: "published", published: loadSigned(context.store, manifest.page), renderedCount: 0 };
}

/** A route that did not change is the same object as before. */
function sameRoutes(made: RenderedPage, before: Published): boolean {
  if (made.rendered.size !== before.rendered.size) return false;
  for (const [path, { route }] of made.rendered) if (before.rendered.get(path)?.route !== route) return false;
  return true;
}

/** Notes of the parts in which a key changed; where the number of parts changed, those of the old numbering go. */
function changedNotes(
  snapshot: Snapshot,
  rendered: ReadonlyMap<string, Rendered>,
  before: Published,
): (readonly [string, Uint8Array | null])[] {
  const { parts } = snapshot.manifest;
  const countBefore = before.last?.manifest.parts.length ?? 0;
  const recount = countBefore !== parts.length;
  const notes: (readonly [string, Uint8Array | null])[] = [];
  if (recount)
    for (let index = 0; index < countBefore; index++) notes.push([noteName(index, countBefore), null]);
  const keyChanged = ({ path }: Route): boolean => before.rendered.get(path)?.key !== rendered.get(path)?.key;
  for (const [index, digest] of parts.entries()) {
    const group = snapshot.groups[index];
    assert(group !== undefined, `Part ${index} of a snapshot just made has no routes.`);
    const changed = recount || digest !== before.last?.manifest.parts[index] || group.some(keyChanged);
    if (changed) notes.push([noteName(index, parts.length), encodeNote(digest, group, rendered)]);
  }
  return notes;
}
