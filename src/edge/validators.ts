// If-None-Match. In: the header, the entity tag of the chosen variant. Out: whether the client has it already.

/**
 * True when the client holds what `etag` names (RFC 9110, section 13.1.2): `*`, or a list with that tag. The comparison is weak,
 * because a cache in between may have marked our strong tag as weak when it recompressed.
 */
export function isHeld(header: string | null, etag: string): boolean {
  if (header === null) return false;
  if (header === etag) return true;
  if (header.trim() === "*") return true;
  for (const found of header.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)) {
    if (found[1] === etag) return true;
  }
  return false;
}
