// The encodings of one body. In: the body as rendered, or its gzip form at a POP. Out: variants and objects, or the identity body.
import { promisify } from "node:util";
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  zstdCompress,
} from "node:zlib";
import { assert } from "../base/fault.ts";
import { limits } from "../base/limits.ts";
import { type Result, refuse } from "../base/result.ts";
import { digestOf } from "./digest.ts";
import { checkBody, type SnapshotReason } from "./tree.ts";
import type { Digest, Route, Variant } from "./types.ts";

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);
const brotliAsync = promisify(brotliCompress);
const zstdAsync = promisify(zstdCompress);

/** Below this zstd never beat brotli on status pages; above it, at this level, it does about half of the time. */
const zstdBytesMin = 32 * 1024;
/** 12 takes three times as long for half a percent less. */
const zstdLevel = 10;
/**
 * An encoding travels to every POP with every change, and whoever takes zstd takes brotli: 1 % less, as on most pages, is not worth 32 kB more
 * a publish.
 */
const zstdSizeMax = 0.95;
/** Up to here a body inflates in under 0.1 ms, a third of what a thread costs: a page's first fetch has thousands of them. */
const inflateAtOnceBytesMax = 64 * 1024;
/** Up to here a body takes under a millisecond to compress, and what a thread costs, 0.2 ms an encoding, is a third to a half of it. */
const compressAtOnceBytesMax = 16 * 1024;
/** 11 takes 0.8 s on a big page for 8 % less. */
const brotliQuality = 5;
const gzipOptions = { level: 9 } as const;

/** A body in its encodings: what a route says of it, and the objects (identity first). */
export interface Body {
  readonly variants: Route["variants"];
  readonly objects: readonly (readonly [Digest, Uint8Array])[];
}

/**
 * Compresses, long bodies off the main thread: gzip always, brotli where smaller than gzip, zstd where clearly smaller than both. `before` are
 * the encodings of the body that this one replaces.
 */
export async function compressBody(identity: Uint8Array, before?: Route["variants"]): Promise<Body> {
  assert(identity.length <= limits.objectBytesMax, `A body exceeds ${limits.objectBytesMax} bytes.`);
  const brotliOptions = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [constants.BROTLI_PARAM_SIZE_HINT]: identity.length,
    },
  };
  const [gzipped, brotlied, zstded] =
    identity.length <= compressAtOnceBytesMax
      ? [gzipSync(identity, gzipOptions), brotliCompressSync(identity, brotliOptions), null]
      : await Promise.all([
          gzipAsync(identity, gzipOptions),
          brotliAsync(identity, brotliOptions),
          tryZstd(identity.length, before)
            ? zstdAsync(identity, { params: { [constants.ZSTD_c_compressionLevel]: zstdLevel } })
            : null,
        ]);
  const objects: (readonly [Digest, Uint8Array])[] = [];
  const named = (bytes: Uint8Array): Variant => {
    const digest = digestOf(bytes);
    objects.push([digest, bytes]);
    return { digest, length: bytes.length };
  };
  const smallest = Math.min(gzipped.length, brotlied.length);
  const variants = {
    identity: named(identity),
    gzip: named(gzipped),
    ...(brotlied.length < gzipped.length ? { br: named(brotlied) } : {}),
    ...(zstded !== null && zstded.length < zstdSizeMax * smallest ? { zstd: named(zstded) } : {}),
  };
  return { variants, objects };
}

/**
 * A page that changes by a word compresses as it did: where zstd was not worth its way, it is tried again when the body has grown or
 * shrunk by an eighth.
 */
function tryZstd(length: number, before: Route["variants"] | undefined): boolean {
  if (length < zstdBytesMin) return false;
  if (before === undefined || before.zstd !== undefined || before.identity.length < zstdBytesMin) return true;
  return Math.abs(length - before.identity.length) > before.identity.length / 8;
}

/**
 * The identity body out of its gzip form, whose digest the caller has checked. Inflating stops at the length that the route names,
 * so a bomb costs no more than an honest body (endless data).
 */
export async function identityFromGzip(
  gzipped: Uint8Array,
  identity: Variant,
): Promise<Result<Uint8Array, SnapshotReason>> {
  // A limit of 0 is none to zlib, so an empty body is allowed one byte too many and fails on its length.
  const bound = { maxOutputLength: Math.max(1, identity.length) };
  const atOnce = identity.length <= inflateAtOnceBytesMax;
  let inflated: Uint8Array;
  try {
    inflated = atOnce ? gunzipSync(gzipped, bound) : await gunzipAsync(gzipped, bound);
  } catch (thrown) {
    return refuse(
      (thrown as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "length-mismatch" : "not-gzip",
    );
  }
  return checkBody(inflated, identity);
}
