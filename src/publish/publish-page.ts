// One page, one generation. In: a view and what was published last. Out: a signed snapshot in the store, or nothing where nothing changed.
import { assert } from "../base/fault.ts";
import type { PageView } from "../model/view.ts";
import { documentsSince } from "../render/documents.ts";
import type { Charts } from "../render/types.ts";
import { partHolding, type Snapshot } from "../snapshot/assemble.ts";
import { withEvent } from "./event-route.ts";
import { encodeNote, noteName } from "./notes.ts";
import { loadSigned, type Published } from "./published.ts";
import { type RenderedPage, renderRoutes } from "./render-routes.ts";
import {
  type Refused,
  type SigningContext,
  signAgain,
  signedNow,
  signRoutes,
  type Wanted,
} from "./sign-page.ts";

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
  charts?: Charts,
): Promise<Outcome> {
  const { shown, ...since } = documentsSince(before.shown, view, asOf, charts);
  const documents = await renderRoutes(since, before.rendered, context, asOf);
  const made = await withEvent(context, view, documents, before, asOf);
  const { id: page, hosts } = view.page;
  const { objects, renderedCount } = made;
  const sameHosts = before.last?.manifest.hosts.join() === hosts.join();
  if (sameHosts && signedNow(before, context) && sameRoutes(made, before)) {
    remember(made, before);
    return { kind: "unchanged", published: { ...before, shown }, renderedCount };
  }
  const routes = routesAfter(made, before);
  const notes = (snapshot: Snapshot) => changedNotes(snapshot, made, before);
  const signed = await signRoutes(context, { page, hosts, asOf, routes, objects, notes }, before);
  if (signed.kind === "refused") return signed;
  remember(made, before);
  const { head, manifest, groups } = signed.snapshot;
  const signer = context.secretKey.publicKey;
  const published = { ...before, head, last: { manifest, groups }, signer, shown, pin: null };
  return { kind: "published", published, renderedCount };
}

/** Only once the store has it: until then `before` is what is published. */
function remember({ changed, gone }: RenderedPage, { rendered }: Published): void {
  for (const path of gone) rendered.delete(path);
  for (const [path, made] of changed) rendered.set(path, made);
}

/** Where no path came or went, the parts of the others are not even looked at. */
function routesAfter({ changed, gone }: RenderedPage, { rendered, last }: Published): Wanted["routes"] {
  const samePaths = gone.length === 0 && changed.keys().every((path) => rendered.has(path));
  if (samePaths && last?.groups !== undefined)
    return { changed: [...changed.values()].map(({ route }) => route) };
  const all = new Map(rendered);
  for (const path of gone) all.delete(path);
  for (const [path, made] of changed) all.set(path, made);
  return { all: [...all.values()].map(({ route }) => route) };
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
function sameRoutes({ changed, gone }: RenderedPage, { rendered }: Published): boolean {
  return (
    gone.length === 0 && changed.entries().every(([path, { route }]) => rendered.get(path)?.route === route)
  );
}

/** Notes of the parts in which a key changed; where the number of parts changed, those of the old numbering go. */
function changedNotes(
  { manifest: { parts }, groups }: Snapshot,
  { changed }: RenderedPage,
  before: Published,
): (readonly [string, Uint8Array | null])[] {
  const partsBefore = before.last?.manifest.parts ?? [];
  const recount = partsBefore.length !== parts.length;
  const notes: (readonly [string, Uint8Array | null])[] = [];
  if (recount)
    for (const index of partsBefore.keys()) notes.push([noteName(index, partsBefore.length), null]);
  const indexes = new Set([...changed.keys()].map((path) => partHolding(groups, path)));
  const keyOf = (path: string): string => (changed.get(path) ?? before.rendered.get(path))?.key ?? "";
  for (const [index, digest] of parts.entries()) {
    if (!recount && digest === partsBefore[index] && !indexes.has(index)) continue;
    const group = groups[index];
    assert(group !== undefined, `Part ${index} of a snapshot just made has no routes.`);
    notes.push([noteName(index, parts.length), encodeNote(digest, group, keyOf)]);
  }
  return notes;
}
