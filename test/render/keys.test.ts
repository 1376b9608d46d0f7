// A key names its body: equal keys mean equal bytes, and a change elsewhere leaves a key alone.
import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import type { PageView } from "../../src/model/view.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { hourMs, inventedParts, now, type Parts, viewFrom } from "./invented.ts";
import { documentsByPath } from "./pages.ts";
import { randomCommand, startedWorld } from "./random-page.ts";

interface Drawn {
  readonly key: string;
  readonly body: string;
}

const drawn = (view: PageView, asOf: number): ReadonlyMap<string, Drawn> =>
  new Map([...documentsByPath(view, asOf)].map(([path, { key, body }]) => [path, { key, body: body() }]));

/** Paths whose key, and whose body, differ between two moments of a page. */
function changes(before: ReadonlyMap<string, Drawn>, after: ReadonlyMap<string, Drawn>) {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const differing = (of: (it: Drawn | undefined) => string | undefined) =>
    paths.filter((path) => of(before.get(path)) !== of(after.get(path)));
  return { keys: differing((it) => it?.key), bodies: differing((it) => it?.body) };
}

describe("one change on a page with everything: the keys that change are those of the bodies that change", () => {
  const parts = inventedParts();
  const [first] = parts.incidents;
  const withIncident = (id: string, fields: object): Parts => ({
    ...parts,
    incidents: parts.incidents.map((it) => (it.id === id ? { ...it, ...fields } : it)),
  });
  const withComponent = (id: string, fields: object): Parts => ({
    ...parts,
    components: parts.components.map((it) => (it.id === id ? { ...it, ...fields } : it)),
  });
  const maintenance = parts.incidents.find(({ window }) => window !== null);
  const begins = maintenance?.window?.from ?? 0;
  const table: readonly (readonly [what: string, after: Parts, asOf: number, also: readonly string[]])[] = [
    ["nothing", { ...parts }, now, []],
    ["the page's time", { ...parts, page: { ...parts.page, updatedAt: now + 1_000 } }, now, []],
    ["the page's name", { ...parts, page: { ...parts.page, name: "Northwind" } }, now, []],
    ["a component's status", withComponent("c09", { status: "major_outage" }), now, []],
    ["a component's name", withComponent("c19", { name: "Web console" }), now, []],
    ["an open incident's name", withIncident(first?.id ?? "", { name: "Errors" }), now, []],
    ["an old incident's name", withIncident("e4e4e4e4e4e4", { name: "Late reports" }), now, []],
    // The head of a feed carries the page's name and not its state, and history lists no affected components.
    [
      "an old incident's components",
      withIncident("e4e4e4e4e4e4", { componentIds: ["c01"] }),
      now,
      ["/history.atom", "/history.json", "/history.rss", "/history/2026-10"],
    ],
    ["a stamp that no body shows", withIncident("e4e4e4e4e4e4", { version: "2" }), now, []],
    ["an hour", parts, now + hourMs, []],
    ["midnight", parts, now + 10 * hourMs, []],
    ["a maintenance is due", parts, begins, []],
  ];
  test.each(table)("%s", (_, after, asOf, also) => {
    // Midnight lies between now and the maintenance: only its window counts in that row.
    const before = asOf === begins ? begins - 1 : now;
    const { keys, bodies } = changes(drawn(viewFrom(parts), before), drawn(viewFrom(after), asOf));
    expect({ keys }).toEqual({ keys: [...bodies, ...also].sort() });
  });

  test("an hour changes nothing, midnight what shows days, the edge of a window the front page alone", () => {
    const view = viewFrom(parts);
    const changed = (from: number, to: number) => changes(drawn(view, from), drawn(view, to)).bodies;
    expect(changed(now, now + hourMs)).toEqual([]);
    const components = parts.components.map(({ id }) => `/components/${id}`).sort();
    expect(changed(now, now + 10 * hourMs)).toEqual(["/", ...components, "/uptime", "/uptime/2026-11"]);
    expect(changed(begins - 1, begins)).toEqual(["/"]);
  });

  test("an old incident changes its own documents, its month, and the lists that name it", () => {
    const after = viewFrom(withIncident("e4e4e4e4e4e4", { name: "Late reports" }));
    expect(changes(drawn(viewFrom(parts), now), drawn(after, now)).keys).toEqual([
      "/api/v2/incidents.json",
      "/api/v2/incidents/e4e4e4e4e4e4.json",
      "/components/c22",
      "/components/g04",
      "/history.atom",
      "/history.json",
      "/history.rss",
      "/history/2026-10",
      "/incidents/e4e4e4e4e4e4",
    ]);
  });

  test("keys are of content: copied objects give the same ones", () => {
    const keys = (of: Parts) => [...documentsByPath(viewFrom(of))].map(([path, { key }]) => [path, key]);
    expect(keys(structuredClone(parts))).toEqual(keys(parts));
  });
});

const seed = testLong ? testSeed : 8123;

test(`random commands and the time between them: equal key, equal bytes (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const pick = <Item>(list: readonly Item[]): Item => list[random.below(list.length)] as Item;
  const made = startedWorld();
  const seen = new Map<string, string>();
  let [last, needless, renamed] = [new Map() as ReadonlyMap<string, Drawn>, 0, 0];
  for (let step = 0; step < count(250, 1_000); step++) {
    made.now += random.below(8) === 0 ? random.below(30) * hourMs : random.below(90) * 60_000;
    const command = randomCommand(made, pick, random.below);
    if (random.below(4) > 0 && made.decide(command).ok) made.run(command);
    const documents = drawn(made.view(), made.now);
    for (const [path, { key, body }] of documents) {
      const name = `${path} ${key}`;
      const known = seen.get(name);
      if (known !== undefined && known !== body)
        expect({ step, path, body }).toEqual({ step, path, body: known });
      seen.set(name, body);
      const before = last.get(path);
      if (before === undefined || before.key === key) continue;
      renamed++;
      if (before.body === body) needless++;
    }
    last = documents;
  }
  console.log(`keys: ${seen.size} bodies, ${renamed} keys changed, ${needless} of them without need`);
  expect(renamed).toBeGreaterThan(500);
  expect(needless / renamed).toBeLessThan(0.05);
}, 120_000);
