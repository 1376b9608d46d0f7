// Which bodies a POP may take a generation without. In: since when a document stands, how long it is, the moment. Out: yes or no. Pure.
// What visitors come for in the worst minute is never among them: the front page, lists, feeds, whatever is still open. The rest is looked at
// by few, and would make a young POP fetch years before it serves the first page.
import { limits } from "../base/limits.ts";
import type { Document } from "../render/types.ts";

/** A rendered document whose identity body has `length` bytes, at `asOf` (ms since the epoch). */
export function mayWait({ settledAt }: Pick<Document, "settledAt">, length: number, asOf: number): boolean {
  if (settledAt === undefined) return false;
  return asOf - settledAt > limits.lazyAgeMs || length > limits.lazyBytesMin;
}

/** A file of a folder that is a page. Its age says nothing: whoever published it today may have copied it from last year. */
export function fileMayWait(path: string, contentType: string, length: number): boolean {
  return length > limits.lazyBytesMin && path !== "/" && !/^text\/html|[/+](?:json|xml)\b/.test(contentType);
}
