// A remembered route says what the route said: the same part comes out of both.
import { expect, test } from "bun:test";
import { heldRoute, withLazy } from "../../src/publish/held-route.ts";
import { encodePart } from "../../src/snapshot/part.ts";
import type { Route, Variant } from "../../src/snapshot/types.ts";

const variant = (at: number): Variant => ({
  digest: `${at}f00`.padStart(64, "9a0b"),
  length: 7 ** at,
});
const plain: Route = {
  path: "/incidents/ü",
  contentType: "text/html; charset=utf-8",
  cache: "page",
  slot: true,
  variants: { identity: variant(9), gzip: variant(0) },
};
const routes: readonly Route[] = [
  plain,
  { ...plain, path: "/a", slot: false, variants: { ...plain.variants, br: variant(2) } },
  { ...plain, path: "/b", lazy: true, variants: { ...plain.variants, zstd: variant(3) } },
  { ...plain, path: "/c", framed: true, variants: { ...plain.variants, br: variant(4), zstd: variant(5) } },
];

test("a remembered route is the same bytes in a part", () => {
  const asciiPaths = routes.map((route) => ({ ...route, path: encodeURI(route.path) }));
  expect(encodePart(asciiPaths.map(heldRoute))).toEqual(encodePart(asciiPaths));
  for (const route of routes) {
    const { path, contentType, cache, slot, lazy, framed, variants } = heldRoute(route);
    expect({
      path,
      contentType,
      cache,
      slot,
      variants,
      ...(lazy && { lazy }),
      ...(framed && { framed }),
    }).toEqual(route);
  }
});

test("one that is remembered stays the object that it is, until it waits or waits no longer", () => {
  const held = heldRoute(plain);
  expect(heldRoute(held)).toBe(held);
  const lazy = withLazy(held, true);
  expect([lazy.lazy, lazy.variants]).toEqual([true, plain.variants]);
  expect("lazy" in withLazy(lazy, false)).toBe(false);
});

test("over a socket, as JSON, it says all that the route says", () => {
  for (const route of routes) expect(JSON.parse(JSON.stringify(heldRoute(route)))).toEqual(route);
});
