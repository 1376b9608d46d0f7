// Components that follow an upstream: its state sets them, a person's change wins, and what is unknown changes nothing.
import { expect, test } from "bun:test";
import { sourceKey, sourceOf, type UpstreamResult } from "../../src/model/upstream.ts";
import type { ComponentStatus } from "../../src/model/view.ts";
import { linkedBy } from "../../src/monitor/upstream-linking.ts";
import { world } from "../model/world.ts";

function linkedWorld() {
  const made = world();
  made.run({ kind: "upstream.create", id: "u", fields: { vendor: "github", componentId: "api" } });
  let given: ReadonlyMap<string, ComponentStatus> = new Map();
  return {
    component: () => made.view().componentById.get("api")?.status,
    person: (status: ComponentStatus) =>
      made.run({ kind: "component.update", id: "api", fields: { status } }),
    /** Null: nothing was learned. */
    vendor(status: ComponentStatus | null) {
      const [upstream] = made.view().upstreams;
      const source = upstream === undefined ? null : sourceOf(upstream);
      if (source === null) throw new TypeError("The world has no upstream.");
      const at = made.now;
      const result: UpstreamResult = {
        last: status === null ? null : { status, said: null, updatedAt: null, confirmedAt: at },
        failed: status === null ? { why: "timeout", sentence: "" } : null,
        ...{ triedAt: at, ms: 1 },
      };
      const linked = linkedBy(made.view(), new Map([[sourceKey(source), result]]), (id) => given.get(id), at);
      given = linked.given;
      for (const command of linked.commands) made.run(command);
      return linked.commands.length;
    },
  };
}

test("upstream-linking/a vendor's state is its component's, and one that stays writes nothing", () => {
  const linked = linkedWorld();
  expect(linked.vendor("operational")).toBe(0);
  for (const status of [
    "degraded_performance",
    "major_outage",
    "under_maintenance",
    "operational",
  ] as const) {
    expect([linked.vendor(status), linked.component()]).toEqual([1, status]);
    expect(linked.vendor(status)).toBe(0);
  }
});

test("upstream-linking/what is unknown changes nothing", () => {
  const linked = linkedWorld();
  linked.vendor("partial_outage");
  expect([linked.vendor(null), linked.component()]).toEqual([0, "partial_outage"]);
  expect([linked.vendor("operational"), linked.component()]).toEqual([1, "operational"]);
});

test("upstream-linking/a person's change wins, until both say the same", () => {
  const linked = linkedWorld();
  linked.vendor("partial_outage");
  linked.person("degraded_performance");
  for (const status of ["partial_outage", "major_outage", "operational"] as const)
    expect([linked.vendor(status), linked.component()]).toEqual([0, "degraded_performance"]);
  linked.vendor("degraded_performance");
  expect([linked.vendor("operational"), linked.component()]).toEqual([1, "operational"]);
});

test("upstream-linking/a component that a person set before it was linked stays theirs", () => {
  const linked = linkedWorld();
  linked.person("major_outage");
  expect([linked.vendor("degraded_performance"), linked.component()]).toEqual([0, "major_outage"]);
});
