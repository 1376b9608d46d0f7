// Decisions that take away, and edits of what was told: what is left for readers, and what the op-log keeps.
import { describe, expect, test } from "bun:test";
import { fillTemplate, missingSentences } from "../../src/model/template-text.ts";
import type { Template } from "../../src/model/view.ts";
import { change, expectRefusal, kinds, minute, open, setStatus } from "./decisions.ts";
import { world } from "./world.ts";

describe("delete", () => {
  test("an incident goes with its updates; components keep their status; the op tells of it", () => {
    const made = world();
    made.run(open({ components: { api: "major_outage" } }));
    made.now += minute;
    const { ops } = made.run({ kind: "incident.delete", id: "i" });
    expect(kinds(ops)).toEqual(["incident i", "page page"]);
    expect(ops[0]?.fields).toEqual({ deleted: true });
    const view = made.view();
    expect([view.incidents.length, view.incidentById.size]).toEqual([0, 0]);
    expect(view.componentById.get("api")?.status).toBe("major_outage");
    expect(view.page.updatedAt).toBe(made.now);
    expectRefusal(made, { kind: "incident.delete", id: "i" }, 404, 'no incident "i"');
  });

  test("a component goes with its history; what is open and what templates fill in no longer names it", () => {
    const made = world();
    made.run({
      kind: "template.create",
      id: "t",
      fields: { name: "Outage", title: "Outage", body: "Down.", componentIds: ["api", "web"] },
    });
    made.run(open({ components: { api: "partial_outage", web: "major_outage" } }));
    made.run(open({ status: "resolved", componentIds: ["api"] }, "past"));
    made.run({ kind: "component.delete", id: "api" });
    const view = made.view();
    expect(view.componentById.has("api")).toBe(false);
    expect(view.transitions.has("api")).toBe(false);
    expect(view.incidentById.get("i")?.componentIds).toEqual(["web"]);
    expect(view.incidentById.get("past")?.componentIds).toEqual(["api"]);
    expect(view.incidentById.get("i")?.updates[0]?.affectedComponents?.map(({ code }) => code)).toEqual([
      "api",
      "web",
    ]);
    expect(view.templates[0]?.componentIds).toEqual(["web"]);
    expectRefusal(made, setStatus("api", "operational"), 404, 'no component "api"');
    // The past incident can be written on, although it names what is gone.
    made.run(change({ name: "Slow" }, "past"));
  });

  test("a group's members stay, in no group, behind the others and in their order", () => {
    const made = world();
    made.run({ kind: "component.delete", id: "edge" });
    expect(made.view().components.map(({ id, groupId, position }) => `${id} ${groupId} ${position}`)).toEqual(
      ["api null 1", "web null 2", "cdn null 3", "dns null 4"],
    );
  });

  test("an id that was deleted is not given again, and an import leaves it away", () => {
    const made = world();
    made.run(open());
    made.run({ kind: "incident.delete", id: "i" });
    made.run({ kind: "component.delete", id: "api" });
    expectRefusal(made, open(), 422, "take another id");
    expectRefusal(made, { kind: "component.create", id: "api", fields: { name: "API" } }, 422, "was deleted");
    const told = { id: "i", name: "Slow", createdAt: 1, updatedAt: 1, componentIds: ["api"], updates: [] };
    const bundle = {
      page: { id: "page" },
      components: [{ id: "api", name: "API" }],
      incidents: [told, { ...told, id: "other" }],
    };
    made.run({ kind: "import", bundle });
    expect([...made.view().incidentById.keys()]).toEqual(["other"]);
    expect(made.view().incidentById.get("other")?.componentIds).toEqual([]);
    expect(made.view().componentById.has("api")).toBe(false);
    expect(made.run({ kind: "import", bundle }).ops).toEqual([]);
  });
});

describe("template", () => {
  const fields = { name: "Outage", title: "Trouble", body: "We look into it.", componentIds: ["api"] };

  test("is kept as it was said, is changed and goes; no reader's time moves", () => {
    const made = world();
    const before = made.view().page;
    made.now += minute;
    const { id } = made.run({ kind: "template.create", fields: { ...fields, updateStatus: "identified" } });
    made.run({ kind: "template.create", id: "b", fields: { ...fields, name: "A first one" } });
    made.now += minute;
    made.run({ kind: "template.update", id, fields: { shouldSendNotifications: true } });
    expect(made.view().templates.map(({ name }) => name)).toEqual(["A first one", "Outage"]);
    expect(made.view().templates[1]).toMatchObject({
      ...fields,
      updateStatus: "identified",
      groupId: null,
      shouldTweet: false,
      shouldSendNotifications: true,
      createdAt: made.now - minute,
      updatedAt: made.now,
    });
    made.run({ kind: "template.delete", id });
    expect(made.view().templates.map((it) => it.id)).toEqual(["b"]);
    expect(made.view().page).toEqual(before);
    expectRefusal(made, { kind: "template.update", id, fields: {} }, 404, "no template");
    expect(made.run({ kind: "template.update", id: "b", fields: { body: fields.body } }).ops).toEqual([]);
  });

  test("is filled in with what is known, once; what is not known stands and is named", () => {
    const made = world();
    made.run({ kind: "component.update", id: "api", fields: { name: "{{page}}" } });
    const body = "{{ component }} on {{page}} from {{start}} to {{end}}, said {{date}} {{time}}, {{url}}";
    made.run({ kind: "template.create", id: "t", fields: { ...fields, title: "{{component}}", body } });
    const template = made.view().templates[0] as Template;
    const from = Date.UTC(2027, 2, 28, 1, 30);
    expect(
      fillTemplate(made.view(), template, { now: made.now, window: { from, until: from + minute } }),
    ).toEqual({
      title: "{{page}}",
      body: "{{page}} on Example from 2027-03-28 03:30 (Europe/Berlin) to 2027-03-28 03:31 (Europe/Berlin), said 2026-01-05 13:00, https://status.example.com",
      missing: [],
    });
    const bare = fillTemplate(made.view(), template, { now: made.now, componentIds: [] });
    expect(bare.title).toBe("{{component}}");
    expect(missingSentences(bare)).toEqual([
      "Nothing is known for {{component}}: the names of the affected components.",
      "Nothing is known for {{start}}: when the maintenance begins, on the page's clock.",
      "Nothing is known for {{end}}: when the maintenance ends, on the page's clock.",
    ]);
  });

  test("one that names what nobody can fill in is refused with what there is", () => {
    const create = (body: string) =>
      ({ kind: "template.create", fields: { name: "N", title: "T", body } }) as const;
    expectRefusal(
      world(),
      create("{{customer}}"),
      422,
      "{{customer}} cannot be filled in; known are {{page}}",
    );
    expectRefusal(world(), create("{{constructor}}"), 422, "{{constructor}} cannot be filled in");
    world().run(create("Braces { alone } and {{}".concat(" are words")));
  });

  test("names what the page has", () => {
    const made = world();
    const create = (more: object) => ({ kind: "template.create" as const, fields: { ...fields, ...more } });
    expectRefusal(made, create({ componentIds: ["gone"] }), 422, 'no component "gone"');
    expectRefusal(made, create({ updateStatus: "postmortem" }), 422, "known are investigating");
    expectRefusal(made, create({ title: " " }), 422, "is empty");
  });
});

describe("update.edit", () => {
  const edit = (id: string, fields: object) => ({
    kind: "update.edit" as const,
    incidentId: "i",
    id,
    fields,
  });

  test("corrects the words, the time and what was told of components; the impact follows, the history does not", () => {
    const made = world();
    made.run(open({ components: { api: "major_outage" } }));
    const first = made.view().incidentById.get("i")?.updates[0]?.id ?? "";
    const started = made.now;
    made.now += 10 * minute;
    made.run(
      edit(first, {
        body: "Some logins fail.",
        displayAt: started - minute,
        components: { api: "degraded_performance" },
      }),
    );
    const incident = made.view().incidentById.get("i");
    expect(incident).toMatchObject({ startedAt: started - minute, createdAt: started, impact: "minor" });
    expect(incident?.updates[0]).toMatchObject({
      body: "Some logins fail.",
      displayAt: started - minute,
      createdAt: started,
      updatedAt: made.now,
      affectedComponents: [
        { code: "api", name: "API", oldStatus: "operational", newStatus: "degraded_performance" },
      ],
    });
    expect(made.view().transitions.get("api")).toEqual([{ at: started, status: "major_outage" }]);
  });

  test("the end of an incident moves with the update that told it", () => {
    const made = world();
    made.run(open());
    made.now += 10 * minute;
    made.run(change({ status: "resolved" }));
    const last = made.view().incidentById.get("i")?.updates[0];
    made.run(edit(last?.id ?? "", { displayAt: made.now - minute }));
    expect(made.view().incidentById.get("i")?.resolvedAt).toBe(made.now - minute);
  });

  test("what is refused", () => {
    const made = world();
    made.run(open());
    const id = made.view().incidentById.get("i")?.updates[0]?.id ?? "";
    expectRefusal(made, edit("none", {}), 404, 'no update "none"');
    expectRefusal(made, edit(id, { displayAt: made.now + 1 }), 422, "in the future");
    expectRefusal(made, edit(id, { displayAt: -1 }), 422, "1970 to 9999");
    expectRefusal(made, edit(id, { components: { edge: "operational" } }), 422, "is a group");
    expect(made.run(edit(id, {})).ops).toEqual([]);
  });
});
