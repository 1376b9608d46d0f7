// The page of an incident, and the history that leads to it.
import { describe, expect, test } from "bun:test";
import type { ComponentStatus, IncidentUpdate } from "../../src/model/view.ts";
import { component, hourMs, incident, now, update, viewFrom } from "./invented.ts";
import { bodyOf, countIn } from "./pages.ts";

describe("an incident's page", () => {
  const told = (at: number, status: IncidentUpdate["status"], from: ComponentStatus, to: ComponentStatus) =>
    update("i", at, status, `${status}.`, {
      affectedComponents: [{ code: "a", name: "API", oldStatus: from, newStatus: to }],
    });
  const bad = incident("i", "Errors", {
    componentIds: ["a", "b"],
    status: "postmortem",
    resolvedAt: now - hourMs,
    postmortem: { body: "# Why\n\nA **disk**.", updatedAt: now, publishedAt: now },
    updates: [
      update("i", now, "postmortem", "A disk."),
      told(now - hourMs, "resolved", "partial_outage", "operational"),
      told(now - 2 * hourMs, "identified", "major_outage", "partial_outage"),
      told(now - 3 * hourMs, "investigating", "operational", "major_outage"),
    ],
  });
  const others = [
    incident("before", "Before", { startedAt: now - 5 * hourMs }),
    incident("after", "After", { startedAt: now - 2 * hourMs }),
    incident("month", "Another month", { startedAt: now - 60 * 24 * hourMs }),
  ];
  const view = viewFrom({
    components: [component("a", "API"), component("b", "Console")],
    incidents: [bad, ...others],
  });
  const body = bodyOf(view, "/incidents/i");

  test("says what each component went through, in words and in a strip", () => {
    const course = body.slice(
      body.indexOf(`<ul class="crs">`),
      body.indexOf("</ol>", body.indexOf(`<ul class="crs">`)),
    );
    expect(course.match(/Major outage|Partial outage|Operational/g)).toEqual([
      "Major outage",
      "Partial outage",
      "Operational",
    ]);
    expect(countIn(course, "<path")).toBe(3);
    expect(
      body
        .slice(body.indexOf(`class="cmp"`))
        .startsWith(`class="cmp" aria-label="Affected components"><li><bdi>Console</bdi></li></ul>`),
    ).toBe(true);
  });

  test("has the post-mortem once, and leads to it; an imported one is its update", () => {
    expect(body.includes(`<h4 dir="auto">Why</h4><p dir="auto">A <strong>disk</strong>.</p>`)).toBe(true);
    expect(countIn(body, `<p dir="auto">A disk.</p>`)).toBe(0);
    expect(countIn(body, `href="#postmortem"`)).toBe(1);
    const imported = bodyOf(viewFrom({ incidents: [{ ...bad, postmortem: null }] }), "/incidents/i");
    expect([countIn(imported, `id="postmortem"`), countIn(imported, `<p dir="auto">A disk.</p>`)]).toEqual([
      1, 1,
    ]);
  });

  test("links lead to each update, and to what began before and after it in the month", () => {
    for (const { id } of bad.updates) {
      expect(countIn(body, `id="u-${id}"`)).toBe(1);
      expect(countIn(body, `href="#u-${id}"`)).toBe(1);
    }
    const way = body.slice(body.indexOf(`aria-label="Before and after"`));
    expect(way.match(/href="\/incidents\/\w+"/g)).toEqual([
      `href="/incidents/before"`,
      `href="/incidents/after"`,
    ]);
  });
});

test("months of which nothing is told are one line", () => {
  const began = (month: number) =>
    incident(`m${month}`, `In ${month}`, { startedAt: Date.UTC(2026, month, 5) });
  const view = viewFrom({ incidents: [began(2), began(7), began(9), began(10)] });
  expect(bodyOf(view, "/history/2026-08").includes("Nothing was reported in April 2026 to July 2026.")).toBe(
    true,
  );
  expect(bodyOf(view, "/history/2026-10").includes("Nothing was reported in September 2026.")).toBe(true);
  expect(bodyOf(view, "/history/2026-11").includes("Nothing was reported in")).toBe(false);
});
