// Every generation that a control plane signed, read from its store. In: its folder, when it is stopped. Out: digests by generation, path, encoding.

import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { openManifest } from "../../src/snapshot/manifest.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import type { Digest, Encoding, Route } from "../../src/snapshot/types.ts";
import { openStore } from "../../src/store/open.ts";

export interface SignedHistory {
  readonly newest: number;
  /** The digest that generation `generation` signed for a path in an encoding; undefined where it signed none. */
  digestOf(generation: number, path: string, encoding: Encoding): Digest | undefined;
}

/** Walks from the head back over `previous`; the store keeps 24 hours of generations. */
export async function signedHistory(folder: string, page: string): Promise<SignedHistory> {
  const store = openStore({ folder, clock: systemClock, log: silentLog });
  const routes = new Map<number, Map<string, Route>>();
  const parts = new Map<Digest, readonly Route[]>();
  const head = store.snapshots.head(page);
  for (let digest = head?.manifest ?? ""; digest !== ""; ) {
    const opened = openManifest(store.snapshots.tree(digest) ?? new Uint8Array());
    if (!opened.ok) break;
    const manifest = opened.value.value;
    const byPath = new Map<string, Route>();
    for (const part of manifest.parts) {
      const known = parts.get(part) ?? decoded(store.snapshots.tree(part));
      parts.set(part, known);
      for (const route of known) byPath.set(route.path, route);
    }
    routes.set(manifest.generation, byPath);
    digest = manifest.previous;
  }
  await store.close();
  return {
    newest: head?.generation ?? 0,
    digestOf: (generation, path, encoding) => routes.get(generation)?.get(path)?.variants[encoding]?.digest,
  };
}

function decoded(bytes: Uint8Array | null): readonly Route[] {
  const part = decodePart(bytes ?? new Uint8Array());
  if (!part.ok) throw new Error(`A part of the history does not decode: ${part.reason}.`);
  return part.value.routes;
}
