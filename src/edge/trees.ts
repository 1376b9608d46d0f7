// Manifests and parts, decoded once. In: a digest, a way to read its bytes. Out: the decoded value, or null where it is missing or damaged.
// Bytes under a digest never change, so what was verified and decoded once is kept, within a bound.
import { limits } from "../base/limits.ts";
import type { Log } from "../base/log.ts";
import type { Metrics } from "../base/metrics.ts";
import { createRecent } from "../base/recent.ts";
import type { Result } from "../base/result.ts";
import { digestOf } from "../snapshot/digest.ts";
import { frontPart } from "../snapshot/front.ts";
import { decodePart, findRoute, partIndex } from "../snapshot/part.ts";
import type { Digest, Manifest, Part, Route } from "../snapshot/types.ts";

/** Opens a signed manifest: signature, key, and what the key may claim. */
export type OpenRoot = (bytes: Uint8Array) => Result<Manifest, string>;
export type ReadBytes = (digest: Digest) => Uint8Array | null;

export interface Trees {
  manifest(digest: Digest, read: ReadBytes): Manifest | null;
  part(digest: Digest, read: ReadBytes): Part | null;
}

interface Held<Value> {
  readonly value: Value;
  readonly bytes: number;
}

export function createTrees(openRoot: OpenRoot, log: Log, metrics: Metrics): Trees {
  const damaged = metrics.counter(
    "edge_tree_refused_total",
    "Manifests and parts that did not verify when read.",
  );
  const manifests = createRecent<Held<Manifest>>(limits.hotTreeBytesMax / 2, (held) => held.bytes);
  const parts = createRecent<Held<Part>>(limits.hotTreeBytesMax / 2, (held) => held.bytes);
  const said = new Set<Digest>();
  const open = <Value>(
    digest: Digest,
    read: ReadBytes,
    decode: (bytes: Uint8Array) => Result<Value, string>,
  ): Held<Value> | null => {
    const bytes = read(digest);
    if (bytes === null) return null;
    const decoded =
      digestOf(bytes) === digest ? decode(bytes) : ({ ok: false, reason: "digest-mismatch" } as const);
    if (decoded.ok) return { value: decoded.value, bytes: bytes.length };
    damaged.add();
    if (!said.has(digest) && said.size < saidMax) {
      said.add(digest);
      log.error(
        "A manifest or part in the store does not verify; its routes answer 503 until the source sends it again.",
        {
          digest,
          reason: decoded.reason,
        },
      );
    }
    return null;
  };
  const through = <Value>(
    held: ReturnType<typeof createRecent<Held<Value>>>,
    decode: (bytes: Uint8Array) => Result<Value, string>,
  ) => {
    return (digest: Digest, read: ReadBytes): Value | null => {
      const known = held.get(digest);
      if (known !== undefined) return known.value;
      const opened = open(digest, read, decode);
      if (opened === null) return null;
      held.set(digest, opened);
      return opened.value;
    };
  };
  return { manifest: through(manifests, openRoot), part: through(parts, decodePart) };
}

/** The route of `path`, wherever it stands; null where it is not there, or its part is not readable. */
export function routeAt(trees: Trees, { parts }: Manifest, read: ReadBytes, path: string): Route | null {
  for (const index of [frontPart, partIndex(path, parts.length)]) {
    const part = trees.part(parts[index] ?? "", read);
    const route = part === null ? null : findRoute(part, path);
    if (route !== null) return route;
  }
  return null;
}

/** Each damaged digest is named once in the log. */
const saidMax = 1_000;
