// The indicator's table, and the moments at which time alone changes a page.
import { describe, expect, test } from "bun:test";
import { dueAt } from "../../src/model/due.ts";
import { overallStatus } from "../../src/model/status.ts";
import type { ComponentStatus, Impact, IndicatorRule, MaintenanceStatus } from "../../src/model/view.ts";
import { emptyWorld, world } from "./world.ts";

describe("indicator", () => {
  const table: readonly (readonly [ComponentStatus, Impact | null, IndicatorRule, string])[] = [
    ["operational", null, "components", "none: All Systems Operational"],
    ["under_maintenance", null, "components", "maintenance: Service Under Maintenance"],
    ["degraded_performance", null, "components", "minor: Partially Degraded Service"],
    ["partial_outage", null, "components", "major: Partial System Outage"],
    ["major_outage", null, "components", "critical: Major Service Outage"],
    ["operational", "critical", "components", "none: All Systems Operational"],
    ["operational", null, "incidents", "none: All Systems Operational"],
    ["operational", "none", "incidents", "none: All Systems Operational"],
    ["operational", "minor", "incidents", "minor: Minor Service Outage"],
    ["operational", "major", "incidents", "major: Partial System Outage"],
    ["operational", "critical", "incidents", "critical: Major Service Outage"],
    ["degraded_performance", "critical", "incidents", "minor: Partially Degraded Service"],
    ["under_maintenance", "none", "incidents", "maintenance: Service Under Maintenance"],
    ["under_maintenance", "minor", "incidents", "minor: Minor Service Outage"],
  ];
  for (const [status, impact, rule, words] of table)
    test(`${rule} decide: worst component ${status}, open incident ${impact ?? "absent"}`, () => {
      const made = world();
      made.run({ kind: "page.update", fields: { indicatorRule: rule } });
      made.run({ kind: "component.update", id: "cdn", fields: { status } });
      if (impact !== null)
        made.run({ kind: "incident.create", id: "i", fields: { name: "I", impactOverride: impact } });
      const { indicator, description } = overallStatus(made.view());
      expect(`${indicator}: ${description}`).toBe(words);
    });

  const phases: readonly (readonly [MaintenanceStatus, Impact])[] = [
    ["scheduled", "none"],
    ["in_progress", "maintenance"],
    ["verifying", "maintenance"],
    ["completed", "none"],
  ];
  for (const [status, indicator] of phases)
    test(`incidents decide: a maintenance that is ${status}`, () => {
      const made = world();
      made.run({ kind: "page.update", fields: { indicatorRule: "incidents" } });
      made.run({ kind: "incident.create", fields: { name: "M", status, window: { from: 1, until: 2 } } });
      expect(overallStatus(made.view()).indicator).toBe(indicator);
    });

  test("a resolved incident and an empty page are all operational", () => {
    const made = world();
    made.run({ kind: "page.update", fields: { indicatorRule: "incidents" } });
    made.run({
      kind: "incident.create",
      fields: { name: "I", status: "resolved", impactOverride: "critical" },
    });
    expect(overallStatus(made.view()).indicator).toBe("none");
    const empty = emptyWorld();
    empty.run({ kind: "page.create", id: "page", fields: { name: "P", url: "https://p.example" } });
    expect(overallStatus(empty.view()).indicator).toBe("none");
  });
});

describe("due", () => {
  const noon = Date.parse("2026-06-10T12:00:00+02:00");
  const midnight = Date.parse("2026-06-11T00:00:00+02:00");
  const withWindow = (from: number, until: number, status: MaintenanceStatus = "scheduled") => {
    const made = world();
    made.run({ kind: "incident.create", fields: { name: "M", status, window: { from, until } } });
    return made.view();
  };
  const table: readonly (readonly [string, number, ReturnType<typeof withWindow>, number])[] = [
    ["nothing planned: the page's midnight", noon, world().view(), midnight],
    ["at midnight itself: the next one", midnight, world().view(), midnight + 86_400_000],
    ["a window begins before midnight", noon, withWindow(noon + 1, midnight + 5), noon + 1],
    ["a window that has begun: its end", noon, withWindow(noon, noon + 9), noon + 9],
    ["a window in progress: its end", noon, withWindow(noon - 5, noon + 9, "in_progress"), noon + 9],
    ["a window that is past", noon, withWindow(noon - 9, noon - 1), midnight],
    ["a maintenance that is over early", noon, withWindow(noon - 9, noon + 9, "completed"), midnight],
    ["a window after midnight", noon, withWindow(midnight + 1, midnight + 2), midnight],
  ];
  for (const [name, asOf, view, due] of table) test(name, () => expect(dueAt(view, asOf)).toBe(due));
});
