import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { digestOf } from "../../src/snapshot/digest.ts";
import { openStore, type Store, storeFile } from "../../src/store/open.ts";
import type { Apply } from "../../src/store/types.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { count } from "../support/seed.ts";
import { bytesOf, sampleApply, sampleDigest } from "./samples.ts";
import { closing, freshFolder, memoryPlace, rowsOf, sweepAll, sweepAt } from "./stores.ts";

/** What is written is seventeen times what is live by then. */
const publishes = count(1_000, 10_000);

function open(folder = freshFolder()): { store: Store; clock: ManualClock; folder: string } {
  const clock = manualClock();
  return { store: closing(openStore({ folder, clock, log: silentLog })), clock, folder };
}

describe("store/sweep: what is kept", () => {
  test("the last generations stay whole, what only earlier ones named goes", async () => {
    const { store, clock } = open();
    const applies: Apply[] = [];
    for (let generation = 1; generation <= limits.generationsKept + 5; generation++) {
      const apply = sampleApply({ generation, routes: { "/": `front ${generation}`, "/about": "about" } });
      applies.push(apply);
      await store.snapshots.apply(apply);
      await clock.advance(1_000);
    }
    await sweepAll(store);
    for (const [at, apply] of applies.entries()) {
      const whole =
        apply.tree.every(([digest]) => store.snapshots.hasTree(digest)) &&
        apply.objects.every(([digest]) => store.snapshots.hasObject(digest));
      expect([apply.head.generation, whole]).toEqual([apply.head.generation, at >= 5]);
    }
    expect(store.snapshots.hasObject(sampleDigest("about"))).toBe(true);
    expect(rowsOf(store, "history")).toBe(limits.generationsKept);
  });

  test("a generation that was replaced a day ago goes, the current one stays however old it is", async () => {
    const { store, clock } = open();
    await store.snapshots.apply(sampleApply({ generation: 1, routes: { "/": "one" } }));
    await clock.advance(3 * limits.generationsKeptMs);
    await store.snapshots.apply(sampleApply({ generation: 2, routes: { "/": "two" } }));
    await sweepAll(store);
    expect(store.snapshots.hasObject(sampleDigest("one"))).toBe(true);
    await clock.advance(limits.generationsKeptMs + 1);
    await sweepAll(store);
    expect([sampleDigest("one"), sampleDigest("two")].map(store.snapshots.hasObject)).toEqual([false, true]);
    await clock.advance(30 * limits.generationsKeptMs);
    await sweepAll(store);
    expect(store.snapshots.hasObject(sampleDigest("two"))).toBe(true);
  });

  test("a body that comes back, or that another page names, outlives the generation that dropped it", async () => {
    const { store, clock } = open();
    const { snapshots } = store;
    const routes = [{ "/": "back" }, { "/": "shared" }, { "/": "gone" }, { "/": "back" }];
    for (const [at, each] of routes.entries())
      await snapshots.apply(sampleApply({ generation: at + 1, routes: each }));
    await snapshots.apply(
      sampleApply({ page: "other", generation: 1, hosts: [], routes: { "/x": "shared" } }),
    );
    await clock.advance(limits.generationsKeptMs + 1);
    await sweepAll(store);
    expect(["back", "shared", "gone"].map((body) => snapshots.hasObject(sampleDigest(body)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("a body that many parts named goes when all of them drop it at once", async () => {
    const { store, clock } = open();
    const everywhere = (body: string) =>
      Object.fromEntries([..."abcdefghij"].map((name) => [`/${name}`, body]));
    await store.snapshots.apply(sampleApply({ generation: 1, routes: everywhere("old") }));
    await store.snapshots.apply(sampleApply({ generation: 2, routes: everywhere("new") }));
    await clock.advance(limits.generationsKeptMs + 1);
    await sweepAll(store);
    expect(["old", "new"].map((body) => store.snapshots.hasObject(sampleDigest(body)))).toEqual([
      false,
      true,
    ]);
  });

  test("a generation that counts on a body which was swept meanwhile is refused as a whole", async () => {
    const { store, clock } = open();
    const { snapshots } = store;
    await snapshots.apply(sampleApply({ generation: 1, routes: { "/": "late" } }));
    const second = sampleApply({ generation: 2, routes: { "/": "other" } });
    await snapshots.apply(second);
    const again = sampleApply({ generation: 3, routes: { "/": "late" } });
    expect(onlyNew(store, again).objects).toEqual([]);
    await clock.advance(limits.generationsKeptMs + 1);
    await sweepAll(store);
    const attempt = snapshots.apply({ ...again, objects: [] });
    expect(attempt).rejects.toMatchObject({ code: "document-refused" });
    await attempt.catch(() => undefined);
    expect(snapshots.heads()).toEqual([second.head]);
    await snapshots.apply(onlyNew(store, again));
    expect(snapshots.heads()).toEqual([again.head]);
  });
});

describe("store/sweep: bodies ahead of their generation", () => {
  test("staged bodies go when no generation comes, and stay when one does", async () => {
    const { store, clock } = open();
    const { snapshots } = store;
    const apply = sampleApply({ generation: 1, routes: { "/": "awaited" } });
    const orphan = bytesOf("orphan");
    await snapshots.stage([...apply.objects, [digestOf(orphan), orphan]]);
    await sweepAt(snapshots, clock.wallMs());
    expect(snapshots.hasObject(digestOf(orphan))).toBe(true);
    await snapshots.apply({ ...apply, objects: [] });
    await clock.advance(limits.stagedKeptMs + 1);
    await sweepAt(snapshots, clock.wallMs());
    expect([digestOf(orphan), sampleDigest("awaited")].map(snapshots.hasObject)).toEqual([false, true]);
    expect(rowsOf(store, "orphans")).toBe(0);
  });

  test("ten thousand orphans go in short turns", async () => {
    const { store, clock } = open();
    const bodies = Array.from({ length: 10_000 }, (_, at) => bytesOf(`orphan ${at}`));
    await store.snapshots.stage(bodies.map((bytes) => [digestOf(bytes), bytes] as const));
    const turns = await sweepAt(store.snapshots, clock.wallMs() + limits.stagedKeptMs + 1);
    expect(turns).toBeGreaterThanOrEqual(10_000 / limits.sweepEntriesPerTxn);
    expect(rowsOf(store, "objects")).toBe(0);
  });
});

describe("store/sweep: growth", () => {
  test(`${publishes} publishes leave the file under three times what is live`, async () => {
    const { store, clock, folder } = open(freshFolder(memoryPlace()));
    const random = seededRandom(11);
    const routes: Record<string, string> = {};
    const write = (at: number): void => {
      routes[`/incidents/${at}`] = `${random.below(2 ** 32)} `.repeat(40 + random.below(1_000));
    };
    for (let at = 0; at < 200; at++) write(at);
    for (let generation = 1; generation <= publishes; generation++) {
      for (let changes = 0; changes < 4; changes++) write(random.below(200));
      await store.snapshots.apply(onlyNew(store, sampleApply({ generation, routes, partCount: 8 })));
      await clock.advance(1_000);
      if (generation % 10 === 0) await sweepAt(store.snapshots, clock.wallMs());
    }
    await sweepAt(store.snapshots, clock.wallMs());
    const fileBytes = statSync(storeFile(folder)).size;
    expect(fileBytes / liveBytes(store)).toBeLessThan(3);
    expect(rowsOf(store, "history")).toBe(limits.generationsKept);
    await sweepAll(store);
    expect(countsAreRight(store)).toBe(true);
  }, 900_000);
});

/** The apply as a publisher sends it: without what is held. */
function onlyNew({ snapshots }: Store, apply: Apply): Apply {
  return {
    ...apply,
    tree: apply.tree.filter(([digest]) => !snapshots.hasTree(digest)),
    objects: apply.objects.filter(([digest]) => !snapshots.hasObject(digest)),
  };
}

/** Bytes of all keys and values. */
function liveBytes(store: Store): number {
  store.refresh();
  let bytes = 0;
  for (const table of Object.values(store.tables))
    for (const { value } of table.getRange()) bytes += 40 + value.length;
  return bytes;
}

/** Nothing is stored that no kept generation names, and nothing is counted that is not stored. */
function countsAreRight(store: Store): boolean {
  const [tree, objects, uses] = [rowsOf(store, "tree"), rowsOf(store, "objects"), rowsOf(store, "uses")];
  return rowsOf(store, "orphans") === 0 && uses === objects + tree - rowsOf(store, "history");
}
