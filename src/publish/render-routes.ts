// From documents to routes. In: documents with their keys, and what was rendered last. Out: routes that changed, and the bodies that are new.
// A document whose key is known is not rendered; one whose bytes are known is neither compressed nor stored again.
import { nextTurn } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { DocumentsSince } from "../render/documents.ts";
import { bytesOf, type Document } from "../render/types.ts";
import { compressBody } from "../snapshot/body.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest, Route } from "../snapshot/types.ts";
import { heldRoute, withLazy } from "./held-route.ts";
import { mayWait } from "./lazy-rule.ts";
import type { MakeContext } from "./make-page.ts";
import type { Rendered } from "./notes.ts";

/** What differs from what was rendered last. */
export interface RenderedPage {
  /** Routes with another key, and those that are new. One whose bytes stayed is the same route under another key. */
  readonly changed: ReadonlyMap<string, Rendered>;
  /** Paths that are there no longer. */
  readonly gone: readonly string[];
  /** Bodies to be written with the snapshot. */
  readonly objects: readonly (readonly [Digest, Uint8Array])[];
  /** Documents that were rendered. */
  readonly renderedCount: number;
}

type Body = readonly [Digest, Uint8Array];

/** Long bodies are compressed by the runtime's thread pool; this many documents at once keep it busy without holding a page in memory. */
const documentsAtOnce = 4;
/** Others are asked after so many documents were named: half a millisecond. After a start with 20,000 incidents there are 44,000. */
const documentsNamed = 10;

/**
 * Renders what changed. Bodies beyond `limits.madeBytesMax` are staged in the store ahead of the snapshot, the rest is returned.
 * Throws what the store throws.
 */
export async function renderRoutes(
  { whole, documents }: Pick<DocumentsSince, "whole" | "documents">,
  last: ReadonlyMap<string, Rendered>,
  { stage, giveWay = nextTurn }: Pick<MakeContext, "stage" | "giveWay">,
  asOf: number,
): Promise<RenderedPage> {
  const changed = new Map<string, Rendered>();
  const paths = new Set<string>();
  let [seen, renderedCount] = [0, 0];
  // Named as they are rendered: all that a storm of writes changed would otherwise be held as documents before the first becomes bytes.
  const named = async function* (): AsyncGenerator<Document, void> {
    for (const document of documents) {
      if (++seen % documentsNamed === 0) await giveWay();
      const known = last.get(document.path);
      if (whole) paths.add(document.path);
      if (known?.key !== document.key) {
        renderedCount++;
        yield document;
        continue;
      }
      // Where all documents are named, after a start and once a day: what has aged since takes its part along. On a big page that is a few
      // parts a night; with every publish it would be one more part for each incident that ended 90 days before.
      if (!whole) continue;
      const route = waiting(known.route, document, asOf);
      if (route !== known.route) changed.set(document.path, { key: known.key, route });
    }
  };
  let objects: Body[] = [];
  let bytes = 0;
  let staging: Promise<void> = Promise.resolve();
  // One piece is on its way while the next is gathered; who has gathered that one waits. Whoever takes them takes one after the other.
  const stageFull = async (): Promise<void> => {
    await staging;
    if (bytes <= limits.madeBytesMax) return;
    const full = objects;
    objects = [];
    bytes = 0;
    staging = stage(full);
    await staging;
  };
  const renderSome = async (queue: AsyncIterable<Document>): Promise<void> => {
    for await (const document of queue) {
      await giveWay();
      const { made, bodies } = await renderOne(document, last, asOf);
      changed.set(document.path, made);
      objects.push(...bodies);
      bytes += bodies.reduce((sum, [, body]) => sum + body.length, 0);
      if (bytes > limits.madeBytesMax) await stageFull();
    }
  };
  // One queue for all: while the front page is compressed, others are rendered. The first failure closes it, and the others end too.
  const queue = named();
  await Promise.all(Array.from({ length: documentsAtOnce }, () => renderSome(queue)));
  const gone = whole ? [...last.keys()].filter((path) => !paths.has(path)) : [];
  return { changed, gone, objects, renderedCount };
}

async function renderOne(
  document: Document,
  last: ReadonlyMap<string, Rendered>,
  asOf: number,
): Promise<{ made: Rendered; bodies: readonly Body[] }> {
  const { path, key } = document;
  const identity = bytesOf(document);
  const known = last.get(path)?.route;
  if (known !== undefined && sameResponse(known, document, digestOf(identity))) {
    return { made: { key, route: waiting(known, document, asOf) }, bodies: [] };
  }
  const { variants, objects } = await compressBody(identity, known?.variants);
  const { contentType, cache, slot, framed } = document;
  const route: Route = { path, contentType, cache, slot, ...(framed && { framed }), variants };
  return { made: { key, route: waiting(heldRoute(route), document, asOf) }, bodies: objects };
}

/** The route, lazy where its document may wait by now; the same object where it says so already. */
function waiting(route: Route, document: Document, asOf: number): Route {
  const lazy = mayWait(document, route.variants.identity.length, asOf);
  return lazy === (route.lazy ?? false) ? route : withLazy(route, lazy);
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
