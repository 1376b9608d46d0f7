// Documents into one picture of a page: what is read, what is put together, and the sentence with file and place where it is refused.
import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { type BundleOptions, bundleOf } from "../../src/control/import-statuspage.ts";
import { misplacedJson } from "../../src/control/json-place.ts";
import type { ImportBundle } from "../../src/model/command.ts";

const page = {
  id: "kctbh9vrtdwd",
  name: "Acme",
  url: "https://status.acme.example",
  time_zone: "Etc/UTC",
  updated_at: "2026-03-01T10:00:00.000Z",
};
const component = (id: string, more: object = {}) => ({
  id,
  name: `Component ${id}`,
  status: "operational",
  updated_at: "2026-03-01T09:00:00.000Z",
  position: 1,
  group: false,
  ...more,
});
const incident = (id: string, more: object = {}) => ({
  id,
  name: `Incident ${id}`,
  status: "resolved",
  created_at: "2026-02-01T10:00:00.000Z",
  updated_at: "2026-02-01T11:00:00.000Z",
  resolved_at: "2026-02-01T11:00:00.000Z",
  impact: "minor",
  page_id: page.id,
  incident_updates: [
    {
      id: `${id}u`,
      status: "resolved",
      body: "Done.",
      created_at: "2026-02-01T11:00:00.000Z",
      display_at: "2026-02-01T11:00:00.000Z",
    },
  ],
  ...more,
});

const bundle = (documents: Record<string, unknown>, options: Partial<BundleOptions> = {}): ImportBundle =>
  bundleOf(
    Object.entries(documents).map(([name, it]) => ({
      name,
      text: typeof it === "string" ? it : JSON.stringify(it),
    })),
    { known: [], ...options },
  );

function refusal(documents: Record<string, unknown>, options: Partial<BundleOptions> = {}): string {
  try {
    bundle(documents, options);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "import-refused") return thrown.message;
    throw thrown;
  }
  throw new Error("The documents were accepted.");
}

describe("a wrong document is refused with file and place", () => {
  const html = "<!doctype html>\n<html><body>Not here</body></html>";
  const rows: readonly [situation: string, document: unknown, sentence: string][] = [
    ["HTML", html, "f.json, line 1: this is HTML or other markup, not JSON."],
    [
      "RSS",
      '<?xml version="1.0"?><rss version="2.0"/>',
      "f.json, line 1: this is RSS; the Atom feed (history.atom) is read instead.",
    ],
    [
      "an empty file",
      "",
      "f.json, line 1 column 1: the text ends too early; this is not (all of) a JSON document.",
    ],
    [
      "a truncated file",
      `{"page": {"id": "a",\n "name": "Ac`,
      "f.json, line 2 column 13: the text ends too early; this is not (all of) a JSON document.",
    ],
    [
      "a stray comma",
      '{"page": {},\n\n  }',
      'f.json, line 3 column 3: "}" is not expected here; this is not (all of) a JSON document.',
    ],
    [
      "another kind of document",
      { components: [] },
      "f.json: this is no Statuspage document: it has neither page nor incident_updates.",
    ],
    [
      "a page and nothing else",
      { page },
      "f.json: it has a page, but none of components, incidents, scheduled_maintenances, status.",
    ],
    [
      "no page name",
      { page: { id: "x", url: "https://a.example" }, incidents: [] },
      "f.json, page.name: this field is missing.",
    ],
    [
      "an unknown component status",
      { page, components: [component("a"), component("b", { status: "fine" })] },
      'f.json, components[1].status: "fine" is not one of operational, degraded_performance, partial_outage, major_outage, under_maintenance.',
    ],
    [
      "an unknown impact",
      { page, incidents: [incident("a", { impact: "huge" })] },
      'f.json, incidents[0].impact: "huge" is not one of none, minor, major, critical, maintenance.',
    ],
    [
      "an unknown update status",
      {
        page,
        incidents: [
          incident("a", { incident_updates: [{ id: "u", status: "gone", created_at: page.updated_at }] }),
        ],
      },
      'f.json, incidents[0].incident_updates[0].status: "gone" is not one of investigating, identified, monitoring, resolved, postmortem, scheduled, in_progress, verifying, completed.',
    ],
    [
      "an incident without a name",
      { page, incidents: [incident("a", { name: null })] },
      "f.json, incidents[0].name: null is not a text.",
    ],
    [
      "a time that is none",
      { page, incidents: [incident("a", { created_at: "yesterday" })] },
      'f.json, incidents[0].created_at: "yesterday" is not a time such as 2026-05-07T03:00:00.000Z.',
    ],
    [
      "a maintenance without its end",
      {
        page,
        scheduled_maintenances: [incident("a", { status: "scheduled", scheduled_for: page.updated_at })],
      },
      "f.json, scheduled_maintenances[0].scheduled_until: this field is missing.",
    ],
    ["a list that is none", { page, components: "none" }, 'f.json, components: "none" is not a list.'],
    ["a component that is none", { page, components: [7] }, "f.json, components[0]: 7 is not an object."],
  ];
  for (const [situation, document, sentence] of rows)
    test(situation, () => expect(refusal({ "f.json": document })).toBe(sentence));

  test("what a maintenance does by itself, as the management API's list says it; where nothing is said, nothing is read", () => {
    const said = {
      scheduled_auto_in_progress: true,
      scheduled_auto_completed: false,
      auto_transition_to_maintenance_state: true,
      scheduled_remind_prior: null,
    };
    const list = [incident("a", said), incident("b", { scheduled_auto_transition: true }), incident("c")];
    expect(bundle({ "f.json": { page, incidents: list } }).incidents.map((it) => it.automation)).toEqual([
      { begins: true, completes: false, setsMaintenance: true },
      { begins: true },
      undefined,
    ]);
    expect(
      refusal({ "f.json": { page, incidents: [incident("a", { scheduled_auto_completed: "soon" })] } }),
    ).toStartWith('f.json, incidents[0].scheduled_auto_completed: "soon"');
  });

  test("documents of two pages, unless one is asked for", () => {
    const documents = {
      "a.json": { page, components: [component("a")] },
      "b.json": { page: { ...page, id: "other0000000", name: "Other" }, components: [component("b")] },
    };
    expect(refusal(documents)).toBe("The documents are of several pages: kctbh9vrtdwd, other0000000.");
    expect(bundle(documents, { page: "other0000000" })).toMatchObject({
      page: { name: "Other" },
      components: [{ id: "b" }],
    });
  });

  test("an incident of a page that nobody describes", () => {
    expect(refusal({ "i.json": incident("a") })).toBe(
      "No document describes the page kctbh9vrtdwd, and it does not exist here.",
    );
    const known = [{ id: page.id, name: "Acme", hosts: ["status.acme.example"] }];
    expect(bundle({ "i.json": incident("a") }, { known }).page).toEqual({ id: page.id });
  });
});

describe("the place of a JSON error", () => {
  for (const [text, line, column] of [
    ["", 1, 1],
    ["[1, 2", 1, 6],
    ['{"a": 1,}', 1, 9],
    ['{"a" 1}', 1, 6],
    ["[1 2]", 1, 4],
    ["[01]", 1, 3],
    ['["a\nb"]', 1, 4],
    ['["\\x"]', 1, 3],
    ["[tru]", 1, 2],
    ['{"a": [1, {"b": nul}]}', 1, 17],
    ['{"a":1}\n{"b":2}', 2, 1],
    ["[1]]", 1, 4],
    ["{'a': 1}", 1, 2],
    ["[\n  1,\n  ]", 3, 3],
  ] as const) {
    test(JSON.stringify(text), () => {
      expect(() => JSON.parse(text)).toThrow();
      expect(misplacedJson(text)).toMatchObject({ line, column });
    });
  }
});

describe("several documents of one page", () => {
  test("each component and each incident once, the latest picture of it, in the order of the lists", () => {
    const newer = "2026-03-02T00:00:00.000Z";
    const made = bundle({
      "components.json": { page, components: [component("a"), component("b")] },
      "incidents.json": {
        page,
        incidents: [
          incident("new", { components: [component("b", { status: "major_outage", updated_at: newer })] }),
          incident("old", { updated_at: "2026-02-01T11:00:00.000Z" }),
        ],
      },
      "single.json": incident("old", { name: "Edited", updated_at: newer }),
      "summary.json": {
        page: { ...page, name: "Acme Inc", updated_at: newer },
        components: [component("b"), component("a")],
        status: { indicator: "none" },
      },
    });
    expect(made.page).toMatchObject({ name: "Acme Inc", updatedAt: Date.parse(newer) });
    expect(made.components.map(({ id, status }) => [id, status])).toEqual([
      ["a", "operational"],
      ["b", "major_outage"],
    ]);
    expect(made.incidents.map(({ id, name }) => [id, name])).toEqual([
      ["new", "Incident new"],
      ["old", "Edited"],
    ]);
  });

  test("incident.io's imitation: null lists, ids of any shape, fields left out", () => {
    const made = bundle({
      "summary.json": {
        page: { id: "01JMDK9XYNY6RXSED6SDWW50WY", name: "Imitated", url: "https://status.imitated.example/" },
        components: [
          { id: "01A", name: "One", status: "operational" },
          { id: "01B", name: "Two", status: "operational" },
        ],
        incidents: [
          {
            id: "01C",
            name: "Trouble",
            status: "investigating",
            created_at: "2026-09-29T17:52:52Z",
            incident_updates: null,
            components: null,
          },
        ],
        scheduled_maintenances: null,
        status: null,
      },
    });
    expect(made.components.map(({ position }) => position)).toEqual([0, 1]);
    expect(made.incidents).toEqual([
      {
        id: "01C",
        name: "Trouble",
        status: "investigating",
        createdAt: Date.UTC(2026, 8, 29, 17, 52, 52),
        updatedAt: Date.UTC(2026, 8, 29, 17, 52, 52),
        window: null,
        updates: [],
      },
    ]);
    expect("timeZone" in made.page).toBe(false);
  });

  test("a group's list of members speaks where members do not name their group", () => {
    const { components } = bundle({
      "components.json": {
        page,
        components: [component("g", { group: true, components: ["m"] }), component("m"), component("n")],
      },
    });
    expect(components.map(({ groupId }) => groupId)).toEqual([undefined, "g", undefined]);
  });

  test("a byte order mark and an API answer with a wrapper are read", () => {
    const known = [{ id: page.id, name: "Acme", hosts: [] }];
    expect(
      bundle({ "i.json": `\ufeff${JSON.stringify({ incident: incident("a") })}` }, { known }).incidents
        .length,
    ).toBe(1);
  });
});
