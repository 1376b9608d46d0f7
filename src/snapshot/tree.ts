// The tree below a manifest, checked. In: bytes and what the manifest or a part says of them. Out: a part, or the reason why not.
// Mix-and-match ends here: what is below a signed manifest is named by digest, and is nothing else.
import { ok, type Result, refuse } from "../base/result.ts";
import { digestOf } from "./digest.ts";
import { frontPart } from "./front.ts";
import { decodePart, partIndex } from "./part.ts";
import type { Digest, Manifest, Part, Variant } from "./types.ts";

/** Why something below a manifest is refused. */
export type SnapshotReason =
  | "too-long"
  | "undecodable"
  | "unknown-version"
  | "digest-mismatch"
  | "length-mismatch"
  | "misplaced-route"
  | "not-gzip"
  | "missing";

/** The part at `index` of `manifest`, from bytes of anyone. */
export function checkPart(
  bytes: Uint8Array,
  manifest: Pick<Manifest, "parts">,
  index: number,
): Result<Part, SnapshotReason> {
  const partCount = manifest.parts.length;
  if (digestOf(bytes) !== manifest.parts[index]) return refuse("digest-mismatch");
  const part = decodePart(bytes);
  if (!part.ok) {
    const { reason } = part;
    return refuse(reason === "too-long" || reason === "unknown-version" ? reason : "undecodable");
  }
  for (const route of part.value.routes)
    if (index !== frontPart && partIndex(route.path, partCount) !== index) return refuse("misplaced-route");
  return part;
}

/** A body, from bytes of anyone: it has the length and digest that its route names. */
export function checkBody(bytes: Uint8Array, variant: Variant): Result<Uint8Array, SnapshotReason> {
  if (bytes.length !== variant.length) return refuse("length-mismatch");
  return digestOf(bytes) === variant.digest ? ok(bytes) : refuse("digest-mismatch");
}

/** Every part of a manifest in order, each read by its digest and checked. Stops at the first that does not hold. */
export function checkTree(
  manifest: Manifest,
  read: (digest: Digest) => Uint8Array | null,
): Result<readonly Part[], SnapshotReason> {
  const parts: Part[] = [];
  for (const [index, digest] of manifest.parts.entries()) {
    const bytes = read(digest);
    if (bytes === null) return refuse("missing");
    const part = checkPart(bytes, manifest, index);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return ok(parts);
}
