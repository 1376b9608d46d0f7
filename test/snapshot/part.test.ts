import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { decodePart, encodePart, findRoute, partCountFor, partIndex } from "../../src/snapshot/part.ts";
import type { Route } from "../../src/snapshot/types.ts";
import { bytesOf, sampleRoute, sampleRoutes } from "./samples.ts";

function decoded(bytes: Uint8Array): readonly Route[] {
  const part = decodePart(bytes);
  if (!part.ok) throw new Error(part.reason);
  return part.value.routes;
}

test("part: every shape of a route comes back as it went in, sorted by path", () => {
  const zstd = { digest: "ab".repeat(32), length: limits.objectBytesMax };
  const { identity, gzip } = sampleRoute("/").variants;
  const routes = [
    sampleRoute("/z~%20é".replace("é", "%C3%A9")),
    sampleRoute("/", "", { slot: false, cache: "feed", variants: { identity, gzip } }),
    sampleRoute("/Z", "", { cache: "immutable", variants: { identity, gzip, zstd } }),
    sampleRoute("/a", "", { variants: { identity, gzip, br: gzip, zstd } }),
    sampleRoute("/lazy", "", { lazy: true }),
    sampleRoute("/framed", "", { slot: false, framed: true }),
    sampleRoute("/both", "", { lazy: true, framed: true, cache: "immutable" }),
    sampleRoute(`/${"p".repeat(limits.pathBytesMax - 1)}`),
  ];
  expect(decoded(encodePart(routes))).toEqual(routes.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  expect(decoded(encodePart([]))).toEqual([]);
});

test("part: the order in which routes came does not matter to the bytes", () => {
  const routes = sampleRoutes(40);
  expect(encodePart(routes.toReversed())).toEqual(encodePart(routes));
});

test("part: what a POP would refuse is never written", () => {
  const { identity, gzip } = sampleRoute("/").variants;
  const wrong: Partial<Route>[] = [
    { path: "no-slash" },
    { path: "/with blank" },
    { path: "/with?query" },
    { path: "/é" },
    { path: `/${"p".repeat(limits.pathBytesMax)}` },
    { contentType: "text/html\r\nSet-Cookie: a=b" },
    { contentType: "" },
    { variants: { identity: { digest: "short", length: 1 }, gzip } },
    { variants: { identity: { digest: identity.digest, length: -1 }, gzip } },
    { variants: { identity: { digest: identity.digest, length: 1.5 }, gzip } },
  ];
  for (const more of wrong) expect(() => encodePart([sampleRoute("/", "", more)])).toThrow();
});

test("part: a byte over the limit is refused before it is read", () => {
  expect(decodePart(new Uint8Array(limits.partBytesMax + 1))).toEqual({ ok: false, reason: "too-long" });
});

test("part: each route is found, and its neighbours are not", () => {
  const routes = sampleRoutes(25).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const route of routes) {
    expect(findRoute({ routes }, route.path)).toBe(route);
    expect(findRoute({ routes }, `${route.path}0`)).toBeNull();
  }
  for (const path of ["", "/", "/zzz"]) expect(findRoute({ routes }, path)).toBeNull();
  expect(findRoute({ routes: [] }, "/")).toBeNull();
});

/** FNV-1a of 32 bits as its specification writes it, in integers without bound. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5n;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n;
  return Number(hash);
}

test("part: a path's place is FNV-1a with its upper half folded in, in every count of parts", () => {
  expect(fnv1a(bytesOf("foobar"))).toBe(0xbf9cf968);
  for (const path of ["/", "/api/v2/summary.json", "/incidents/abc", "/~"]) {
    const hash = fnv1a(bytesOf(path));
    for (let count = 1; count <= 256; count *= 2)
      expect(partIndex(path, count)).toBe((hash ^ (hash >>> 16)) & (count - 1));
  }
});

test("part: 5,200 routes spread over 256 parts without a crowd", () => {
  const sizes = new Array<number>(256).fill(0);
  for (const { path } of sampleRoutes(5_200)) {
    const index = partIndex(path, 256);
    sizes[index] = (sizes[index] ?? 0) + 1;
  }
  expect(Math.max(...sizes)).toBeLessThan(48);
  expect(Math.min(...sizes)).toBeGreaterThan(4);
});

test("part: the count is a power of two near 24 routes each", () => {
  const rows = [
    [0, 1],
    [1, 1],
    [24, 1],
    [25, 2],
    [200, 16],
    [3_073, 256],
    [5_200, 256],
    [1_000_000, 256],
  ] as const;
  for (const [routes, parts] of rows) expect([routes, partCountFor(routes)]).toEqual([routes, parts]);
});

test("part: a page that grows and shrinks around a border keeps its count, one that changes much does not", () => {
  expect(partCountFor(3_072, 256)).toBe(256);
  expect(partCountFor(3_073, 128)).toBe(128);
  expect(partCountFor(1_537, 256)).toBe(256);
  expect(partCountFor(1_500, 256)).toBe(64);
  expect(partCountFor(6_145, 128)).toBe(256);
  expect(partCountFor(1_000_000, 256)).toBe(256);
  expect(partCountFor(0, 4)).toBe(1);
});
