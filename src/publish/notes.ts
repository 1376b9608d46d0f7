// What the routes of a part were rendered from, kept beside the snapshot so that a start renders nothing again.
// In: routes with their keys. Out: bytes for the store, and back. A note that does not fit its part is no note: its routes are rendered.
import { decodePart } from "../snapshot/part.ts";
import type { Digest, Manifest, Route } from "../snapshot/types.ts";
import type { SnapshotStore } from "../store/types.ts";
import { heldRoute } from "./held-route.ts";

/** A route and the key of the document that it was made from. */
export interface Rendered {
  readonly key: string;
  readonly route: Route;
}

/** Name of the note of part `index` of `count`. */
export function noteName(index: number, count: number): string {
  return `${count}/${index}`;
}

/** UTF-8 JSON: [part digest, {path: key}]. */
export function encodeNote(
  part: Digest,
  routes: readonly Route[],
  keyOf: (path: string) => string,
): Uint8Array {
  const keys = Object.fromEntries(routes.map(({ path }) => [path, keyOf(path)]));
  return new TextEncoder().encode(JSON.stringify([part, keys]));
}

/** The routes of a stored snapshot with their keys, by path, and in their groups; null where a part is missing or damaged. */
export function loadRendered(
  store: SnapshotStore,
  manifest: Manifest,
): { rendered: Map<string, Rendered>; groups: (readonly Route[])[] } | null {
  const notes = store.notes(manifest.page);
  const rendered = new Map<string, Rendered>();
  const groups: (readonly Route[])[] = [];
  for (const [index, digest] of manifest.parts.entries()) {
    const bytes = store.tree(digest);
    const part = bytes === null ? null : decodePart(bytes);
    if (part === null || !part.ok) return null;
    const routes = part.value.routes.map(heldRoute);
    const keys = keysOf(notes.get(noteName(index, manifest.parts.length)), digest);
    for (const route of routes) rendered.set(route.path, { key: keys[route.path] ?? "", route });
    groups.push(routes);
  }
  return { rendered, groups };
}

function keysOf(note: Uint8Array | undefined, part: Digest): Readonly<Record<string, string>> {
  if (note === undefined) return {};
  const [noted, keys] = JSON.parse(new TextDecoder().decode(note)) as [Digest, Record<string, string>];
  return noted === part ? keys : {};
}
