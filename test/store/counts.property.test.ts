import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { manualClock } from "../support/manual-clock.ts";
import { bytesOf, sampleApply } from "./samples.ts";
import { freshFolder, rowsOf, sweepAll } from "./stores.ts";

const paths = ["/", "/a", "/b", "/c", "/d"];
const bodies = ["one", "two"];

type Step =
  | {
      readonly kind: "publish";
      readonly page: string;
      readonly changed: Readonly<Record<string, string | null>>;
      readonly parts: number;
    }
  | { readonly kind: "remove"; readonly page: string }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "sweep" };

const page = fc.constantFrom("p1", "p2", "p3");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      page,
      changed: fc.dictionary(fc.constantFrom(...paths), fc.constantFrom(...bodies, null), { maxKeys: 3 }),
      parts: fc.constantFrom(2, 4, 4, 4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), page }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1_000, limits.generationsKeptMs + 60_000),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "sweep" as const }) },
);

/** At the end each page is what its current generation names, and whatever was counted wrongly on the way shows. */
const lastSteps: readonly Step[] = [{ kind: "wait", ms: 2 * limits.generationsKeptMs }, { kind: "sweep" }];

interface Kept {
  readonly digests: ReadonlySet<string>;
  readonly appliedMs: number;
}

describe("store/counts", () => {
  test("whatever is published, removed and swept, exactly what a kept generation names is there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const clock = manualClock();
        const store = openStore({ folder: freshFolder(), clock, log: silentLog });
        const kept = new Map<string, Kept[]>();
        const sites = new Map<string, Routes>();
        let generation = 0;
        for (const each of [...steps, ...lastSteps]) {
          if (each.kind === "wait") await clock.advance(each.ms);
          else if (each.kind === "remove") await remove(store, kept, each.page);
          else if (each.kind === "sweep") await sweepAndCompare(store, kept);
          else {
            const routes = routesAfter(sites.get(each.page) ?? {}, each.changed);
            sites.set(each.page, routes);
            const partCount = each.parts;
            const apply = sampleApply({
              page: each.page,
              generation: ++generation,
              hosts: [],
              routes,
              partCount,
            });
            await store.snapshots.apply(apply);
            const digests = new Set([...apply.tree, ...apply.objects].map(([digest]) => digest));
            kept.set(each.page, [...(kept.get(each.page) ?? []), { digests, appliedMs: clock.wallMs() }]);
          }
        }
        await store.close();
      }),
      { numRuns: process.env.PHAROS_TEST_LONG === "1" ? 500 : 25, seed: 4_711 },
    );
  }, 120_000);
});

type Routes = Readonly<Record<string, string>>;

/** A null takes a path away. Most paths stay as they are, as they do when a page is published again. */
function routesAfter(before: Routes, changed: Readonly<Record<string, string | null>>): Routes {
  const after: Record<string, string> = {};
  for (const [path, body] of Object.entries({ ...before, ...changed })) if (body !== null) after[path] = body;
  return after;
}

async function remove(store: Store, kept: Map<string, Kept[]>, page: string): Promise<void> {
  const document = { kind: "removal", subject: page, bytes: bytesOf("signed") };
  await store.snapshots.putDocument(document, { page, hosts: [] });
  kept.delete(page);
}

/** The store against the plain rule: of each page the last twenty, of these none replaced over a day ago, and the current one. */
async function sweepAndCompare(store: Store, kept: Map<string, Kept[]>): Promise<void> {
  await sweepAll(store);
  // `sweepAll` also looks two hours ahead, to see bodies go that came ahead of their generation.
  const oldestMs = store.clock.wallMs() + 2 * limits.stagedKeptMs - limits.generationsKeptMs;
  const named = new Set<string>();
  for (const [page, generations] of kept) {
    const last = generations
      .filter((_, at) => (generations[at + 1]?.appliedMs ?? Number.POSITIVE_INFINITY) >= oldestMs)
      .slice(-limits.generationsKept);
    kept.set(page, last);
    for (const { digests } of last) for (const digest of digests) named.add(digest);
  }
  const stored = [store.tables.tree, store.tables.objects].flatMap((table) =>
    Array.from(table.getKeys(), (key) => Buffer.from(key as Uint8Array).toString("hex")),
  );
  expect(stored.sort()).toEqual([...named].sort());
  expect([rowsOf(store, "doomed"), rowsOf(store, "orphans")]).toEqual([0, 0]);
}
