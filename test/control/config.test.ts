// A page as a file: what export writes applies to nothing, what apply makes exports the same, and what a file gets wrong is said by line and column.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readConfig } from "../../src/control/config-read.ts";
import { configText } from "../../src/control/config-write.ts";
import { seed } from "../support/property.ts";
import { count } from "../support/seed.ts";
import { configName as name, openConfigWorld, readFile } from "./config-world.ts";

const file = `# Kept by hand
page:
  id: p1
  name: Acme
  url: https://status.acme.example
  hosts: [Status2.acme.example]
  time_zone: Europe/Berlin
  languages: [de, en]
  description: |
    Two
    lines: with # signs
  brand: "#05C"
  logo: { file: logo.png }
  header_links:
    - { name: Home, url: "https://acme.example" }
components:
  - name: API
    description: "null"
    showcase: true
  - name: Storefront
    members:
      - name: Search
        start_date: 2026-01-05
      - name: Web
  - id: db
    name: Database
metrics:
  - name: Response time
    suffix: ms
    decimal_places: 1
    y_axis_min: 0
    transform: max
templates:
  - name: Slow
    title: Slow answers
    body: We look.
    update_status: investigating
    components: [API, db]
recurring_maintenance:
  - name: Backups
    rule: FREQ=WEEKLY;BYDAY=SU
    start: "2026-01-11T02:30"
    duration_minutes: 90
    components: [db]
    auto_transition_to_maintenance_state: true
`;

describe("control/config goes both ways", () => {
  test("a file makes a page; then it has nothing to do, nor has what is exported, which says the same again", async () => {
    const { apply, plan, exported, ledger } = openConfigWorld();
    const made = await apply(file);
    expect(made.changes.map(({ mark, what, name }) => `${mark} ${what} ${name}`)).toEqual([
      "+ page Acme",
      "+ group Storefront",
      "+ component API",
      "+ component Search",
      "+ component Web",
      "+ component Database",
      "+ metric Response time",
      "+ template Slow",
      "+ recurrence Backups",
    ]);
    const view = ledger.view("p1");
    expect(view?.components.filter(({ groupId }) => groupId === null).map((it) => it.name)).toEqual([
      "API",
      "Storefront",
      "Database",
    ]);
    expect(view?.page).toMatchObject({
      hosts: ["status.acme.example", "status2.acme.example"],
      looks: { brand: "#0055cc" },
    });
    expect(view?.templates[0]?.componentIds).toEqual([
      view?.components.find((it) => it.name === "API")?.id ?? "",
      "db",
    ]);
    expect(view?.recurrences).toMatchObject([
      {
        ...{ durationMs: 5_400_000, componentIds: ["db"], ahead: 2 },
        automation: { begins: true, completes: true, setsMaintenance: true, verifyMs: null },
      },
    ]);
    expect(plan(file).changes).toEqual([]);
    const text = await exported();
    expect(text).not.toMatch(/^ +status: /m);
    expect(plan(text, true).changes).toEqual([]);
    await apply(text, true);
    expect(await exported()).toBe(text);
  });

  test("one picture for logo and favicon is written out twice", async () => {
    const { apply, plan, exported } = openConfigWorld();
    await apply(
      "page: { id: p1, name: A, url: https://a.example, logo: { file: a.png }, favicon: { file: a.png } }\n",
    );
    expect(plan(await exported(), true).changes).toEqual([]);
    const emblem = { type: "image/png", base64: "AA==" };
    const text = configText({
      ...{ id: "p1", name: "A", values: { logo: emblem, favicon: emblem } },
      lists: { components: [], metrics: [], templates: [], recurring_maintenance: [], checks: [] },
    });
    expect(text).not.toContain("&");
  });

  test("on another control plane the exported file makes the same page", async () => {
    const first = openConfigWorld();
    await first.apply(file);
    const text = await first.exported();
    const second = openConfigWorld();
    await second.apply(text);
    expect(await second.exported()).toBe(text);
  });

  test("any texts, orders and groups", async () => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((it) => it.trim() !== ""),
      fc.constantFrom(
        "null",
        "~",
        "yes",
        "1.0",
        "- a",
        "a: b",
        "#x",
        "'",
        '"',
        "\\n",
        "2026-01-05",
        "a\nb\n",
        "  lead",
        "!!str",
      ),
    );
    const part = fc.record({
      id: fc.stringMatching(/^[a-z]{4,8}$/),
      name: words,
      description: fc.option(words),
    });
    const parts = fc.uniqueArray(part, { selector: ({ id }) => id, minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        parts,
        parts,
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        async (before, after, grouped) => {
          const { apply, plan, exported } = openConfigWorld();
          const textOf = (list: typeof before): string =>
            JSON.stringify({
              page: { id: "p1", name: "x", url: "https://a.example" },
              components: [
                ...list.filter((_, at) => grouped[at] !== true),
                { id: "group", name: "G", members: list.filter((_, at) => grouped[at] === true) },
              ],
            });
          await apply(textOf(before));
          await apply(textOf(after), true);
          expect(plan(textOf(after), true).changes).toEqual([]);
          const text = await exported();
          expect(plan(text, true).changes).toEqual([]);
          const other = openConfigWorld();
          await other.apply(text);
          expect(await other.exported()).toBe(text);
        },
      ),
      { numRuns: count(8, 300), seed },
    );
  }, 60_000);
});

describe("control/config: recurring maintenance", () => {
  const page = "page: { id: p1, name: A, url: https://a.example }\n";
  const one = (more: string): string =>
    `${page}recurring_maintenance:\n  - id: r1\n    name: R\n    rule: FREQ=DAILY\n    start: "2026-02-01T02:30"\n${more}`;

  test("a field that changes leaves the others, also of what happens by itself; null takes one back", async () => {
    const { apply, ledger } = openConfigWorld();
    await apply(one("    scheduled_auto_verifying_minutes: 5\n    scheduled_auto_in_progress: false\n"));
    const held = () => ledger.view("p1")?.recurrences[0];
    expect(held()).toMatchObject({
      durationMs: 3_600_000,
      automation: { begins: false, completes: true, verifyMs: 300_000 },
    });
    const made = await apply(one("    scheduled_remind_prior: true\n    paused: true\n"));
    expect(made.changes.map(({ fields }) => fields.map(({ word }) => word))).toEqual([
      ["paused", "scheduled_remind_prior"],
    ]);
    expect(held()).toMatchObject({
      paused: true,
      automation: { begins: false, verifyMs: 300_000, remindsPrior: true },
    });
    await apply(one("    scheduled_auto_verifying_minutes: null\n"));
    expect(held()?.automation.verifyMs).toBeNull();
    await apply(`${page}recurring_maintenance: []\n`, true);
    expect(held()).toBeUndefined();
  });

  test("one that is over is in no file, and no file takes it away", async () => {
    const { apply, exported, ledger, clock } = openConfigWorld();
    await apply(one("").replace("FREQ=DAILY", "FREQ=DAILY;COUNT=1"));
    expect(await exported()).toContain("COUNT=1");
    await clock.advance(60 * 86_400_000);
    const [only] = ledger.view("p1")?.maintenances ?? [];
    const timer = { kind: "begin", id: only?.id ?? "", at: only?.window?.from ?? 0 } as const;
    expect(await ledger.submit("p1", { kind: "timer", timer }, "timer")).toMatchObject({ ok: true });
    const text = await exported();
    expect(text).toContain("recurring_maintenance: []");
    await apply(text, true);
    expect(ledger.view("p1")?.recurrences).toHaveLength(1);
  });

  test("what is wrong with a rule is said by decide, at its entity's line", async () => {
    const { apply } = openConfigWorld();
    expect(apply(one("").replace("FREQ=DAILY", "FREQ=HOURLY"))).rejects.toThrow("at most once a day");
    expect(apply(one("    duration_minutes: soon\n"))).rejects.toThrow(
      "`duration_minutes` of a recurrence is a number",
    );
    expect(apply(one("    components: [nothing]\n"))).rejects.toThrow('names "nothing"');
  });
});

describe("control/config changes", () => {
  test("what is not named stays; null takes a field away; a list's rest goes with --prune alone", async () => {
    const { apply, plan, ledger } = openConfigWorld();
    await apply(file);
    const smaller = "page: {id: p1, description: null}\ncomponents:\n  - {id: db, name: Store}\n";
    const made = plan(smaller);
    expect(made.changes.map(({ mark, what, fields }) => [mark, what, fields])).toEqual([
      ["~", "page", [{ word: "description", before: "Two\nlines: with # signs\n", after: null }]],
      ["~", "component", [{ word: "name", before: "Database", after: "Store" }]],
    ]);
    expect(made.kept.map(({ name }) => name)).toEqual(["API", "Search", "Web", "Storefront"]);
    await apply(smaller, true);
    const view = ledger.view("p1");
    expect(view?.components.map((it) => it.name)).toEqual(["Store"]);
    // Lists that the file does not have are nobody's to prune.
    expect([view?.metrics.length, view?.templates.length, view?.page.description]).toEqual([1, 1, null]);
  });

  test("the order of the file becomes that of the page, and one moves into a group", async () => {
    const { apply, plan, ledger } = openConfigWorld();
    await apply(file);
    const moved = file
      .replace(/ {2}- name: API\n.*\n.*\n/, "")
      .replace("      - name: Web\n", "      - name: Web\n      - name: API\n");
    await apply(moved);
    const names = ledger
      .view("p1")
      ?.components.filter((it) => it.groupId !== null)
      .map((it) => it.name);
    expect(names).toEqual(["Search", "Web", "API"]);
    expect(plan(moved).changes).toEqual([]);
    await apply(
      moved
        .replace("      - name: API\n", "")
        .replace("      - name: Search\n", "      - name: API\n      - name: Search\n"),
    );
    expect(
      ledger
        .view("p1")
        ?.components.filter((it) => it.groupId !== null)
        .map((it) => it.name),
    ).toEqual(["API", "Search", "Web"]);
  });

  test("with another address and no hosts beside it, the old address is given up at once, and said so", async () => {
    const { apply, plan, ledger } = openConfigWorld();
    await apply("page: { id: p1, name: A, url: https://a.example, hosts: [b.example] }\n");
    const other = "page: { id: p1, url: https://c.example, hosts: [b.example] }\n";
    const [change] = (await apply(other)).changes;
    expect(change?.fields).toContainEqual({
      word: "hosts",
      before: ["a.example", "b.example"],
      after: ["b.example"],
    });
    expect(plan(other).changes).toEqual([]);
    expect(ledger.view("p1")?.page.hosts).toEqual(["c.example", "b.example"]);
    // A file that does not speak of hosts leaves the old address one of them.
    await apply("page: { id: p1, url: https://d.example }\n");
    expect(ledger.view("p1")?.page.hosts).toEqual(["d.example", "c.example", "b.example"]);
  });

  test("a metric that is removed takes its points along", async () => {
    const { apply, plane, ledger } = openConfigWorld();
    await apply(file);
    const metric = ledger.view("p1")?.metrics[0]?.id ?? "";
    await plane.addPoints("p1", [[metric, [{ at: Date.UTC(2026, 0, 5, 11), value: 1 }]]]);
    await apply("page: {id: p1}\nmetrics: []\n", true);
    expect(ledger.view("p1")?.metrics).toEqual([]);
  });
});

describe("control/config says what is wrong, and where", () => {
  const page = "page:\n  id: p1\n  name: Acme\n  url: https://a.example\n";
  const wrong: readonly (readonly [what: string, text: string, says: readonly string[]])[] = [
    ["no YAML", "page: [1\n", ["page.yaml:2:1: "]],
    [
      "no map",
      "- 1\n",
      [
        "page.yaml:1:1: A page's file is a map with page, components, metrics, templates, recurring_maintenance, checks.",
      ],
    ],
    [
      "a word that is not known",
      `${page}  brandd: x\n`,
      ["page.yaml:5:3: The page has no `brandd`. Did you mean brand? Known are id, name, url"],
    ],
    [
      "a number for a text",
      `${page}  headline: 12\n`,
      ['page.yaml:5:13: `headline` of the page is a text: write "12" in quotes.'],
    ],
    [
      "a word out of several",
      `${page}  languages: [en, xx]\n`,
      ["page.yaml:5:19: `languages` of the page is a list of some of en, de"],
    ],
    [
      "null where there is none",
      `${page}  uptime_badges: null\n`,
      ["page.yaml:5:18: `uptime_badges` of the page is true or false, not null."],
    ],
    ["no name", `${page}components:\n  - id: x\n`, ["page.yaml:6:5: A component has no `name`."]],
    [
      "two of a name",
      `${page}components:\n  - name: A\n  - name: A\n`,
      ['page.yaml:7:5: A component "A" stands here twice: give each an id.'],
    ],
    [
      "an anchor",
      `${page}  headline: &a x\n  footer_text: *a\n`,
      ["page.yaml:6:16: `footer_text` of the page is written out: anchors are not followed here."],
    ],
    ["a key twice", `${page}  name: B\n`, ["page.yaml:5:3: Map keys must be unique."]],
    ["two documents", `${page}---\n${page}`, ["page.yaml:5:1: "]],
    [
      "several",
      `${page}  a: 1\n  b: 1\n`,
      ["page.yaml:5:3: The page has no `a`.", "page.yaml:6:3: The page has no `b`."],
    ],
    ["no page", "components: []\n", ["page.yaml:1:1: `page` is missing"]],
    [
      "a page that nobody could know",
      "page: {name: x}\n",
      ["page.yaml:1:7: The page has neither `id` nor `url`"],
    ],
    [
      "a template of a component that is not there",
      `${page}templates:\n  - {name: T, title: t, body: b, components: [X]}\n`,
      ['6:5: `components` of the template "T" names "X"'],
    ],
  ];
  for (const [what, text, says] of wrong)
    test(what, () => {
      const { plan } = openConfigWorld();
      let said = "";
      try {
        plan(text);
      } catch (thrown) {
        said = (thrown as Error).message;
      }
      for (const one of says) expect(said).toContain(one);
    });

  test("a bomb of anchors is refused at once", () => {
    const levels = Array.from(
      { length: 40 },
      (_, at) => `  a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1}, *a${at - 1}`}]`,
    );
    expect(() => readConfig(`page:\n${levels.join("\n")}\n`, { name, readFile })).toThrow(
      "The page has no `a0`",
    );
  });

  test("a name that two of the page have needs an id", async () => {
    const { apply, plan } = openConfigWorld();
    await apply(`${page}components:\n  - {id: a1, name: A}\n  - {id: a2, name: A}\n`);
    expect(() => plan(`${page}components:\n  - name: A\n`)).toThrow(
      'The page has 2 of the name "A": give the id, one of a1, a2.',
    );
    expect(() => plan(`${page}components:\n  - {id: a1, name: A, members: []}\n`)).toThrow(
      "cannot become a group",
    );
  });
});
