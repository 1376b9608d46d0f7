// Who names what in a snapshot. In: stored bytes of a manifest or a part. Out: the digests that they name, each once.
import { Fault } from "../base/fault.ts";
import { openManifest } from "../snapshot/manifest.ts";
import { decodePart } from "../snapshot/part.ts";
import type { Digest } from "../snapshot/types.ts";

/** Parts of a signed manifest. Throws Fault `document-refused` where the bytes are none. */
export function partsNamedBy(manifest: Uint8Array): ReadonlySet<Digest> {
  const opened = openManifest(manifest);
  if (!opened.ok) throw refused("A manifest", opened.reason);
  return new Set(opened.value.value.parts);
}

/** Bodies of a part. Throws Fault `document-refused` where the bytes are none. */
export function objectsNamedBy(part: Uint8Array): ReadonlySet<Digest> {
  return bodiesNamedBy(part).all;
}

/** All bodies of a part, and those without which it is not whole: what lazy routes alone name may come later. Throws as `objectsNamedBy`. */
export function bodiesNamedBy(part: Uint8Array): {
  readonly all: ReadonlySet<Digest>;
  readonly needed: ReadonlySet<Digest>;
} {
  const decoded = decodePart(part);
  if (!decoded.ok) throw refused("A part", decoded.reason);
  const all = new Set<Digest>();
  const needed = new Set<Digest>();
  for (const { lazy, variants } of decoded.value.routes)
    for (const variant of [variants.identity, variants.gzip, variants.br, variants.zstd]) {
      if (variant === undefined) continue;
      all.add(variant.digest);
      if (!lazy) needed.add(variant.digest);
    }
  return { all, needed };
}

export function refused(what: string, reason: string): Fault {
  return new Fault(
    "document-refused",
    `${what} was not stored: ${reason}.`,
    "Ask its publisher for another; what was stored before is kept.",
  );
}
