// From documents to routes. In: documents with their keys, and what was rendered last. Out: routes, and the bodies that are new.
// A document whose key is known is not rendered; one whose bytes are known is neither compressed nor stored again.
import { limits } from "../base/limits.ts";
import type { Document } from "../render/types.ts";
import { compressBody } from "../snapshot/body.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import type { Rendered } from "./notes.ts";

export interface RenderedPage {
  readonly rendered: ReadonlyMap<string, Rendered>;
  /** Bodies to be written with the snapshot. */
  readonly objects: readonly (readonly [Digest, Uint8Array])[];
  /** Documents that were rendered, and those of them whose bytes were new. */
  readonly renderedCount: number;
  readonly changedCount: number;
}

type Body = readonly [Digest, Uint8Array];

/** Compression runs on the runtime's thread pool; this many bodies at once keep it busy without holding a page in memory. */
const bodiesAtOnce = 8;

/**
 * Renders what changed. Bodies beyond `limits.applyBytesMax` are staged in the store ahead of the snapshot, the rest is returned.
 * Throws what the store throws.
 */
export async function renderRoutes(
  documents: Iterable<Document>,
  last: ReadonlyMap<string, Rendered>,
  store: Pick<SnapshotStore, "stage">,
): Promise<RenderedPage> {
  const rendered = new Map<string, Rendered>();
  const changed: Document[] = [];
  for (const document of documents) {
    const known = last.get(document.path);
    if (known?.key === document.key) rendered.set(document.path, known);
    else changed.push(document);
  }
  let objects: Body[] = [];
  let bytes = 0;
  let changedCount = 0;
  for (let at = 0; at < changed.length; at += bodiesAtOnce) {
    const batch = changed.slice(at, at + bodiesAtOnce);
    for (const { path, made, bodies } of await Promise.all(
      batch.map((document) => renderOne(document, last)),
    )) {
      rendered.set(path, made);
      if (bodies.length > 0) changedCount++;
      objects.push(...bodies);
      bytes += bodies.reduce((sum, [, body]) => sum + body.length, 0);
    }
    if (bytes > limits.applyBytesMax) {
      await store.stage(objects);
      objects = [];
      bytes = 0;
    }
  }
  return { rendered, objects, renderedCount: changed.length, changedCount };
}

async function renderOne(
  document: Document,
  last: ReadonlyMap<string, Rendered>,
): Promise<{ path: string; made: Rendered; bodies: readonly Body[] }> {
  const { path, key } = document;
  const identity = new TextEncoder().encode(document.body());
  const known = last.get(path)?.route;
  if (known !== undefined && sameResponse(known, document, digestOf(identity))) {
    return { path, made: { key, route: known }, bodies: [] };
  }
  const { variants, objects } = await compressBody(identity);
  const { contentType, cache, slot, framed } = document;
  const route: Route = { path, contentType, cache, slot, ...(framed && { framed }), variants };
  return { path, made: { key, route }, bodies: objects };
}

function sameResponse(route: Route, document: Document, identity: Digest): boolean {
  return (
    route.variants.identity.digest === identity &&
    route.contentType === document.contentType &&
    route.cache === document.cache &&
    route.slot === document.slot &&
    route.framed === document.framed
  );
}
