// Decisions about incidents and maintenances, and their refusals.
import { describe, expect, test } from "bun:test";
import type { Command, IncidentFields } from "../../src/model/command.ts";
import type { Impact } from "../../src/model/view.ts";
import { change, expectRefusal, kinds, minute, open, setStatus } from "./decisions.ts";
import { world } from "./world.ts";

describe("incident", () => {
  test("create writes the incident, its update, its components with their history, the page", () => {
    const made = world();
    const { ops } = made.run(
      open({ body: "We look.", components: { api: "major_outage", cdn: "partial_outage" } }),
    );
    expect(kinds(ops)).toEqual([
      "incident i",
      "update new",
      "component api",
      `transition api-${made.now}`,
      "component cdn",
      `transition cdn-${made.now}`,
      "page page",
    ]);
    const incident = made.view().incidentById.get("i");
    expect(incident).toMatchObject({
      name: "Slow logins",
      status: "investigating",
      impact: "critical",
      createdAt: made.now,
      startedAt: made.now,
      monitoringAt: null,
      resolvedAt: null,
      componentIds: ["api", "cdn"],
    });
    expect(incident?.updates).toMatchObject([
      {
        status: "investigating",
        body: "We look.",
        displayAt: made.now,
        deliverNotifications: true,
        affectedComponents: [
          { code: "api", name: "API", oldStatus: "operational", newStatus: "major_outage" },
          { code: "cdn", name: "Edge - CDN", oldStatus: "operational", newStatus: "partial_outage" },
        ],
      },
    ]);
  });

  test("its life: identified, monitoring, resolved, opened again", () => {
    const made = world();
    made.run(open({ components: { api: "partial_outage" } }));
    const began = made.now;
    made.now += minute;
    made.run(change({ status: "monitoring", components: { api: "operational" } }));
    const monitored = made.now;
    made.now += minute;
    made.run(change({ body: "Still watching." }));
    made.now += minute;
    made.run(change({ status: "resolved" }));
    const incident = made.view().incidentById.get("i");
    expect(incident).toMatchObject({
      status: "resolved",
      impact: "major",
      monitoringAt: monitored,
      resolvedAt: made.now,
      updatedAt: made.now,
    });
    expect(incident?.updates.map((it) => `${it.status}: ${it.body}`)).toEqual([
      "resolved: This incident has been resolved.",
      "monitoring: Still watching.",
      "monitoring: A fix has been implemented and we are monitoring the results.",
      "investigating: We are currently investigating this issue.",
    ]);
    expect(incident?.updates[0]?.affectedComponents).toEqual([
      { code: "api", name: "API", oldStatus: "operational", newStatus: "operational" },
    ]);
    expect(made.view().transitions.get("api")).toEqual([
      { at: began, status: "partial_outage" },
      { at: monitored, status: "operational" },
    ]);
    made.run(change({ status: "investigating" }));
    expect(made.view().incidentById.get("i")).toMatchObject({ status: "investigating", resolvedAt: null });
  });

  const impacts: readonly (readonly [string, Partial<IncidentFields>, Impact])[] = [
    ["no component", {}, "none"],
    ["degraded", { components: { api: "degraded_performance" } }, "minor"],
    ["partial", { components: { api: "partial_outage" } }, "major"],
    ["major", { components: { api: "major_outage" } }, "critical"],
    ["the worst of several", { components: { api: "degraded_performance", web: "partial_outage" } }, "major"],
    ["overridden", { components: { api: "major_outage" }, impactOverride: "none" }, "none"],
    ["a maintenance", { window: { from: 1, until: 2 }, components: { api: "major_outage" } }, "maintenance"],
    ["a maintenance, overridden", { window: { from: 1, until: 2 }, impactOverride: "minor" }, "minor"],
  ];
  for (const [name, fields, impact] of impacts)
    test(`impact: ${name} is ${impact}`, () => {
      const made = world();
      made.run(open(fields));
      expect(made.view().incidentById.get("i")?.impact).toBe(impact);
    });

  test("impact stays at its worst while components recover", () => {
    const made = world();
    made.run(open({ components: { api: "major_outage" } }));
    made.run(change({ components: { api: "degraded_performance" } }));
    expect(made.view().incidentById.get("i")?.impact).toBe("critical");
  });

  test("an override that is taken back leaves the worst that was told", () => {
    const made = world();
    made.run(open({ components: { api: "partial_outage" }, impactOverride: "minor" }));
    made.run(change({ components: { api: "operational" } }));
    expect(made.view().incidentById.get("i")?.impact).toBe("minor");
    made.run(change({ impactOverride: null }));
    expect(made.view().incidentById.get("i")?.impact).toBe("major");
  });

  test("a closed incident is not made worse by what befell its components later", () => {
    const made = world();
    made.run(open({ components: { api: "degraded_performance" } }));
    made.run(change({ status: "resolved", components: { api: "operational" } }));
    made.run(setStatus("api", "major_outage"));
    made.run(change({ name: "Slow logins in May" }));
    made.run({ kind: "postmortem.draft", id: "i", body: "Why it happened." });
    made.run({ kind: "postmortem.publish", id: "i" });
    expect(made.view().incidentById.get("i")).toMatchObject({ impact: "minor", status: "postmortem" });
  });

  test("an imported incident whose end nobody knows gets none by a new name", () => {
    const made = world();
    const known = {
      id: "i",
      name: "I",
      status: "resolved" as const,
      createdAt: 5,
      updatedAt: 6,
      updates: [],
    };
    const page = { id: "page", name: "Example", url: "https://status.example.com" };
    made.run({ kind: "import", bundle: { page, components: [], incidents: [known] } });
    made.run(change({ name: "J" }));
    expect(made.view().incidentById.get("i")).toMatchObject({ name: "J", resolvedAt: null });
  });

  test("a new name alone tells nothing: no update", () => {
    const made = world();
    made.run(open());
    expect(kinds(made.run(change({ name: "Slow" })).ops)).toEqual(["incident i", "page page"]);
  });

  test("nothing new: no op", () => {
    const made = world();
    made.run(open({ componentIds: ["api"] }));
    expect(made.run(change({ name: "Slow logins", componentIds: ["api"] })).ops).toEqual([]);
  });

  test("the complete new list of components is what the next read gives, in its order", () => {
    const made = world();
    made.run(open({ componentIds: ["web", "api"] }));
    for (const ids of [["api", "web"], ["dns", "api"], ["api"], []]) {
      made.run(change({ componentIds: ids }));
      expect(made.view().incidentById.get("i")?.componentIds).toEqual(ids);
    }
  });

  test("without components an update says null, as captured", () => {
    const made = world();
    made.run(open());
    expect(made.view().incidentById.get("i")?.updates[0]?.affectedComponents).toBeNull();
  });

  test("told afterwards: dated as it was, the history too, the page's time is now", () => {
    const made = world();
    const at = made.now - 600 * minute;
    made.run(open({ at, components: { api: "major_outage" } }));
    made.run(change({ at: at + minute, status: "resolved", components: { api: "operational" } }));
    const view = made.view();
    expect(view.incidentById.get("i")).toMatchObject({
      createdAt: at,
      startedAt: at,
      resolvedAt: at + minute,
      updatedAt: made.now,
    });
    expect(view.incidentById.get("i")?.updates.map((it) => it.displayAt)).toEqual([at + minute, at]);
    expect(view.transitions.get("api")?.map((it) => it.at)).toEqual([at, at + minute]);
    expect(view.componentById.get("api")?.status).toBe("operational");
    expect(view.page.updatedAt).toBe(made.now);
  });

  test("told afterwards of a component that has changed since: the current status stays", () => {
    const made = world();
    const at = made.now - 600 * minute;
    made.run(setStatus("api", "degraded_performance"));
    made.run(open({ at, components: { api: "major_outage" } }));
    const view = made.view();
    expect(view.componentById.get("api")?.status).toBe("degraded_performance");
    expect(view.incidentById.get("i")?.updates[0]?.affectedComponents).toMatchObject([
      { oldStatus: "operational", newStatus: "major_outage" },
    ]);
    expect(view.transitions.get("api")?.map((it) => it.status)).toEqual([
      "major_outage",
      "degraded_performance",
    ]);
  });

  test("a maintenance: scheduled, in progress, completed", () => {
    const made = world();
    const window = { from: made.now + minute, until: made.now + 9 * minute };
    made.run(open({ window, componentIds: ["web"] }));
    expect(made.view().maintenances).toMatchObject([
      { id: "i", status: "scheduled", window, impact: "maintenance" },
    ]);
    expect(made.view().incidents).toEqual([]);
    made.now += minute;
    made.run(change({ status: "in_progress", components: { web: "under_maintenance" } }));
    made.now += minute;
    made.run(change({ status: "completed", components: { web: "operational" } }));
    expect(made.view().maintenances).toMatchObject([{ status: "completed", resolvedAt: made.now }]);
    made.run(change({ window: { from: 1, until: 2 } }));
    expect(made.view().maintenances[0]?.window).toEqual({ from: 1, until: 2 });
  });

  test("lists: open ones first, newest first; then the latest resolved; maintenances by start", () => {
    const made = world();
    for (const id of ["a", "b", "c", "d"]) {
      made.now += minute;
      made.run(open({}, id));
    }
    for (const id of ["c", "a"]) {
      made.now += minute;
      made.run(change({ status: "resolved" }, id));
    }
    for (const [id, from] of [
      ["m1", 50],
      ["m2", 10],
      ["m3", 30],
    ] as const)
      made.run(open({ window: { from, until: from + 1 } }, id));
    expect(made.view().incidents.map((it) => it.id)).toEqual(["d", "b", "a", "c"]);
    expect(made.view().maintenances.map((it) => it.id)).toEqual(["m2", "m3", "m1"]);
  });

  const refusals: readonly (readonly [string, Command, number, string])[] = [
    ["an unknown incident", change({ body: "x" }, "nope"), 404, 'no incident "nope"'],
    ["an id that exists", open(), 409, '"i" exists already'],
    ["an unknown component", open({ componentIds: ["nope"] }, "j"), 422, 'no component "nope"'],
    [
      "the status of an unknown component",
      change({ components: { nope: "operational" } }),
      422,
      'no component "nope"',
    ],
    ["a group", open({ componentIds: ["edge"] }, "j"), 422, '"Edge" (edge) is a group; name its members'],
    [
      "a maintenance's status on an incident",
      change({ status: "in_progress" }),
      422,
      'status of an incident "in_progress" is unknown; known are investigating',
    ],
    [
      "an incident's status on a maintenance",
      open({ status: "resolved", window: { from: 1, until: 2 } }, "j"),
      422,
      'status of a maintenance "resolved" is unknown',
    ],
    [
      "an unknown component status",
      change({ components: { api: "bad" as never } }),
      422,
      'component status "bad"',
    ],
    ["an unknown impact", change({ impactOverride: "huge" as never }), 422, 'impact "huge" is unknown'],
    ["an empty name", open({ name: "" }, "j"), 422, "The name of the incident is empty."],
    ["a long text", change({ body: "x".repeat(25_001) }), 422, "25001 characters; 25000 are allowed"],
    [
      "a window that ends before it starts",
      open({ window: { from: 2, until: 1 } }, "j"),
      422,
      "ends before it starts",
    ],
    [
      "a window on an incident",
      change({ window: { from: 1, until: 2 } }),
      422,
      "cannot become a maintenance",
    ],
    ["a date in the future", change({ at: 2 ** 45 }), 422, "cannot be dated in the future"],
  ];
  for (const [name, command, status, sentence] of refusals)
    test(`${name} is refused`, () => {
      const made = world();
      made.run(open());
      expectRefusal(made, command, status, sentence);
    });

  test("several wrong things are told at once", () => {
    const { sentences } = world().refusal(open({ name: "", componentIds: ["x", "y"] }));
    expect(sentences.length).toBe(3);
  });
});
