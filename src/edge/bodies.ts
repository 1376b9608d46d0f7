// Bodies that hash to their names. In: variants, a way to read bytes. Out: verified bytes, also made again from another encoding.
// A body that does not verify is dropped from the store and never served.
import { brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { createRecent } from "../base/recent.ts";
import { collectDropped } from "../host/collect.ts";
import { digestOf } from "../snapshot/digest.ts";
import type { Digest, Encoding, Route, Variant } from "../snapshot/types.ts";
import type { ReadBytes } from "./trees.ts";

export interface Bodies {
  /** The verified bytes of a variant, or null where they are missing or damaged. */
  get(variant: Variant, read: ReadBytes): Uint8Array | null;
  /** The identity body, from the store or made from any other good encoding and checked. */
  identity(route: Route, read: ReadBytes): Uint8Array | null;
  /** Gzip made here from the identity body: other bytes than the signed variant, the same content. */
  gzip(route: Route, read: ReadBytes): Uint8Array | null;
}

type Inflate = (bytes: Uint8Array, bound: { maxOutputLength: number }) => Uint8Array;
const inflate: Readonly<Record<Exclude<Encoding, "identity">, Inflate>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** `onDamaged` is told of each read that found other bytes under a name. */
export function createBodies(onDamaged: (digest: Digest) => void, log: Log, metrics: Metrics): Bodies {
  const damagedTotal = metrics.counter(
    "edge_bodies_damaged_total",
    "Bodies that did not hash to their name when read.",
  );
  const remadeTotal = metrics.counter("edge_bodies_remade_total", "Bodies made again from another encoding.");
  const hot = createRecent<Uint8Array>(limits.hotBytesMax, (body) => body.length, collectDropped);
  metrics.watch("edge_hot_bytes", "Bytes of bodies held in memory.", hot.cost);

  const get = (variant: Variant, read: ReadBytes): Uint8Array | null => {
    const held = hot.get(variant.digest);
    if (held !== undefined) return held;
    const body = read(variant.digest);
    if (body === null) return null;
    if (digestOf(body) !== variant.digest) {
      damagedTotal.add();
      log.error("A body in the store does not hash to its name; it is dropped and another encoding served.", {
        digest: variant.digest,
      });
      onDamaged(variant.digest);
      return null;
    }
    hot.set(variant.digest, body);
    return body;
  };

  const remake = (
    route: Route,
    encoding: Exclude<Encoding, "identity">,
    read: ReadBytes,
  ): Uint8Array | null => {
    const variant = route.variants[encoding];
    const packed = variant === undefined ? null : get(variant, read);
    if (packed === null) return null;
    const { digest, length } = route.variants.identity;
    try {
      const body = inflate[encoding](packed, { maxOutputLength: Math.max(1, length) });
      return digestOf(body) === digest ? body : null;
    } catch {
      // Signed, yet not what it claims to be an encoding of: as good as missing. The next encoding is asked.
      return null;
    }
  };

  const identity = (route: Route, read: ReadBytes): Uint8Array | null => {
    const stored = get(route.variants.identity, read);
    if (stored !== null) return stored;
    for (const encoding of ["gzip", "br", "zstd"] as const) {
      const body = remake(route, encoding, read);
      if (body === null) continue;
      remadeTotal.add();
      hot.set(route.variants.identity.digest, body);
      return body;
    }
    return null;
  };

  return {
    get,
    identity,
    gzip(route, read) {
      const name = `${route.variants.identity.digest}-gzip`;
      const held = hot.get(name);
      if (held !== undefined) return held;
      const body = identity(route, read);
      if (body === null) return null;
      remadeTotal.add();
      const packed = gzipSync(body);
      hot.set(name, packed);
      return packed;
    },
  };
}
