import { describe, expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { bytesOf, sampleApply, sampleDigest } from "./samples.ts";
import { closing, freshFolder, rowsOf, sweepAll } from "./stores.ts";

const open = (folder = freshFolder()): Store =>
  closing(openStore({ folder, clock: manualClock(), log: silentLog }));

describe("store/snapshots: one generation", () => {
  test("an apply shows its head, hosts, tree, bodies and notes, also after a restart", async () => {
    const folder = freshFolder();
    const first = openStore({ folder, clock: manualClock(), log: silentLog });
    const apply = {
      ...sampleApply({ generation: 1, routes: { "/": "front" } }),
      notes: [["a", bytesOf("notes")]] as const,
    };
    await first.snapshots.apply(apply);
    await first.close();
    const { snapshots } = open(folder);
    expect(snapshots.heads()).toEqual([apply.head]);
    expect(snapshots.head("page1")).toEqual(apply.head);
    expect(snapshots.pageOf("status.example.com")).toBe("page1");
    expect(snapshots.pageOf("other.example.com")).toBeNull();
    expect(digestOf(snapshots.tree(apply.head.manifest) ?? new Uint8Array())).toBe(apply.head.manifest);
    expect(snapshots.object(sampleDigest("front"))).toEqual(Buffer.from("gzip front"));
    expect([...snapshots.notes("page1")]).toEqual([["a", new Uint8Array(bytesOf("notes"))]]);
  });

  test("bytes that are read are the caller's own and exactly as long as what was stored", async () => {
    const { snapshots } = open();
    for (const length of [0, 1, 40, 4_000, 33_000, 70_000, 3_000_000]) {
      const bytes = new Uint8Array(length).fill(length % 251);
      await snapshots.stage([[digestOf(bytes), bytes]]);
      const read = snapshots.object(digestOf(bytes));
      expect(read?.byteLength).toBe(length);
      expect(digestOf(read ?? new Uint8Array([1]))).toBe(digestOf(bytes));
      expect(await new Response(read).arrayBuffer()).toHaveProperty("byteLength", length);
      snapshots.object(sampleDigest("another"));
      expect(digestOf(read ?? new Uint8Array([1]))).toBe(digestOf(bytes));
    }
  });

  test.each([
    ["the same generation", { epoch: 1, generation: 5 }],
    ["a lower generation", { epoch: 1, generation: 4 }],
    ["a lower epoch", { epoch: 0, generation: 9 }],
  ])("%s is refused and the head stays", async (_name, number) => {
    const { snapshots } = open();
    const held = sampleApply({ generation: 5, routes: { "/": "kept" } });
    await snapshots.apply(held);
    const attempt = snapshots.apply(sampleApply({ ...number, routes: { "/": "other" } }));
    expect(attempt).rejects.toMatchObject({ code: "document-refused" });
    await attempt.catch(() => undefined);
    expect(snapshots.heads()).toEqual([held.head]);
    expect(snapshots.hasObject(sampleDigest("other"))).toBe(false);
  });

  test("a tree with a missing part is refused as a whole", async () => {
    const { snapshots } = open();
    const whole = sampleApply({ generation: 1, routes: { "/": "front" } });
    const attempt = snapshots.apply({ ...whole, tree: whole.tree.slice(0, 2) });
    expect(attempt).rejects.toMatchObject({ code: "document-refused" });
    await attempt.catch(() => undefined);
    expect([snapshots.heads(), snapshots.hasTree(whole.head.manifest)]).toEqual([[], false]);
  });

  test("a generation that brings only what is new is whole with what was there", async () => {
    const { snapshots } = open();
    const first = sampleApply({ generation: 1, routes: { "/a": "a", "/b": "b", "/c": "c" } });
    await snapshots.apply(first);
    const second = sampleApply({ generation: 2, routes: { "/a": "a", "/b": "b2", "/c": "c" } });
    const known = new Set([...first.tree, ...first.objects].map(([digest]) => digest));
    const fresh = <Entry extends readonly [string, Uint8Array]>(entries: readonly Entry[]) =>
      entries.filter(([digest]) => !known.has(digest));
    await snapshots.apply({ ...second, tree: fresh(second.tree), objects: fresh(second.objects) });
    expect(second.tree.every(([digest]) => snapshots.hasTree(digest))).toBe(true);
    expect(second.objects.every(([digest]) => snapshots.hasObject(digest))).toBe(true);
  });
});

describe("store/snapshots: hosts", () => {
  test("a host that a generation no longer names is released", async () => {
    const { snapshots } = open();
    await snapshots.apply(sampleApply({ generation: 1, hosts: ["a.example", "b.example"], routes: {} }));
    await snapshots.apply(sampleApply({ generation: 2, hosts: ["b.example", "c.example"], routes: {} }));
    expect(["a.example", "b.example", "c.example"].map(snapshots.pageOf)).toEqual([null, "page1", "page1"]);
  });

  test("a host of another page stays there, and releasing it does not take it from its owner", async () => {
    const { snapshots } = open();
    const hosts = ["shared.example"];
    await snapshots.apply(sampleApply({ page: "owner", generation: 1, hosts, routes: {} }));
    await snapshots.apply(sampleApply({ page: "thief", generation: 1, hosts, routes: {} }));
    expect(snapshots.pageOf("shared.example")).toBe("owner");
    await snapshots.apply(sampleApply({ page: "thief", generation: 2, hosts: [], routes: {} }));
    expect(snapshots.pageOf("shared.example")).toBe("owner");
    await snapshots.apply(sampleApply({ page: "owner", generation: 2, hosts: [], routes: {} }));
    await snapshots.apply(sampleApply({ page: "thief", generation: 3, hosts, routes: {} }));
    expect(snapshots.pageOf("shared.example")).toBe("thief");
  });
});

describe("store/snapshots: documents and removal", () => {
  test("documents are found by kind and subject, the latest of each", async () => {
    const { snapshots } = open();
    await snapshots.putDocument({ kind: "epoch", subject: "page1", bytes: bytesOf("one") });
    await snapshots.putDocument({ kind: "epoch", subject: "page1", bytes: bytesOf("two") });
    await snapshots.putDocument({ kind: "epoch", subject: "page2", bytes: bytesOf("three") });
    await snapshots.putDocument({ kind: "epochs", subject: "page1", bytes: bytesOf("four") });
    expect(
      snapshots.documents("epoch").map(({ subject, bytes }) => [subject, Buffer.from(bytes).toString()]),
    ).toEqual([
      ["page1", "two"],
      ["page2", "three"],
    ]);
    expect(snapshots.document("epochs", "page1")).toEqual(Buffer.from("four"));
    expect(snapshots.document("epochs", "page2")).toBeNull();
  });

  test("a removal forgets the page and its hosts at once, and sweeping all that it held", async () => {
    const store = open();
    const { snapshots } = store;
    for (let generation = 1; generation <= 3; generation++)
      await snapshots.apply(
        sampleApply({ generation, routes: { "/": `body ${generation}`, "/same": "same" } }),
      );
    await snapshots.apply(
      sampleApply({ page: "other", generation: 1, hosts: ["o.example"], routes: { "/": "same" } }),
    );
    const document = { kind: "removal", subject: "page1", bytes: bytesOf("signed") };
    await snapshots.putDocument(document, { page: "page1", hosts: ["old.example", "o.example"] });
    expect(snapshots.heads().map(({ page }) => page)).toEqual(["other"]);
    expect(["status.example.com", "old.example", "o.example"].map(snapshots.isGone)).toEqual([
      true,
      true,
      false,
    ]);
    expect(["status.example.com", "o.example"].map(snapshots.pageOf)).toEqual([null, "other"]);
    await sweepAll(store);
    expect(rowsOf(store, "tree")).toBe(3);
    expect(rowsOf(store, "objects")).toBe(2);
    expect(snapshots.hasObject(sampleDigest("same"))).toBe(true);
  });

  test("freshness is what was written last", async () => {
    const folder = freshFolder();
    const first = openStore({ folder, clock: manualClock(), log: silentLog });
    expect(first.snapshots.freshness()).toBeNull();
    const freshness = { sequence: 7, confirmedMs: 1, acceptedMs: 2, level: 1, behind: { page1: 3 } } as const;
    await first.snapshots.putFreshness(freshness);
    await first.close();
    expect(open(folder).snapshots.freshness()).toEqual(freshness);
  });
});
