// A piece of a page's route list, named by its digest. In: routes. Out: bytes, and back. Byte table in README.md.
import { limits } from "../base/limits.ts";
import type { Result } from "../base/result.ts";
import { type DecodeReason, decode, type Reader, Writer } from "./bytes.ts";
import { contentTypeCharsMax, isContentType, isRoutePath } from "./names.ts";
import type { CacheClass, Part, Route, Variant } from "./types.ts";

const magic = "PHPT";
const version = 1;

const cacheClasses: readonly CacheClass[] = ["page", "feed", "immutable"];
const cacheMask = 0b11;
const slotBit = 0b100;
const brBit = 0b1000;
const zstdBit = 0b10000;
const lazyBit = 0b100000;
const framedBit = 0b1000000;
const allBits = cacheMask | slotBit | brBit | zstdBit | lazyBit | framedBit;

/** Why a part's bytes are refused. */
export type PartReason = DecodeReason | "too-long";

/** Bytes of a part. Routes may come in any order and leave sorted; two of one path, or one beyond the limits, are a defect of the caller. */
export function encodePart(routes: readonly Route[]): Uint8Array {
  const sorted = routes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const writer = new Writer().head(magic, version).count(sorted.length, limits.partRoutesMax);
  for (const route of sorted) writeRoute(writer, route);
  return writer.done();
}

/** A part from bytes of anyone. Routes that are unsorted or doubled are refused (`not-canonical`): a search relies on the order. */
export function decodePart(bytes: Uint8Array): Result<Part, PartReason> {
  if (bytes.length > limits.partBytesMax) return { ok: false, reason: "too-long" };
  return decode(bytes, readPart);
}

function readPart(reader: Reader): Part {
  reader.head(magic, version);
  const count = reader.count(limits.partRoutesMax);
  const routes: Route[] = [];
  let before = "";
  for (let at = 0; at < count; at++) {
    const route = readRoute(reader);
    if (route.path <= before) reader.stop("not-canonical");
    before = route.path;
    routes.push(route);
  }
  return { routes };
}

function writeRoute(writer: Writer, route: Route): void {
  const { identity, gzip, br, zstd } = route.variants;
  const flags =
    cacheClasses.indexOf(route.cache) |
    (route.slot ? slotBit : 0) |
    (br === undefined ? 0 : brBit) |
    (zstd === undefined ? 0 : zstdBit) |
    (route.lazy ? lazyBit : 0) |
    (route.framed ? framedBit : 0);
  writer
    .name(route.path, limits.pathBytesMax, isRoutePath)
    .name(route.contentType, contentTypeCharsMax, isContentType)
    .u8(flags);
  for (const variant of [identity, gzip, br, zstd])
    if (variant !== undefined) writer.digest(variant.digest).u32(variant.length);
}

function readRoute(reader: Reader): Route {
  const path = reader.name(limits.pathBytesMax, isRoutePath);
  const contentType = reader.name(contentTypeCharsMax, isContentType);
  const flags = reader.u8();
  const cache = cacheClasses[flags & cacheMask];
  if (cache === undefined || (flags & ~allBits) !== 0) return reader.stop("not-canonical");
  const identity = readVariant(reader);
  const gzip = readVariant(reader);
  const br = (flags & brBit) === 0 ? {} : { br: readVariant(reader) };
  const zstd = (flags & zstdBit) === 0 ? {} : { zstd: readVariant(reader) };
  return {
    path,
    contentType,
    cache,
    slot: (flags & slotBit) !== 0,
    ...((flags & lazyBit) === 0 ? {} : { lazy: true }),
    ...((flags & framedBit) === 0 ? {} : { framed: true }),
    variants: { identity, gzip, ...br, ...zstd },
  };
}

function readVariant(reader: Reader): Variant {
  const digest = reader.digest();
  const length = reader.u32();
  return length <= limits.objectBytesMax ? { digest, length } : reader.stop("over-limit");
}

/**
 * Which of `partCount` parts (a power of two) holds `path`: the low bits of FNV-1a (32 bits, over the path's bytes; RFC 9923)
 * with its upper half folded in. Not a digest: a publisher that crowds a part slows its own page alone.
 */
export function partIndex(path: string, partCount: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & (partCount - 1);
}

/**
 * How many parts for this many routes: a power of two up to 256, `limits.partRoutesAim` routes each.
 * The count in use is kept until parts are a quarter or double that size: a page that grows and shrinks by one route around a border
 * would otherwise send its whole tree each time.
 */
export function partCountFor(routeCount: number, inUse?: number): number {
  const wanted = routeCount / limits.partRoutesAim;
  if (inUse !== undefined && inUse <= 4 * wanted && wanted <= 2 * inUse) return inUse;
  let count = 1;
  while (count < wanted && count < limits.manifestPartsMax) count *= 2;
  return count;
}

/** The route of `path`, or null. Binary search over the part's order. */
export function findRoute(part: Part, path: string): Route | null {
  let low = 0;
  let high = part.routes.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const route = part.routes[middle];
    if (route === undefined) return null;
    if (route.path === path) return route;
    if (route.path < path) low = middle + 1;
    else high = middle - 1;
  }
  return null;
}
