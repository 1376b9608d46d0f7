// What the store tests are made of: folders that are removed, and snapshots signed from plain text.
import { afterEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { seededRandom } from "../../src/base/random.ts";
import { digestOf, digestOfNothing } from "../../src/snapshot/digest.ts";
import { generateKeyPair } from "../../src/snapshot/keys.ts";
import { signManifest } from "../../src/snapshot/manifest.ts";
import { encodePart, partIndex } from "../../src/snapshot/part.ts";
import type { Digest, Route } from "../../src/snapshot/types.ts";
import type { Store } from "../../src/store/open.ts";
import type { Apply, SnapshotStore } from "../../src/store/types.ts";

const signer = generateKeyPair("publisher", seededRandom(7));
const clean: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** A folder of this test alone. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pharos-store-"));
  clean.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Closes a store with its test. */
export function closing<Closable extends Pick<Store, "close">>(store: Closable): Closable {
  clean.push(() => store.close());
  return store;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Sample {
  readonly page?: string;
  readonly epoch?: number;
  readonly generation: number;
  readonly hosts?: readonly string[];
  /** Path to body. */
  readonly routes: Readonly<Record<string, string>>;
  readonly partCount?: number;
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
  const { page = "page1", epoch = 1, generation, hosts = ["status.example.com"], partCount = 4 } = sample;
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

/** Keys of a table, counted. */
export function rowsOf(store: Store, table: keyof Store["tables"]): number {
  store.refresh();
  return store.tables[table].getKeysCount();
}

/** Sweeps until nothing is left, now and when the time of what came ahead is over. */
export async function sweepAll({ snapshots, clock }: Store): Promise<void> {
  for (const laterMs of [0, 2 * limits.stagedKeptMs]) await sweepAt(snapshots, clock.wallMs() + laterMs);
}

/** Sweeps until nothing is left at this time; gives how many turns it took. */
export async function sweepAt(snapshots: SnapshotStore, nowMs: number): Promise<number> {
  for (let turns = 1; turns < 100_000; turns++) if ((await snapshots.sweep(nowMs)).done) return turns;
  throw new Error("The sweep did not end.");
}
