// What is named since a moment, put over what was there, is what is there now: a publish that looks at less sees no less.
import { expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import type { PageView } from "../../src/model/view.ts";
import { documentsSince } from "../../src/render/documents.ts";
import type { Shown } from "../../src/render/types.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { hourMs, inventedParts, now, type Parts, viewFrom } from "./invented.ts";
import { documentsByPath } from "./pages.ts";
import { randomCommand, startedWorld } from "./random-page.ts";

test("nothing changed: the few documents that list others are named, of the incidents none", () => {
  const view = viewFrom(inventedParts());
  const { shown } = documentsSince(null, view, now);
  const { whole, documents } = documentsSince(shown, view, now + 1);
  expect(whole).toBe(false);
  const paths = [...documents].map(({ path }) => path);
  expect(paths.filter((path) => /\/incidents\/\w{12}/.test(path))).toEqual([]);
  // Months of uptime are named each time, from memory: a failed publish must find them again.
  expect(paths.filter((path) => !/\/uptime\/\d/.test(path)).length).toBeLessThan(28);
});

const parts = inventedParts();
const withFirst = (fields: object): Parts => ({
  ...parts,
  incidents: parts.incidents.map((it, at) => (at === 0 ? { ...it, ...fields } : it)),
});
const first = parts.incidents[0];
const wholeAfter: readonly (readonly [what: string, after: Parts, asOf: number])[] = [
  ["midnight", parts, now + 10 * hourMs],
  ["another name of the page", { ...parts, page: { ...parts.page, name: "Northwind" } }, now],
  ["another zone", { ...parts, page: { ...parts.page, timeZone: "Asia/Kolkata" } }, now],
  ["an incident that went", { ...parts, incidents: parts.incidents.slice(1) }, now],
  ["a component that went", { ...parts, components: parts.components.slice(0, -1) }, now],
  [
    "an incident that began in another month",
    withFirst({ startedAt: (first?.createdAt ?? 0) - 2_000 * hourMs }),
    now,
  ],
];
test.each(wholeAfter)("%s: everything is named", (_, after, asOf) => {
  const { shown } = documentsSince(null, viewFrom(parts), now);
  expect(documentsSince(shown, viewFrom(after), asOf).whole).toBe(true);
});

const seed = testLong ? testSeed : 4711;

test(`random commands and the time between them: what is named since is all that changed (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const pick = <Item>(list: readonly Item[]): Item => list[random.below(list.length)] as Item;
  const made = startedWorld();
  let shown: Shown | null = null;
  let keys = new Map<string, string>();
  let [partial, named] = [0, 0];
  for (let step = 0; step < count(400, 2_000); step++) {
    made.now += random.below(12) === 0 ? random.below(30) * hourMs : random.below(20) * 60_000;
    for (let commands = random.below(3); commands > 0; commands--) {
      const command = randomCommand(made, pick, random.below);
      if (made.decide(command).ok) made.run(command);
    }
    const since = documentsSince(shown, made.view(), made.now);
    shown = since.shown;
    if (since.whole) keys = new Map();
    else partial++;
    for (const { path, key } of since.documents) {
      keys.set(path, key);
      if (!since.whole) named++;
    }
    const all = documentsByPath(made.view(), made.now);
    expect({ step, keys: [...keys].sort() }).toEqual({
      step,
      keys: [...all].map(([path, { key }]) => [path, key] as [string, string]).sort(),
    });
    // Nothing that is remembered with an entity outlives it: copies of all of them give the same bytes.
    if (step % 20 !== 0) continue;
    for (const [path, { body }] of documentsByPath(copyOf(made.view()), made.now))
      expect({ step, path, body: body() }).toEqual({ step, path, body: all.get(path)?.body() ?? "" });
  }
  console.log(
    `since: ${partial} of the steps in part, ${Math.round(named / partial)} of ${keys.size} documents each`,
  );
  expect(partial).toBeGreaterThan(100);
}, 120_000);

/** Other objects throughout; its maps in layers as plain ones, since a copy has no methods. */
function copyOf(view: PageView): PageView {
  const { componentById, incidentById, transitions } = view;
  return structuredClone({
    ...view,
    componentById: new Map(componentById),
    incidentById: new Map(incidentById),
    transitions: new Map(transitions),
  });
}
