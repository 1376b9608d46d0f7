import { expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { whole } from "../../src/base/slices.ts";
import {
  assemble,
  assemblingChange,
  type Snapshot,
  type SnapshotInput,
} from "../../src/snapshot/assemble.ts";
import { diffSnapshots } from "../../src/snapshot/diff.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { frontPart } from "../../src/snapshot/front.ts";
import { decodePart } from "../../src/snapshot/part.ts";
import { checkTree } from "../../src/snapshot/tree.ts";
import type { Digest, Part, Route } from "../../src/snapshot/types.ts";
import { publisher, root, sampleManifest, sampleRoute, sampleRoutes, sampleTrust } from "./samples.ts";

const key = publisher.secretKey;

function input(routes: readonly Route[], generation = 7): SnapshotInput {
  const { parts: _, ...fields } = sampleManifest({ generation });
  return { ...fields, routes };
}

const byPath = (a: Route, b: Route): number => (a.path < b.path ? -1 : 1);

/** What a POP holds after these snapshots. */
function treeOf(...snapshots: readonly Snapshot[]): ReadonlyMap<Digest, Uint8Array> {
  return new Map(snapshots.flatMap((snapshot) => snapshot.parts));
}

function partReader(tree: ReadonlyMap<Digest, Uint8Array>): (digest: Digest) => Part | null {
  return (digest) => {
    const bytes = tree.get(digest);
    const part = bytes === undefined ? null : decodePart(bytes);
    return part?.ok === true ? part.value : null;
  };
}

const pathsOf = (snapshot: Snapshot, tree = treeOf(snapshot)): string[] => {
  const parts = checkTree(snapshot.manifest, (digest) => tree.get(digest) ?? null);
  if (!parts.ok) throw new Error(parts.reason);
  return parts.value.flatMap((part) => part.routes.map((route) => route.path)).sort();
};

test("assemble: a POP that trusts the key takes the snapshot and finds every route in it", () => {
  const routes = sampleRoutes(500);
  const snapshot = assemble(input(routes), key);
  const check = sampleTrust().checkManifest(snapshot.manifestBytes, null);
  expect(check.ok && check.head).toEqual(snapshot.head);
  expect(snapshot.manifest.parts).toHaveLength(32);
  expect(pathsOf(snapshot)).toEqual(routes.map((route) => route.path).sort());
});

test("assemble: one changed route of 5,200 makes one part and a manifest, under 20 kB in all", () => {
  const routes = sampleRoutes(5_200);
  const first = assemble(input(routes), key);
  const changed = routes.with(77, sampleRoute(routes[77]?.path ?? "", "news"));
  const second = assemble(input(changed, 8), key, first);
  expect(second.parts).toHaveLength(1);
  const bytes = second.manifestBytes.length + (second.parts[0]?.[1].length ?? 0);
  expect(bytes).toBeLessThan(20_000);
  expect(pathsOf(second, treeOf(first, second))).toHaveLength(5_200);
});

test("assemble: what most generations change stands together, and a change to all of it makes one part", () => {
  const front = ["/", "/history", "/history.atom", "/api/v2/summary.json", "/api/v2/status.json"];
  const page = (words: string) => [...front.map((path) => sampleRoute(path, words)), ...sampleRoutes(5_000)];
  const first = assemble(input(page("old")), key);
  const second = assemble(input(page("new"), 8), key, first);
  expect(second.groups[frontPart]?.map(({ path }) => path)).toEqual(expect.arrayContaining(front));
  expect(second.parts.map(([digest]) => digest)).toEqual([second.manifest.parts[frontPart] ?? ""]);
  expect(pathsOf(second, treeOf(first, second))).toHaveLength(5_005);
});

test("assemble: the root stands in front however many pages it has, and languages before folders of long names", () => {
  const root = Array.from({ length: 30 }, (_none, at) => `/page-${at}`);
  const other = ["/ar/history", "/de/history", "/api/v2/summary.json"];
  const long = Array.from(
    { length: 4 * limits.partRoutesAim },
    (_none, at) => `/a-long-folder-${at % 4}/${at}`,
  );
  const routes = [...[...long, ...other, ...root].map((path) => sampleRoute(path)), ...sampleRoutes(5_000)];
  const { groups } = assemble(input(routes), key);
  const front = groups[frontPart]?.map(({ path }) => path);
  expect(front).toEqual(expect.arrayContaining([...root, ...other]));
});

test("assemble: a page of thousands of small folders has a front like any other", () => {
  const routes = Array.from({ length: 9_000 }, (_none, at) =>
    sampleRoute(`/docs/${Math.floor(at / 3)}/${at % 3}`),
  );
  const { groups } = assemble(input(routes), key);
  expect(groups[frontPart]?.length).toBeLessThan(limits.frontRoutesMax + 80);
});

test("assemble: what was kept from last time changes nothing in the bytes", () => {
  const routes = sampleRoutes(300);
  const first = assemble(input(routes), key);
  const next = [...routes.slice(5), sampleRoute("/new"), sampleRoute("/incidents/1", "other")];
  const unique = [...new Map(next.map((route) => [route.path, route])).values()];
  const partCount = first.manifest.parts.length;
  for (const last of [first, { manifest: first.manifest }]) {
    const incremental = assemble(input(unique, 8), key, last);
    expect(incremental.manifest.parts).toHaveLength(partCount);
    expect(incremental.manifestBytes).toEqual(assemble(input(unique, 8), key).manifestBytes);
    expect(incremental.parts.length).toBeLessThan(partCount);
  }
});

test("assemble: changed routes alone give what all routes give, and one that is not there is a defect", () => {
  const front = ["/", "/history", "/history.atom"].map((path) => sampleRoute(path));
  const routes = [...front, ...sampleRoutes(1_500)];
  const first = assemble(input(routes), key);
  const news = ["/", "/incidents/77", "/incidents/15a"].map((path) => sampleRoute(path, "news"));
  const after = routes.map((route) => news.find(({ path }) => path === route.path) ?? route);
  const { routes: _, ...fields } = input([], 8);
  const changed = whole(assemblingChange({ ...fields, changed: news }, first));
  expect(changed.manifest).toEqual(assemble(input(after, 8), key, first).manifest);
  expect(changed.parts.length).toBeGreaterThan(1);
  expect(changed.groups.flat().toSorted(byPath)).toEqual(after.toSorted(byPath));
  expect(first.groups.flat().toSorted(byPath)).toEqual(routes.toSorted(byPath));
  expect(() => whole(assemblingChange({ ...fields, changed: [sampleRoute("/new")] }, first))).toThrow("/new");
});

test("assemble: a page that loses the route over a border keeps its parts", () => {
  const first = assemble(input(sampleRoutes(97)), key);
  const second = assemble(input(sampleRoutes(96), 8), key, first);
  expect([first, second].map((snapshot) => snapshot.manifest.parts.length)).toEqual([8, 8]);
  expect(second.parts).toHaveLength(1);
});

test("assemble: routes that are equal but not the same objects still send nothing", () => {
  const first = assemble(input(sampleRoutes(300)), key);
  expect(assemble(input(sampleRoutes(300), 8), key, first).parts).toEqual([]);
});

test("assemble: two routes of one path, or a root key, never become a snapshot", () => {
  expect(() => assemble(input([sampleRoute("/"), sampleRoute("/", "b")]), key)).toThrow("not hold");
  expect(() => assemble(input([sampleRoute("/")]), root.secretKey)).toThrow("publisher key");
});

test("assemble: what a POP would refuse is not signed", () => {
  const routes = [sampleRoute("/")];
  const wrong: Partial<SnapshotInput>[] = [
    { page: "../other" },
    { hosts: ["UPPER.example"] },
    { hosts: ["twice.example", "twice.example"] },
    { hosts: ["with.port:80"] },
    { generation: -1 },
    { banners: { __proto: "x" } },
    { banners: { en: "x".repeat(1_001) } },
  ];
  for (const more of wrong) expect(() => assemble({ ...input(routes), ...more }, key)).toThrow();
});

test("diff: added, removed and changed paths, and the parts that carry them", () => {
  const routes = sampleRoutes(200);
  const older = assemble(input(routes), key);
  const next = [...routes.slice(1), sampleRoute("/new")].with(9, sampleRoute("/incidents/a", "news"));
  const newer = assemble(input(next, 8), key, older);
  const diff = diffSnapshots(older.manifest, newer.manifest, partReader(treeOf(older, newer)));
  const fresh = new Set(newer.parts.map(([digest]) => digest));
  expect(diff).toEqual({
    ok: true,
    value: {
      added: ["/new"],
      removed: ["/incidents/0"],
      changed: ["/incidents/a"],
      parts: newer.manifest.parts.flatMap((digest, at) => (fresh.has(digest) ? [at] : [])),
    },
  });
});

test("diff: against nothing all is added; against itself nothing; across another count of parts only what changed", () => {
  const few = assemble(input(sampleRoutes(20)), key);
  const many = assemble(
    input([...sampleRoutes(20), sampleRoute("/a"), ...sampleRoutes(99).slice(20)], 8),
    key,
    few,
  );
  const reader = partReader(treeOf(few, many));
  const first = diffSnapshots(null, few.manifest, reader);
  expect(first.ok && first.value.added).toHaveLength(20);
  const same = diffSnapshots(few.manifest, few.manifest, () => null);
  expect(same).toEqual({ ok: true, value: { parts: [], added: [], removed: [], changed: [] } });
  const grown = diffSnapshots(few.manifest, many.manifest, reader);
  expect(grown.ok && [grown.value.added.length, grown.value.changed, grown.value.removed]).toEqual([
    80,
    [],
    [],
  ]);
  expect(diffSnapshots(null, few.manifest, () => null)).toEqual({ ok: false, reason: "missing" });
});

test("assemble: the head names the signed bytes", () => {
  const snapshot = assemble(input(sampleRoutes(3)), key);
  expect(snapshot.head.manifest).toBe(digestOf(snapshot.manifestBytes));
});
