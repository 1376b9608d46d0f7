import { expect, test } from "bun:test";
import { join } from "node:path";
import { type Profile, svgOf, topSelf, treeOf } from "../../bench/flame.ts";

const callFrame = (functionName: string, url = "", lineNumber = -1) => ({ functionName, url, lineNumber });
const source = (path: string): string => `file://${join(process.cwd(), path)}`;

/** main -> a -> hash (3 samples), main -> b (1), b -> a -> hash (1), and idle (4). */
const profile: Profile = {
  nodes: [
    { id: 1, callFrame: callFrame("(root)"), children: [2, 9] },
    { id: 2, callFrame: callFrame("main", source("src/main.ts"), 4), children: [3, 5] },
    { id: 3, callFrame: callFrame("a", source("src/a.ts"), 9), children: [4] },
    { id: 4, callFrame: callFrame("hash", "node:crypto", 0) },
    { id: 5, callFrame: callFrame("b<c>", source("src/b.ts"), 0), children: [6] },
    { id: 6, callFrame: callFrame("a", source("src/a.ts"), 9), children: [7] },
    { id: 7, callFrame: callFrame("hash", "node:crypto", 0) },
    { id: 9, callFrame: callFrame("(idle)") },
  ],
  samples: [4, 9, 4, 9, 4, 9, 5, 9, 7],
};

test("samples add up along the stack, and idle is none", () => {
  const root = treeOf(profile);
  expect(root.count).toBe(5);
  const main = [...root.children.values()][0];
  expect(main).toMatchObject({ name: "main", place: "src/main.ts:5", count: 5, self: 0 });
  expect([...(main?.children.values() ?? [])].map(({ name, count, self }) => [name, count, self])).toEqual([
    ["a", 3, 0],
    ["b<c>", 2, 1],
  ]);
});

test("what costs most by itself is summed over its callers", () => {
  expect(topSelf(treeOf(profile), 2)).toEqual([
    { name: "hash", place: "node:crypto", self: 4 },
    { name: "b<c>", place: "src/b.ts:1", self: 1 },
  ]);
});

test("below a function, its calls from anywhere are one", () => {
  const root = treeOf(profile, "a");
  expect([...root.children.values()].map(({ name, count }) => [name, count])).toEqual([["a", 4]]);
});

test("the picture is static, names everything, and is as wide as the samples say", () => {
  const svg = svgOf(treeOf(profile), "a < b");
  expect(svg).not.toContain("<script");
  expect(svg).not.toContain(process.cwd());
  expect(svg).toContain("<title>b&lt;c&gt; src/b.ts:1: 40.0 %, 2 samples</title>");
  expect(svg).toContain('<rect class="own" x="720" y="64" width="480" height="15"/>');
  expect(svg.match(/<title>/g)).toHaveLength(8);
});

test("a profile without samples is an empty picture", () => {
  expect(svgOf(treeOf({ nodes: [] }), "none")).toContain("0 samples");
});
