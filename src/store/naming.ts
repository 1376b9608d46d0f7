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
  const decoded = decodePart(part);
  if (!decoded.ok) throw refused("A part", decoded.reason);
  const named = new Set<Digest>();
  for (const { variants } of decoded.value.routes)
    for (const variant of [variants.identity, variants.gzip, variants.br, variants.zstd])
      if (variant !== undefined) named.add(variant.digest);
  return named;
}

export function refused(what: string, reason: string): Fault {
  return new Fault(
    "document-refused",
    `${what} was not stored: ${reason}.`,
    "Ask its publisher for another; what was stored before is kept.",
  );
}
