// The course of incidents and maintenances, and what becomes of their components when they begin and end.
import { describe, expect, test } from "bun:test";
import { nextStatuses } from "../../src/model/course.ts";
import { type ComponentStatus, incidentStatuses, maintenanceStatuses } from "../../src/model/view.ts";
import { change, expectRefusal, minute, open, setStatus } from "./decisions.ts";
import { type World, world } from "./world.ts";

const hour = 60 * minute;
const status = (made: World, id: string) => made.view().componentById.get(id)?.status;
const itself = { setsMaintenance: true, setsOperational: true };

function maintain(made: World, fields: object = {}, id = "m"): void {
  const window = { from: made.now + hour, until: made.now + 2 * hour };
  made.run(open({ window, componentIds: ["api"], automation: itself, ...fields }, id));
}

describe("transitions", () => {
  const reach: Readonly<Record<string, readonly string[]>> = {
    scheduled: [],
    in_progress: ["in_progress"],
    verifying: ["in_progress", "verifying"],
    completed: ["in_progress", "completed"],
    investigating: [],
    identified: ["identified"],
    monitoring: ["monitoring"],
    resolved: ["resolved"],
  };

  test.each(Object.keys(reach))(
    "from %s: what the table allows, and a sentence with it for the rest",
    (from) => {
      const maintenance = (maintenanceStatuses as readonly string[]).includes(from);
      for (const to of maintenance ? maintenanceStatuses : incidentStatuses) {
        const made = world();
        made.run(open(maintenance ? { window: { from: made.now, until: made.now + hour } } : {}));
        for (const step of reach[from] ?? []) made.run(change({ status: step as "resolved" }));
        const allowed = nextStatuses[from as "resolved"];
        if (allowed.includes(to)) {
          made.run(change({ status: to, body: "Told." }));
          expect(made.view().incidentById.get("i")?.status).toBe(to);
        } else {
          expectRefusal(
            made,
            change({ status: to }),
            422,
            `cannot become "${to}"; allowed are ${allowed.join(", ")}`,
          );
        }
      }
    },
  );

  test("opened again: it has no end, and is in the list of open ones", () => {
    const made = world();
    made.run(open());
    made.run(change({ status: "resolved" }));
    made.now += minute;
    made.run(change({ status: "investigating", body: "It is back." }));
    expect(made.view().incidentById.get("i")).toMatchObject({ status: "investigating", resolvedAt: null });
  });

  test("a published post-mortem is taken back before its incident is opened again", () => {
    const made = world();
    made.run(open({ status: "resolved" }));
    made.run({ kind: "postmortem.draft", id: "i", body: "Why." });
    made.run({ kind: "postmortem.publish", id: "i" });
    expectRefusal(made, change({ status: "investigating" }), 422, "Take the post-mortem back");
    made.run({ kind: "postmortem.revert", id: "i" });
    made.run(change({ status: "investigating" }));
  });

  test("a new one begins where one can begin", () => {
    expectRefusal(world(), open({ status: "postmortem" }), 422, "A new incident cannot become");
    expectRefusal(world(), open({ status: "scheduled" }), 422, "status of an incident");
  });
});

describe("components, by setting", () => {
  test("work begins and ends: under maintenance, and then what they were before", () => {
    const made = world();
    made.run(setStatus("api", "degraded_performance"));
    maintain(made, { componentIds: ["api", "web"] });
    expect(status(made, "web")).toBe("operational");
    made.run(change({ status: "in_progress" }, "m"));
    expect([status(made, "api"), status(made, "web")]).toEqual(["under_maintenance", "under_maintenance"]);
    made.now += hour;
    made.run(change({ status: "verifying" }, "m"));
    made.run(change({ status: "completed" }, "m"));
    expect([status(made, "api"), status(made, "web")]).toEqual(["degraded_performance", "operational"]);
    expect(made.view().incidentById.get("m")?.impact).toBe("maintenance");
  });

  test("without the setting nothing is set", () => {
    const made = world();
    maintain(made, { automation: {} });
    made.run(change({ status: "in_progress" }, "m"));
    expect(status(made, "api")).toBe("operational");
    made.run(change({ components: { api: "under_maintenance" } }, "m"));
    made.run(change({ status: "completed" }, "m"));
    expect(status(made, "api")).toBe("under_maintenance");
  });

  test("what the command names wins over the rule", () => {
    const made = world();
    maintain(made);
    made.run(change({ status: "in_progress", components: { api: "partial_outage" } }, "m"));
    expect(status(made, "api")).toBe("partial_outage");
    made.run(change({ status: "completed", components: { api: "degraded_performance" } }, "m"));
    expect(status(made, "api")).toBe("degraded_performance");
  });

  const later: readonly (readonly [string, readonly ComponentStatus[], ComponentStatus])[] = [
    ["to another status", ["partial_outage"], "partial_outage"],
    ["away and back", ["operational", "under_maintenance"], "under_maintenance"],
  ];
  test.each(later)("set by hand meanwhile, %s: it stays", (_, statuses, after) => {
    const made = world();
    maintain(made);
    made.run(change({ status: "in_progress" }, "m"));
    for (const word of statuses) {
      made.now += minute;
      made.run(setStatus("api", word));
    }
    made.now += minute;
    made.run(change({ status: "completed" }, "m"));
    expect(status(made, "api")).toBe(after);
  });

  test("another open incident holds it: then it is what that one says, and at the end what it was before both", () => {
    const made = world();
    made.run(open({ components: { api: "degraded_performance" }, automation: itself }, "slow"));
    made.now += minute;
    made.run(open({ components: { api: "major_outage" }, automation: itself }, "down"));
    made.now += minute;
    made.run(change({ status: "resolved" }, "down"));
    expect(status(made, "api")).toBe("degraded_performance");
    made.now += minute;
    made.run(change({ status: "resolved" }, "slow"));
    expect(status(made, "api")).toBe("operational");
  });

  test("the one that ended first had lent its status to the other: that ends with both", () => {
    const made = world();
    maintain(made);
    made.run(change({ status: "in_progress" }, "m"));
    made.now += minute;
    made.run(open({ components: { api: "major_outage" }, automation: itself }, "down"));
    made.now += minute;
    made.run(change({ status: "completed" }, "m"));
    expect(status(made, "api")).toBe("major_outage");
    made.now += minute;
    made.run(change({ status: "resolved" }, "down"));
    expect(status(made, "api")).toBe("operational");
  });

  test("at fault by another incident when work begins: the fault stays to be seen", () => {
    const made = world();
    made.run(open({ components: { api: "major_outage" } }, "down"));
    maintain(made, { componentIds: ["api", "web"] });
    made.run(change({ status: "in_progress" }, "m"));
    expect([status(made, "api"), status(made, "web")]).toEqual(["major_outage", "under_maintenance"]);
  });

  test("opened again and closed again: it is put back to what it was the second time", () => {
    const made = world();
    made.run(open({ components: { api: "major_outage" }, automation: itself }));
    made.now += minute;
    made.run(change({ status: "resolved" }));
    made.run(setStatus("api", "degraded_performance"));
    made.now += minute;
    made.run(change({ status: "investigating", components: { api: "partial_outage" } }));
    made.now += minute;
    made.run(change({ status: "resolved" }));
    expect(status(made, "api")).toBe("degraded_performance");
  });
});
