// Snapshots signed from plain text. In: paths and bodies. Out: what a store applies. Pure, so that a process of a test can use it too.
import { seededRandom } from "../../src/base/random.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signManifest } from "../../src/snapshot/manifest.ts";
import { encodePart, partIndex } from "../../src/snapshot/part.ts";
import type { Digest, Route } from "../../src/snapshot/types.ts";
import type { Apply } from "../../src/store/types.ts";

const signer = generateKeyPair("publisher", seededRandom(7));

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Sample {
  readonly page?: string;
  readonly epoch?: number;
  readonly generation: number;
  readonly hosts?: readonly string[];
  /** Path to body. */
  readonly routes: Readonly<Record<string, string>>;
  readonly partCount?: number;
  /** Paths whose bodies may come later. */
  readonly lazy?: readonly string[];
}

interface Body {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

const bodies = new Map<string, { readonly identity: Body; readonly gzip: Body }>();

/** Kept between calls: a test that publishes thousands of times hashes a body once. */
function bodiesOf(text: string): { readonly identity: Body; readonly gzip: Body } {
  const known = bodies.get(text);
  if (known !== undefined) return known;
  if (bodies.size > 2_000) bodies.clear();
  const make = (encoding: string): Body => {
    const bytes = bytesOf(`${encoding} ${text}`);
    return { digest: digestOf(bytes), bytes };
  };
  const made = { identity: make("identity"), gzip: make("gzip") };
  bodies.set(text, made);
  return made;
}

/** A complete generation: every part and body is in it, also those that an earlier one brought. */
export function sampleApply(sample: Sample): Apply {
  const {
    page = "page1",
    epoch = 1,
    generation,
    hosts = ["status.example.com"],
    partCount = 4,
    lazy = [],
  } = sample;
  const objects = new Map<Digest, Uint8Array>();
  const buckets: Route[][] = Array.from({ length: partCount }, () => []);
  for (const [path, body] of Object.entries(sample.routes)) {
    const { identity, gzip } = bodiesOf(body);
    for (const { digest, bytes } of [identity, gzip]) objects.set(digest, bytes);
    const variants = {
      identity: { digest: identity.digest, length: identity.bytes.length },
      gzip: { digest: gzip.digest, length: gzip.bytes.length },
    };
    buckets[partIndex(path, partCount)]?.push({
      path,
      contentType: "text/html; charset=utf-8",
      cache: "page",
      slot: false,
      ...(lazy.includes(path) && { lazy: true as const }),
      variants,
    });
  }
  const parts = buckets.map(encodePart);
  const manifest = signManifest(
    {
      page,
      hosts,
      epoch,
      generation,
      previous: digestOfNothing,
      createdMs: 1_750_000_000_000 + generation,
      parts: parts.map(digestOf),
      banners: {},
    },
    signer.secretKey,
  );
  const head = { page, epoch, generation, manifest: digestOf(manifest) };
  const tree = [manifest, ...parts].map((bytes) => [digestOf(bytes), bytes] as const);
  return { head, hosts, createdMs: 1_750_000_000_000 + generation, tree, objects: [...objects] };
}

/** The digest under which `body` of a sample is stored. */
export const sampleDigest = (body: string, encoding = "gzip"): Digest =>
  digestOf(bytesOf(`${encoding} ${body}`));

/** Of the page that import-killed.test.ts imports: its transaction takes long enough to be killed in. */
export const importSizes = { components: 40, incidents: 300, subscribers: 0 } as const;
