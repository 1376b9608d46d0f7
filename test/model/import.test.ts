// Imports: captures come out of the view as they went in, and a second import of the same changes nothing.
import { describe, expect, test } from "bun:test";
import type { ImportBundle } from "../../src/model/command.ts";
import { loadPageState, recordsOf } from "../../src/model/fold.ts";
import { overallStatus } from "../../src/model/status.ts";
import type { Component, Incident, PageView } from "../../src/model/view.ts";
import { viewOf } from "../../src/model/view-of.ts";
import { plainView } from "../support/plain-view.ts";
import { bundleFrom, type Captured, readCapture, testWithCaptures } from "./capture.ts";
import { emptyWorld, type World } from "./world.ts";

const at = (time: unknown) => (time === null || time === undefined ? null : Date.parse(String(time)));
const listOf = (value: unknown) => (value ?? []) as readonly Captured[];

/** Checks those fields that the capture has. */
function expectFields(
  made: Readonly<Record<string, unknown>>,
  captured: Captured,
  names: Record<string, string>,
) {
  for (const [theirs, ours] of Object.entries(names)) {
    if (!(theirs in captured)) continue;
    const wanted = theirs.endsWith("_at") ? at(captured[theirs]) : captured[theirs];
    expect({ [theirs]: made[ours] }).toEqual({ [theirs]: wanted });
  }
}

const componentNames = {
  id: "id",
  name: "name",
  status: "status",
  created_at: "createdAt",
  updated_at: "updatedAt",
  position: "position",
  description: "description",
  showcase: "showcase",
  start_date: "startDate",
  group_id: "groupId",
  group: "group",
  only_show_if_degraded: "onlyShowIfDegraded",
};
const incidentNames = {
  id: "id",
  name: "name",
  status: "status",
  impact: "impact",
  created_at: "createdAt",
  updated_at: "updatedAt",
  started_at: "startedAt",
  monitoring_at: "monitoringAt",
  resolved_at: "resolvedAt",
  shortlink: "shortlink",
  reminder_intervals: "reminderIntervals",
};
const updateNames = {
  id: "id",
  incident_id: "incidentId",
  status: "status",
  body: "body",
  created_at: "createdAt",
  updated_at: "updatedAt",
  display_at: "displayAt",
  deliver_notifications: "deliverNotifications",
  custom_tweet: "customTweet",
  tweet_id: "tweetId",
};

function expectIncidents(made: readonly Incident[], captured: readonly Captured[]) {
  expect(made.map((it) => it.id)).toEqual(captured.map((it) => String(it.id)));
  for (const [place, incident] of made.entries()) {
    const wanted = captured[place] ?? {};
    expectFields({ ...incident }, wanted, incidentNames);
    if ("components" in wanted)
      expect(incident.componentIds).toEqual(listOf(wanted.components).map((it) => String(it.id)));
    expect(incident.window?.from ?? null).toEqual(at(wanted.scheduled_for));
    expect(incident.window?.until ?? null).toEqual(at(wanted.scheduled_until));
    const updates = listOf(wanted.incident_updates);
    expect(incident.updates.length).toBe(updates.length);
    for (const [row, update] of incident.updates.entries()) {
      expectFields({ ...update }, updates[row] ?? {}, updateNames);
      if (!("affected_components" in (updates[row] ?? {}))) continue;
      const affected = updates[row]?.affected_components as readonly Captured[] | null;
      expect(update.affectedComponents).toEqual(
        affected?.map((it) => ({
          code: String(it.code),
          name: String(it.name),
          oldStatus: it.old_status as Component["status"],
          newStatus: it.new_status as Component["status"],
        })) ?? null,
      );
    }
  }
}

function expectComponents(view: PageView, captured: readonly Captured[]) {
  expect(view.components.map((it) => it.id)).toEqual(captured.map((it) => String(it.id)));
  for (const [place, component] of view.components.entries())
    expectFields({ ...component }, captured[place] ?? {}, componentNames);
}

function imported(bundle: ImportBundle): World {
  const world = emptyWorld(bundle.page.id, Date.UTC(2026, 10, 1));
  world.run({ kind: "import", bundle });
  return world;
}

const sets = [
  { name: "github 2026", files: ["github/summary-2026.json", "github/incidents.json"] },
  { name: "github 2020", files: ["github/summary-incident.json"], rule: "incidents" as const },
  { name: "twilio", files: ["twilio/summary-incidents.json"] },
  { name: "cloudamqp", files: ["cloudamqp/summary-maintenance.json"] },
  { name: "duo", files: ["duo/components.json"] },
  { name: "anthropic", files: ["anthropic/summary.json"] },
  { name: "openai", files: ["openai/summary-incidentio.json"], words: "Partially Degraded Service" },
];

describe("import of captured pages", () => {
  for (const { name, files, rule, words } of sets) {
    testWithCaptures(`${name}: every field, list and order of the capture is in the view`, () => {
      const captures = files.map(readCapture);
      const bundle = bundleFrom(...captures);
      const world = imported({
        ...bundle,
        page: rule === undefined ? bundle.page : { ...bundle.page, indicatorRule: rule },
      });
      const view = world.view();
      const page = captures[0]?.page as Captured;
      expectFields({ ...view.page }, page, {
        id: "id",
        name: "name",
        url: "url",
        time_zone: "timeZone",
        updated_at: "updatedAt",
      });
      expectComponents(view, listOf(captures[0]?.components));
      const lists = captures.find((it) => listOf(it.incidents).length > 0);
      expectIncidents(view.incidents, listOf(lists?.incidents));
      expectIncidents(view.maintenances, listOf(captures[0]?.scheduled_maintenances));
      const status = captures[0]?.status as Captured | undefined;
      if (status !== undefined)
        expect(overallStatus(view)).toEqual({
          indicator: status.indicator as never,
          description: (words ?? String(status.description)) as never,
        });
    });

    testWithCaptures(
      `${name}: a second import gives no op, also from stored records and a year later`,
      () => {
        const bundle = bundleFrom(...files.map(readCapture));
        const world = imported(bundle);
        expect(world.run({ kind: "import", bundle }).ops).toEqual([]);
        const loaded = viewOf(loadPageState(world.state.page, recordsOf(world.state)));
        expect(plainView(loaded)).toEqual(plainView(world.view()));
        world.now += 365 * 86_400_000;
        expect(world.run({ kind: "import", bundle }).ops).toEqual([]);
      },
    );
  }

  testWithCaptures("the parts of a page one after another give what they give together", () => {
    const files = ["github/summary-2026.json", "github/incidents.json"].map(readCapture);
    const together = imported(bundleFrom(...files)).view();
    const apart = emptyWorld("kctbh9vrtdwd");
    for (const file of files) apart.run({ kind: "import", bundle: bundleFrom(file) });
    const bare = (incident: Incident) => ({ ...incident, version: "", born: "", componentTags: [] });
    expect(apart.view().incidents.map(bare)).toEqual(together.incidents.map(bare));
    expect(apart.view().transitions).toEqual(together.transitions);
    for (const file of files) expect(apart.run({ kind: "import", bundle: bundleFrom(file) }).ops).toEqual([]);
  });

  testWithCaptures("groups are as bad as their worst member, as captured", () => {
    const view = imported(bundleFrom(readCapture("twilio/summary-incidents.json"))).view();
    const groups = view.components.filter((it) => it.group);
    expect(groups.length).toBe(8);
    expect(groups.filter((it) => it.status === "degraded_performance").length).toBeGreaterThan(0);
  });
});

const component = (id: string, more = {}) => ({ id, name: id, position: 1, ...more });
const small = (more: Partial<ImportBundle> = {}): ImportBundle => ({
  page: { id: "page", name: "P", url: "https://p.example", updatedAt: Date.UTC(2025, 5, 1) },
  components: [component("b"), component("a"), component("c", { position: 2 })],
  incidents: [],
  ...more,
});
const incident = (id: string, more = {}) => ({
  id,
  name: id,
  createdAt: 5,
  updatedAt: 6,
  resolvedAt: 6,
  status: "resolved" as const,
  updates: [],
  ...more,
});
const update = (id: string, displayAt: number, newStatus: Component["status"], more = {}) => ({
  id,
  status: "investigating" as const,
  body: "",
  createdAt: displayAt,
  updatedAt: displayAt,
  displayAt,
  affectedComponents: [{ code: "a", name: "a", oldStatus: "operational" as const, newStatus }],
  ...more,
});

describe("import", () => {
  test("components of one position keep the source's order, also when it changes", () => {
    const world = imported(small());
    expect(world.view().components.map((it) => it.id)).toEqual(["b", "a", "c"]);
    const turned = small({
      components: [component("a"), component("n"), component("b"), component("c", { position: 2 })],
    });
    expect(world.run({ kind: "import", bundle: turned }).ops).not.toEqual([]);
    expect(world.view().components.map((it) => it.id)).toEqual(["a", "n", "b", "c"]);
    expect(world.run({ kind: "import", bundle: turned }).ops).toEqual([]);
  });

  test("incidents of one moment keep the source's order", () => {
    const incidents = ["x", "a", "m"].map((id) => incident(id));
    const window = { from: 5, until: 9 };
    const planned = ["y", "b"].map((id) => incident(id, { status: "scheduled", resolvedAt: null, window }));
    const view = imported(small({ incidents: [...incidents, ...planned] })).view();
    expect(view.incidents.map((it) => it.id)).toEqual(["x", "a", "m"]);
    expect(view.maintenances.map((it) => it.id)).toEqual(["y", "b"]);
  });

  test("updates of one moment keep the source's order", () => {
    const updates = ["z", "a", "k"].map((id) => update(id, 5, "operational"));
    const view = imported(small({ incidents: [incident("x", { updates })] })).view();
    expect(view.incidents[0]?.updates.map((it) => it.id)).toEqual(["z", "a", "k"]);
  });

  test("an incident's components keep the source's order, also when it changes", () => {
    const bundle = (ids: readonly string[]) => small({ incidents: [incident("x", { componentIds: ids })] });
    const world = imported(bundle(["c", "a", "b"]));
    for (const ids of [["c", "a", "b"], ["b", "c"], ["a", "b", "c"], []]) {
      world.run({ kind: "import", bundle: bundle(ids) });
      expect(world.view().incidents[0]?.componentIds).toEqual(ids);
      expect(world.run({ kind: "import", bundle: bundle(ids) }).ops).toEqual([]);
    }
  });

  test("affected components: none told and none affected stay apart", () => {
    const updates = [
      update("u3", 3, "operational", { affectedComponents: [] }),
      update("u2", 2, "operational", { affectedComponents: null }),
    ];
    const world = imported(small({ incidents: [incident("x", { updates })] }));
    expect(world.view().incidents[0]?.updates.map((it) => it.affectedComponents)).toEqual([[], null]);
  });

  test("history follows from updates where the status changes, and ends with the current status", () => {
    const updates = [
      update("u3", 300, "partial_outage"),
      update("u2", 200, "major_outage"),
      update("u1", 100, "major_outage"),
      update("u0", 50, "operational"),
    ];
    const bundle = small({
      components: [component("a", { status: "degraded_performance", updatedAt: 400 })],
      incidents: [incident("x", { updates })],
    });
    const world = imported(bundle);
    expect(world.view().transitions.get("a")).toEqual([
      { at: 100, status: "major_outage" },
      { at: 300, status: "partial_outage" },
      { at: 400, status: "degraded_performance" },
    ]);
    expect(world.run({ kind: "import", bundle }).ops).toEqual([]);
  });

  test("a current status older than the last update replaces that update's", () => {
    const bundle = small({
      components: [component("a", { status: "operational", updatedAt: 90 })],
      incidents: [incident("x", { updates: [update("u1", 100, "major_outage")] })],
    });
    const world = imported(bundle);
    expect(world.view().transitions.get("a")).toEqual([{ at: 100, status: "operational" }]);
    expect(world.run({ kind: "import", bundle }).ops).toEqual([]);
  });

  test("a history of its own is taken as it is", () => {
    const transitions = [
      { componentId: "a", at: 10, status: "major_outage" as const },
      { componentId: "a", at: 20, status: "operational" as const },
    ];
    const world = imported(
      small({ transitions, incidents: [incident("x", { updates: [update("u1", 15, "partial_outage")] })] }),
    );
    expect(world.view().transitions.get("a")).toEqual(transitions.map(({ at, status }) => ({ at, status })));
  });

  test("a change made here is undone by the next import, and the history says both", () => {
    const bundle = small({ components: [component("a", { status: "operational", updatedAt: 90 })] });
    const world = imported(bundle);
    world.now += 1000;
    const changedAt = world.now;
    world.run({ kind: "component.update", id: "a", fields: { status: "major_outage" } });
    world.now += 1000;
    const undoneAt = world.now;
    world.run({ kind: "import", bundle });
    expect(world.view().componentById.get("a")?.status).toBe("operational");
    expect(world.view().transitions.get("a")).toEqual([
      { at: changedAt, status: "major_outage" },
      { at: undoneAt, status: "operational" },
    ]);
    expect(world.run({ kind: "import", bundle }).ops).toEqual([]);
  });

  test("the page keeps the source's time; an older picture does not make it older", () => {
    const world = imported(small());
    expect(world.view().page.updatedAt).toBe(Date.UTC(2025, 5, 1));
    world.run({ kind: "component.update", id: "a", fields: { status: "major_outage" } });
    world.run({ kind: "import", bundle: small() });
    expect(world.view().page.updatedAt).toBe(world.now);
  });

  test("looks of the page come with it, in the form in which they are kept, and stay where a bundle leaves them out", () => {
    const dressed = small();
    const links = [{ name: "Shop", url: "https://shop.example" }];
    const world = imported({ ...dressed, page: { ...dressed.page, brand: "#0B6A70", headerLinks: links } });
    expect(world.view().page.looks).toMatchObject({ brand: "#0b6a70", headerLinks: links });
    world.run({ kind: "import", bundle: { ...dressed, page: { ...dressed.page, footerText: "Later." } } });
    expect(world.view().page.looks).toMatchObject({
      brand: "#0b6a70",
      headerLinks: links,
      footerText: "Later.",
    });
  });

  test("what the bundle leaves out stays", () => {
    const world = imported(small({ components: [component("a", { description: "told", showcase: true })] }));
    world.run({ kind: "import", bundle: small({ components: [component("a")] }) });
    expect(world.view().componentById.get("a")).toMatchObject({ description: "told", showcase: true });
  });

  test("an entry known from a feed alone is a closed incident of unknown impact", () => {
    const bundle = small({
      incidents: [
        { id: "x", name: "X", createdAt: 5, updatedAt: 7, resolvedAt: 7, feedNumber: "31", updates: [] },
      ],
    });
    expect(imported(bundle).view().incidents[0]).toMatchObject({
      status: "resolved",
      impact: "none",
      feedNumber: "31",
    });
  });

  const wrong: readonly (readonly [string, Partial<ImportBundle>, string])[] = [
    [
      "an unknown component status",
      { components: [component("a", { status: "on_fire" })] },
      'status of component "a" "on_fire" is unknown',
    ],
    ["an id listed twice", { components: [component("a"), component("a")] }, 'component "a" is listed twice'],
    ["a group that is not there", { components: [component("a", { groupId: "g" })] }, 'no group "g"'],
    [
      "a group inside a group",
      { components: [component("g", { group: true }), component("a", { group: true, groupId: "g" })] },
      "cannot be inside a group",
    ],
    [
      "a component that is not there",
      { incidents: [incident("x", { componentIds: ["zz"] })] },
      'names the component "zz"',
    ],
    [
      "a window that ends first",
      { incidents: [incident("x", { window: { from: 2, until: 1 } })] },
      "ends before it starts",
    ],
    ["an id with odd characters", { incidents: [incident("../x")] }, 'id "../x"'],
    ["a page without a name", { page: { id: "page", url: "https://p.example" } }, "no name or address"],
    [
      "a start date that is no day",
      { components: [component("a", { startDate: "2026-02-30" })] },
      "2026-02-30",
    ],
  ];
  for (const [name, part, sentence] of wrong)
    test(`${name} is refused and nothing changes`, () => {
      const world = emptyWorld();
      const refusal = world.refusal({ kind: "import", bundle: small(part) });
      expect(refusal.status).toBe(422);
      expect(refusal.sentences.join("\n")).toContain(sentence);
    });

  test("a thousand wrong things are told in twenty sentences", () => {
    const components = Array.from({ length: 1000 }, (_, at) => component(`c${at}`, { groupId: "none" }));
    const { sentences } = emptyWorld().refusal({ kind: "import", bundle: small({ components }) });
    expect(sentences.length).toBe(21);
    expect(sentences.at(-1)).toBe("980 more of this kind.");
  });

  test("the bundle of another page is refused", () => {
    const world = imported(small());
    const bundle = small({ page: { id: "other", name: "P", url: "https://p.example" } });
    expect(world.refusal({ kind: "import", bundle }).status).toBe(409);
  });
});
