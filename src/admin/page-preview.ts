// The page as it would be. In: a command, the seed of its names. Out: the very documents that publishing would make of it, held for who asked.
// The same ledger decides, the same render draws: what is submitted with this seed at this moment is served with these bytes.

import type { Command } from "../model/command.ts";
import type { PageView } from "../model/view.ts";
import { documentsOf, documentsSince } from "../render/documents.ts";
import { incidentPath } from "../render/piece.tsx";
import { bytesOf, type Document } from "../render/types.ts";
import { chartsOf } from "../store/charts.ts";
import type { Visit } from "./screen.ts";

export type Looked =
  | {
      readonly ok: true;
      readonly view: PageView;
      /** Addresses of the front page, and of the page of what the command made or changed; null where it has none. */
      readonly front: string;
      readonly own: string | null;
    }
  | { readonly ok: false; readonly sentences: readonly string[] };

/** What the page becomes by `command`, or by several. */
export function previewOf(
  visit: Visit<PageView>,
  command: Command | readonly Command[],
  seed: string,
): Looked {
  const { nowMs: asOf, places, view, who } = visit;
  const previewed = visit.preview(command, seed);
  if (!previewed.ok) return previewed;
  const next = previewed.view;
  const charts = chartsOf(next, places.series);
  const { shown } = documentsSince(null, view, asOf, charts);
  const changed = new Map(
    [...documentsSince(shown, next, asOf, charts).documents].map((it) => [it.path, it] as const),
  );
  const hold = ({ contentType: type, ...rest }: Document): string =>
    `/admin/preview/${places.previews.hold({ type, bytes: new Uint8Array(bytesOf(rest)) }, who.principal.id)}`;
  const front = changed.get("/") ?? firstOf(documentsOf(next, asOf, charts));
  const incident = next.incidentById.get(previewed.id);
  const own = incident === undefined ? undefined : changed.get(incidentPath(incident));
  return { ok: true, view: next, front: hold(front), own: own === undefined ? null : hold(own) };
}

/** The front page is the first document of every page. */
function firstOf(documents: Iterable<Document>): Document {
  for (const document of documents) if (document.path === "/") return document;
  throw new TypeError("A page has a front page.");
}
