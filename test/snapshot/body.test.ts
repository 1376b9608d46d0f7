import { expect, test } from "bun:test";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { seededRandom } from "../../src/base/random.ts";
import { type Body, compressBody, identityFromGzip } from "../../src/snapshot/body.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import type { Variant } from "../../src/snapshot/types.ts";
import { bytesOf } from "./samples.ts";

/** JSON as pages have it: the same fields again and again, no two values alike. */
function pageText(entries: number): Uint8Array {
  const random = seededRandom(entries);
  const entry = (at: number) => ({
    id: Buffer.from(random.bytes(8)).toString("hex"),
    name: `Component ${at}`,
    status: random.below(9) === 0 ? "degraded_performance" : "operational",
    created_at: new Date(1_700_000_000_000 + random.below(2 ** 31)).toISOString(),
    showcase: false,
  });
  return bytesOf(JSON.stringify(Array.from({ length: entries }, (_, at) => entry(at))));
}

function object(body: Body, variant: Variant): Uint8Array {
  const found = body.objects.find(([digest]) => digest === variant.digest)?.[1];
  if (found === undefined) throw new Error(`${variant.digest} is named, but not there.`);
  return found;
}

test("body: every variant inflates to the identity, and each object is what its name says", async () => {
  for (const identity of [new Uint8Array(), bytesOf("x"), pageText(20), pageText(2_000)]) {
    const body = await compressBody(identity);
    const { gzip, br, zstd } = body.variants;
    expect(gunzipSync(object(body, gzip))).toEqual(Buffer.from(identity));
    if (br !== undefined) expect(brotliDecompressSync(object(body, br))).toEqual(Buffer.from(identity));
    if (zstd !== undefined) expect(zstdDecompressSync(object(body, zstd))).toEqual(Buffer.from(identity));
    for (const [digest, bytes] of body.objects) expect(digestOf(bytes)).toBe(digest);
    expect(body.objects[0]?.[0]).toBe(body.variants.identity.digest);
    const back = await identityFromGzip(object(body, gzip), body.variants.identity);
    expect(back.ok && Buffer.from(back.value)).toEqual(Buffer.from(identity));
  }
});

test("body: where zstd was not worth its way, it is not tried for nearly the same body again", async () => {
  const large = pageText(8_000);
  const { zstd, ...without } = (await compressBody(large)).variants;
  expect(zstd).toBeDefined();
  const inPlaceOf = async (bytes: Uint8Array, before: Body["variants"]) =>
    (await compressBody(bytes, before)).variants.zstd?.length;
  expect(await inPlaceOf(large, without)).toBeUndefined();
  expect(await inPlaceOf(large.subarray(0, 0.9 * large.length), without)).toBeUndefined();
  expect(await inPlaceOf(large, { ...without, zstd: without.gzip })).toBe(zstd?.length);
  const small = { ...without, identity: { ...without.identity, length: large.length / 2 } };
  expect(await inPlaceOf(large, small)).toBe(zstd?.length);
});

test("body: an encoding is offered where it is smaller than the one before it, zstd where that is worth its way", async () => {
  const letters = seededRandom(4);
  const short = Array.from({ length: 30_000 }, () => ["a", "b", "cd"][letters.below(3)]).join(" ");
  expect((await compressBody(bytesOf(short))).variants).toContainAllKeys(["identity", "gzip"]);
  const noise = await compressBody(seededRandom(1).bytes(64 * 1024));
  for (const bytes of [pageText(20), pageText(2_000)]) {
    const { gzip, br } = (await compressBody(bytes)).variants;
    expect(br?.length).toBeLessThan(gzip.length);
  }
  const { gzip, br, zstd } = noise.variants;
  if (br !== undefined) expect(br.length).toBeLessThan(gzip.length);
  if (zstd !== undefined) expect(zstd.length).toBeLessThan(br?.length ?? gzip.length);
  const fourTimes = Buffer.concat(new Array(4).fill(seededRandom(1).bytes(9_000)));
  expect((await compressBody(fourTimes)).variants.zstd).toBeUndefined();
  const large = (await compressBody(pageText(8_000))).variants;
  expect(large.zstd?.length).toBeLessThan(0.95 * (large.br?.length ?? 0));
});
