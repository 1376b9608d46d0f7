// Mix-and-match and endless data below a signed manifest: what is given, and the one reason with which it is refused, beside its
// honest twin.
import { describe, expect, test } from "bun:test";
import { compressBody, identityFromGzip } from "../../src/snapshot/body.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { encodePart, partIndex } from "../../src/snapshot/part.ts";
import { checkBody, checkPart, checkTree, type SnapshotReason } from "../../src/snapshot/tree.ts";
import type { Variant } from "../../src/snapshot/types.ts";
import { altered, bytesOf, sampleManifest, sampleRoute } from "./samples.ts";

describe("snapshot/what lies below a manifest is offered to a POP", () => {
  const paths = ["/a", "/b", "/c", "/d", "/e", "/f"];
  const path = paths.find((one) => partIndex(one, 2) === 1) ?? "";
  const part = encodePart([sampleRoute(path, "new")]);
  const older = encodePart([sampleRoute(path, "old")]);
  const misplaced = encodePart(paths.map((one) => sampleRoute(one)));
  const manifest = (bytes: Uint8Array) => ({ parts: [0, 1].map(() => digestOf(bytes)) });
  const damaged = bytesOf("PHPT\x01");
  const newer = altered(part, 4, 3);
  const rows: readonly [string, Uint8Array, { parts: readonly string[] }, SnapshotReason | "accepted"][] = [
    ["none: the part that is named", part, manifest(part), "accepted"],
    ["mix-and-match: the part of another generation", older, manifest(part), "digest-mismatch"],
    ["altered part", altered(part, -1), manifest(part), "digest-mismatch"],
    ["a route in a part where nobody looks for it", misplaced, manifest(misplaced), "misplaced-route"],
    ["a named part that is damaged", damaged, manifest(damaged), "undecodable"],
    ["a named part of another release", newer, manifest(newer), "unknown-version"],
  ];
  for (const [attack, given, named, expected] of rows) {
    test(`${attack}: ${expected}`, () => {
      const check = checkPart(given, named, 1);
      expect(check.ok ? "accepted" : check.reason).toBe(expected);
    });
  }

  test("the front takes routes whatever their place is", () => {
    expect(checkPart(misplaced, manifest(misplaced), 0).ok).toBe(true);
  });

  test("a body of another length or content: refused; the one named: accepted", () => {
    const body = bytesOf("a body");
    const variant = { digest: digestOf(body), length: body.length };
    expect(checkBody(body, variant).ok).toBe(true);
    expect(checkBody(bytesOf("a tody"), variant)).toEqual({ ok: false, reason: "digest-mismatch" });
    expect(checkBody(bytesOf("a body and more"), variant)).toEqual({ ok: false, reason: "length-mismatch" });
  });

  // Small bodies are inflated at once, large ones on a thread: both are bounded.
  for (const named of [1_000, 200_000]) {
    test(`endless data: a gzip bomb is inflated no further than the ${named} bytes that are named`, async () => {
      const bomb = await compressBody(new Uint8Array(8 * 1024 * 1024));
      const gzip = bomb.objects.find(([digest]) => digest === bomb.variants.gzip.digest)?.[1] ?? bytesOf("");
      const { identity } = bomb.variants;
      expect((await identityFromGzip(gzip, identity)).ok).toBe(true);
      const shorter = { ...identity, length: named };
      expect(await identityFromGzip(gzip, shorter)).toEqual({ ok: false, reason: "length-mismatch" });
      // Damage near the end is met only by one who inflates that far.
      const damaged = altered(gzip, -20, 0xff);
      expect(await identityFromGzip(damaged, identity)).toEqual({ ok: false, reason: "not-gzip" });
      expect(await identityFromGzip(damaged, shorter)).toEqual({ ok: false, reason: "length-mismatch" });
    });
  }

  test("a gzip body that is not the named one: refused for its length, its digest or its format", async () => {
    const body = await compressBody(bytesOf("the body that is named"));
    const gzip = body.objects.find(([digest]) => digest === body.variants.gzip.digest)?.[1] ?? bytesOf("");
    const { identity } = body.variants;
    expect((await identityFromGzip(gzip, identity)).ok).toBe(true);
    const rows: readonly [Uint8Array, Variant, SnapshotReason][] = [
      [gzip, { ...identity, length: identity.length + 1 }, "length-mismatch"],
      [gzip, { ...identity, length: 0 }, "length-mismatch"],
      [gzip, { ...identity, digest: digestOf(bytesOf("other")) }, "digest-mismatch"],
      [bytesOf("<html>"), identity, "not-gzip"],
      [gzip.subarray(0, -9), identity, "not-gzip"],
      [new Uint8Array(), identity, "not-gzip"],
    ];
    for (const [given, variant, reason] of rows)
      expect(await identityFromGzip(given, variant)).toEqual({ ok: false, reason });
  });

  test("a whole tree: every part in its place, or the first that is not", () => {
    const { parts } = { parts: [0, 1].map((at) => encodePart(at === 1 ? [sampleRoute(path)] : [])) };
    const whole = sampleManifest({ parts: parts.map(digestOf) });
    const held = new Map(parts.map((bytes) => [digestOf(bytes), bytes]));
    const tree = checkTree(whole, (digest) => held.get(digest) ?? null);
    expect(tree.ok && tree.value[1]?.routes[0]?.path).toBe(path);
    expect(checkTree(whole, () => null)).toEqual({ ok: false, reason: "missing" });
    expect(checkTree(whole, () => older)).toEqual({ ok: false, reason: "digest-mismatch" });
  });
});
