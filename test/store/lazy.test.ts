// Generations whose old bodies come later: applied without them, filled in by and by, and whole again before a route may need them at once.
import { describe, expect, test } from "bun:test";
import { silentLog } from "../../src/base/log.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import type { Apply } from "../../src/store/types.ts";
import { manualClock } from "../support/manual-clock.ts";
import { sampleApply, sampleDigest } from "./samples.ts";
import { closing, freshFolder, sweepAll } from "./stores.ts";

const open = (): Store => closing(openStore({ folder: freshFolder(), clock: manualClock(), log: silentLog }));
const bodiesOf = (text: string): readonly string[] => [sampleDigest(text), sampleDigest(text, "identity")];

/** The apply as a POP brings it that has fetched no body of these texts. */
function without(apply: Apply, ...texts: readonly string[]): Apply {
  const left = new Set(texts.flatMap(bodiesOf));
  return { ...apply, objects: apply.objects.filter(([digest]) => !left.has(digest)) };
}

describe("store/lazy", () => {
  test("what lazy routes alone name may be missing, and is known to be named", async () => {
    const { snapshots } = open();
    const apply = sampleApply({ generation: 1, routes: { "/": "front", "/old": "old" }, lazy: ["/old"] });
    await snapshots.apply(without(apply, "old"));
    expect(snapshots.head("page1")?.generation).toBe(1);
    expect(bodiesOf("old").map(snapshots.hasObject)).toEqual([false, false]);
    expect([...bodiesOf("old"), ...bodiesOf("front")].map(snapshots.isNamed)).toEqual(Array(4).fill(true));
    expect(snapshots.isNamed(sampleDigest("never"))).toBe(false);
  });

  test("a body that comes later stays as long as it is named, and goes with its last name", async () => {
    const store = open();
    const { snapshots } = store;
    const apply = sampleApply({ generation: 1, routes: { "/": "front", "/old": "old" }, lazy: ["/old"] });
    await snapshots.apply(without(apply, "old"));
    await snapshots.stage(apply.objects.filter(([digest]) => bodiesOf("old").includes(digest)));
    await sweepAll(store);
    expect(bodiesOf("old").map(snapshots.hasObject)).toEqual([true, true]);
    await snapshots.forgetPage("page1");
    await sweepAll(store);
    expect(bodiesOf("old").map(snapshots.hasObject)).toEqual([false, false]);
    expect(bodiesOf("old").map(snapshots.isNamed)).toEqual([false, false]);
  });

  test("a body that another route needs at once must be there, whoever else names it lazily", async () => {
    const { snapshots } = open();
    const shared = { "/": "same", "/old": "same" };
    const apply = sampleApply({ generation: 1, routes: shared, lazy: ["/old"], partCount: 1 });
    expect(snapshots.apply(without(apply, "same"))).rejects.toMatchObject({ code: "document-refused" });
  });

  test("a route that is lazy no longer needs its bodies with the generation that says so", async () => {
    const { snapshots } = open();
    const routes = { "/": "front", "/old": "old" };
    await snapshots.apply(without(sampleApply({ generation: 1, routes, lazy: ["/old"] }), "old"));
    const next = sampleApply({ generation: 2, routes });
    expect(snapshots.apply(without(next, "old"))).rejects.toMatchObject({ code: "document-refused" });
    await snapshots.apply(next);
    expect(snapshots.head("page1")?.generation).toBe(2);
  });

  test("a needed body that was dropped as damaged does not stop the next generation of its part", async () => {
    const { snapshots } = open();
    const routes = { "/": "front", "/a": "a" };
    await snapshots.apply(sampleApply({ generation: 1, routes, partCount: 1 }));
    await snapshots.dropObject(sampleDigest("a"));
    const next = sampleApply({ generation: 2, routes: { ...routes, "/": "new" }, partCount: 1 });
    await snapshots.apply(without(next, "a"));
    expect(snapshots.head("page1")?.generation).toBe(2);
  });
});
