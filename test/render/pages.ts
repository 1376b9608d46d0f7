// Documents as the tests of render look at them. In: a view, a moment. Out: documents by path, and what stands in an HTML body.
import type { PageView } from "../../src/model/view.ts";
import { documentsOf } from "../../src/render/documents.ts";
import type { Charts, Document } from "../../src/render/types.ts";
import { now } from "./invented.ts";

/** Documents by path; two of one path are a failure. */
export function documentsByPath(
  view: PageView,
  asOf: number = now,
  charts: Charts = new Map(),
): ReadonlyMap<string, Document> {
  const documents = new Map<string, Document>();
  for (const document of documentsOf(view, asOf, charts)) {
    if (documents.has(document.path)) throw new Error(`${document.path} is there twice.`);
    documents.set(document.path, document);
  }
  return documents;
}

export function bodyOf(view: PageView, path: string, asOf: number = now, charts: Charts = new Map()): string {
  const document = documentsByPath(view, asOf, charts).get(path);
  if (document === undefined) throw new Error(`There is no ${path}.`);
  return document.body();
}

export const isHtml = (document: Document): boolean => document.contentType.startsWith("text/html");

/** How often `part` stands in `text`. */
export const countIn = (text: string, part: string): number => text.split(part).length - 1;

export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const attributeShape = /\s([a-z][a-z0-9:-]*)(?:="([^"]*)")?/gi;

/** Every opening tag, read as a browser does: text holds no `<`, values hold no `"`. Comments and the doctype are no tags. */
export function tagsOf(html: string): readonly Tag[] {
  return [...html.matchAll(/<([a-z][a-z0-9-]*)((?:\s[^\s"'<>=/]+(?:="[^"]*")?)*)\s?\/?>/gi)].map(
    ([, name = "", rest = ""]) => ({
      name,
      attributes: Object.fromEntries(
        [...rest.matchAll(attributeShape)].map(([, key = "", value = ""]) => [key, value]),
      ),
    }),
  );
}
