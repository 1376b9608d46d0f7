// Decisions about components: what a command does to the view, and which sentence refuses it.
import { describe, expect, test } from "bun:test";
import type { Command, ComponentFields } from "../../src/model/command.ts";
import type { ComponentStatus } from "../../src/model/view.ts";
import { expectRefusal, minute, setStatus } from "./decisions.ts";
import { world } from "./world.ts";

describe("component", () => {
  test("a status change writes status and time, the transition, the page's time, and nothing else", () => {
    const made = world();
    const before = made.view();
    made.now += minute;
    const { ops } = made.run(setStatus("cdn", "partial_outage"));
    expect(ops.map(({ kind, id, fields }) => ({ kind, id, fields }))).toEqual([
      { kind: "component", id: "cdn", fields: { status: "partial_outage", updatedAt: made.now } },
      {
        kind: "transition",
        id: `cdn-${made.now}`,
        fields: { componentId: "cdn", at: made.now, status: "partial_outage" },
      },
      { kind: "page", id: "page", fields: { updatedAt: made.now } },
    ]);
    const after = made.view();
    expect(after.componentById.get("cdn")).toMatchObject({ status: "partial_outage", updatedAt: made.now });
    expect(after.componentById.get("edge")).toMatchObject({
      status: "partial_outage",
      updatedAt: before.componentById.get("edge")?.updatedAt as number,
    });
    expect(after.page).toEqual({ ...before.page, updatedAt: made.now });
  });

  test("the status it has already: no op", () => {
    const made = world();
    made.run(setStatus("api", "major_outage"));
    expect(made.run(setStatus("api", "major_outage")).ops).toEqual([]);
  });

  test("a description is cleared by null", () => {
    const made = world();
    made.run({ kind: "component.update", id: "api", fields: { description: "told" } });
    made.run({ kind: "component.update", id: "api", fields: { description: null } });
    expect(made.view().componentById.get("api")?.description).toBeNull();
  });

  test("positions restart in each group; a new one comes last", () => {
    const positions = world()
      .view()
      .components.map((it) => `${it.id} ${it.groupId ?? "-"} ${it.position}`);
    expect(positions).toEqual(["api - 1", "cdn edge 1", "web - 2", "dns edge 2", "edge - 3"]);
  });

  test("created at fault: its history begins there", () => {
    const made = world();
    made.run({ kind: "component.create", id: "db", fields: { name: "DB", status: "major_outage" } });
    expect(made.view().transitions.get("db")).toEqual([{ at: made.now, status: "major_outage" }]);
  });

  test("a group is as bad as its worst member, in Statuspage's order", () => {
    const made = world();
    const table: readonly (readonly [ComponentStatus, ComponentStatus, ComponentStatus])[] = [
      ["operational", "operational", "operational"],
      ["operational", "under_maintenance", "under_maintenance"],
      ["under_maintenance", "degraded_performance", "degraded_performance"],
      ["degraded_performance", "partial_outage", "partial_outage"],
      ["partial_outage", "major_outage", "major_outage"],
    ];
    for (const [cdn, dns, edge] of table) {
      made.run(setStatus("cdn", cdn));
      made.run(setStatus("dns", dns));
      expect(made.view().componentById.get("edge")?.status).toBe(edge);
    }
  });

  test("a member leaves its group: the group recovers", () => {
    const made = world();
    made.run(setStatus("cdn", "major_outage"));
    made.run({ kind: "component.update", id: "cdn", fields: { groupId: null } });
    expect(made.view().componentById.get("edge")?.status).toBe("operational");
  });

  test("past history is added without touching the current status", () => {
    const made = world();
    const at = made.now - 60 * minute;
    made.run({ kind: "transition.add", componentId: "api", at, status: "major_outage" });
    made.run({ kind: "transition.add", componentId: "api", at: at + minute, status: "operational" });
    expect(made.view().componentById.get("api")?.status).toBe("operational");
    expect(
      made
        .view()
        .transitions.get("api")
        ?.map((it) => it.at),
    ).toEqual([at, at + minute]);
    expect(made.run({ kind: "transition.add", componentId: "api", at, status: "major_outage" }).ops).toEqual(
      [],
    );
  });

  const update = (id: string, fields: ComponentFields): Command => ({ kind: "component.update", id, fields });
  const create = (fields: Partial<ComponentFields>, id = "new"): Command => ({
    kind: "component.create",
    id,
    fields: { name: "New", ...fields },
  });
  const refusals: readonly (readonly [string, Command, number, string])[] = [
    ["an unknown component", setStatus("nope", "operational"), 404, 'no component "nope"'],
    [
      "an unknown status",
      update("api", { status: "on_fire" as never }),
      422,
      'status "on_fire" is unknown; known are operational,',
    ],
    ["a group's status", setStatus("edge", "major_outage"), 422, "follows from its members"],
    ["an empty name", update("api", { name: "  " }), 422, "The name of the component is empty."],
    ["a long name", update("api", { name: "x".repeat(501) }), 422, "501 characters; 500 are allowed"],
    ["an unknown group", update("api", { groupId: "nope" }), 422, 'no group "nope"'],
    ["a group that is a component", update("api", { groupId: "web" }), 422, '"web" is not a group'],
    ["a group inside a group", update("edge", { groupId: "edge" }), 422, "A group cannot be inside a group."],
    ["a component made a group", update("api", { group: true }), 422, "A component cannot become a group."],
    ["a group made a component", update("edge", { group: false }), 422, "A group cannot become a component."],
    ["a position between two", update("api", { position: 1.5 }), 422, "1.5 is not a whole number"],
    [
      "a start date that is no day",
      update("api", { startDate: "2025-02-29" }),
      422,
      '"2025-02-29" is not a day',
    ],
    ["an id that exists", create({}, "api"), 409, '"api" exists already'],
    ["an id with odd characters", create({}, "a/b"), 422, 'id "a/b"'],
    [
      "a new group inside a group",
      create({ group: true, groupId: "edge" }),
      422,
      "A group cannot be inside a group.",
    ],
    [
      "history of a group",
      { kind: "transition.add", componentId: "edge", at: 1, status: "operational" },
      422,
      "is a group",
    ],
    [
      "history of the future",
      { kind: "transition.add", componentId: "api", at: 2 ** 45, status: "operational" },
      422,
      "in the future",
    ],
    [
      "history of nothing",
      { kind: "transition.add", componentId: "nope", at: 1, status: "operational" },
      404,
      'no component "nope"',
    ],
  ];
  for (const [name, command, status, sentence] of refusals)
    test(`${name} is refused`, () => expectRefusal(world(), command, status, sentence));
});
