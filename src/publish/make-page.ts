// One page, the next generation but for its signature. In: a view and what was published last. Out: what differs, or nothing where nothing does.
import { assert } from "../base/fault.ts";
import { type GiveWay, inSteps } from "../base/slices.ts";
import type { UpstreamResults } from "../model/upstream-shown.ts";
import type { PageView } from "../model/view.ts";
import { documentsSince } from "../render/documents.ts";
import type { Charts, Offer } from "../render/types.ts";
import { partHolding, type Unsigned } from "../snapshot/assemble.ts";
import type { PublicKey } from "../snapshot/keys.ts";
import type { Head } from "../snapshot/types.ts";
import type { Apply, SnapshotStore } from "../store/types.ts";
import { withEvent } from "./event-route.ts";
import { encodeNote, noteName } from "./notes.ts";
import type { Published } from "./published.ts";
import { type RenderedPage, renderRoutes } from "./render-routes.ts";
import { assembled, signedBy, type Unkept, type Wanted } from "./sign-page.ts";

export interface MakeContext {
  readonly store: Pick<SnapshotStore, "object">;
  /** Takes bodies ahead of their generation. */
  stage(objects: Apply["objects"]): Promise<void>;
  /** Asked between two pieces of work; without it others have one turn of the event loop each time. */
  readonly giveWay?: GiveWay | undefined;
}

/** As of when (ms since the epoch) a generation is made, of which epoch, and whose signature it will have. */
export interface Terms {
  readonly asOf: number;
  readonly epoch: number;
  readonly signer: PublicKey;
  /** What the page takes from visitors; absent: nothing. */
  readonly offer?: Offer | null;
}

export type Made =
  | { readonly kind: "unchanged"; readonly renderedCount: number }
  | (Unkept & { readonly kind: "made"; readonly renderedCount: number });

export interface MadePage {
  readonly made: Made;
  /** What is published once the store has it; with nothing made, what is. */
  after(head: Head | null): Published;
}

/** Makes the next generation of `view` if anything that a reader sees has changed. */
export async function makePage(
  context: MakeContext,
  view: PageView,
  terms: Terms,
  before: Published,
  charts?: Charts,
  upstreams?: UpstreamResults,
): Promise<MadePage> {
  const { asOf, epoch, signer } = terms;
  const { shown, ...since } = documentsSince(
    ...([before.shown, view, asOf, charts, terms.offer ?? null, upstreams] as const),
  );
  const documents = await renderRoutes(since, before.rendered, context, asOf);
  const page = await withEvent(context, view, documents, before, terms);
  const { id, hosts } = view.page;
  const { objects, renderedCount } = page;
  const sameHosts = before.last?.manifest.hosts.join() === hosts.join();
  if (sameHosts && signedBy(before, epoch, signer) && sameRoutes(page, before)) {
    remember(page, before);
    return { made: { kind: "unchanged", renderedCount }, after: () => ({ ...before, shown }) };
  }
  const wanted = { page: id, hosts, asOf, routes: routesAfter(page, before) };
  const unsigned = await inSteps(assembled(wanted, epoch, before), context.giveWay);
  const { manifest, parts, groups } = unsigned;
  return {
    made: {
      kind: "made",
      manifest,
      parts,
      objects,
      notes: changedNotes(unsigned, page, before),
      renderedCount,
    },
    after(head) {
      remember(page, before);
      return { ...before, head, last: { manifest, groups }, signer, shown, pin: null };
    },
  };
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

/** A route that did not change is the same object as before. */
function sameRoutes({ changed, gone }: RenderedPage, { rendered }: Published): boolean {
  return (
    gone.length === 0 && changed.entries().every(([path, { route }]) => rendered.get(path)?.route === route)
  );
}

/** Notes of the parts in which a key changed; where the number of parts changed, those of the old numbering go. */
function changedNotes(
  { manifest: { parts }, groups }: Unsigned,
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
