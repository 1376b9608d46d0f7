// What is promised and reported: windows, months, budgets, the weight of a partial outage; all of it what `uptime` says.
import { expect, test } from "bun:test";
import type { PageFields } from "../../src/model/command.ts";
import { dayBars, uptime } from "../../src/model/uptime.ts";
import {
  budgetOf,
  uptimeMonthReports,
  uptimeRows,
  uptimeWindows,
  windowSpan,
} from "../../src/model/uptime-report.ts";
import type { ComponentStatus } from "../../src/model/view.ts";
import { emptyWorld } from "./world.ts";

const at = (text: string) => Date.parse(text);
const now = at("2026-11-20T12:00:00Z");
const hourMs = 3_600_000;

function paged(history: readonly (readonly [string, ComponentStatus])[], fields: PageFields = {}) {
  const made = emptyWorld("page", now);
  made.run({
    kind: "import",
    bundle: {
      page: { id: "page", name: "P", url: "https://p.example", timeZone: "Europe/Berlin", ...fields },
      components: [{ id: "api", name: "API", createdAt: at("2020-01-01T00:00:00Z") }],
      incidents: [],
      transitions: history.map(([moment, status]) => ({ componentId: "api", at: at(moment), status })),
    },
  });
  return made.view();
}
const partial = [
  ["2026-11-10T00:00:00Z", "partial_outage"],
  ["2026-11-10T10:00:00Z", "operational"],
] as const;

test.each([
  [0, 0],
  [0.3, 3],
  [1, 10],
] as const)(
  "uptime-report/a partial outage of ten hours at weight %d is %d hours down, in spans and in bars",
  (weight, hours) => {
    const view = paged(partial, { partialWeight: weight });
    const { from, until } = windowSpan(view, "30d", now);
    expect(uptime(view, "api", from, until).downMs).toBeCloseTo(hours * hourMs, 0);
    const bars = dayBars(view, "api", now, 30);
    expect(bars.reduce((sum, { downMs }) => sum + downMs, 0)).toBeCloseTo(hours * hourMs, 0);
  },
);

test("uptime-report/the weight of a page that never said one is three tenths; one that is none is refused", () => {
  const made = emptyWorld("page", now);
  made.run({ kind: "page.create", id: "page", fields: { name: "P", url: "https://p.example" } });
  expect(made.view().page).toMatchObject({ partialWeight: 0.3, slaTarget: null });
  for (const fields of [{ partialWeight: 1.1 }, { partialWeight: Number.NaN }, { slaTarget: 49 }])
    expect(made.refusal({ kind: "page.update", fields }).status).toBe(422);
  made.run({ kind: "page.update", fields: { partialWeight: 0.5, slaTarget: 99.9 } });
  expect(made.view().page).toMatchObject({ partialWeight: 0.5, slaTarget: 99.9 });
});

test("uptime-report/windows are days of the page's zone with today, from 24 hours to five years", () => {
  const view = paged([]);
  const spans = uptimeWindows.map(({ name }) => [
    name,
    new Date(windowSpan(view, name, now).from).toISOString(),
  ]);
  expect(spans).toEqual([
    ["24h", "2026-11-19T12:00:00.000Z"],
    ["7d", "2026-11-13T23:00:00.000Z"],
    ["30d", "2026-10-21T22:00:00.000Z"],
    ["90d", "2026-08-22T22:00:00.000Z"],
    ["1y", "2025-11-20T23:00:00.000Z"],
    ["2y", "2024-11-20T23:00:00.000Z"],
    ["5y", "2021-11-20T23:00:00.000Z"],
  ]);
});

test("uptime-report/a budget is what the promise leaves of the time that counts; maintenance is no part of it", () => {
  const view = paged(
    [
      ["2026-11-20T02:00:00Z", "major_outage"],
      ["2026-11-20T02:01:00Z", "under_maintenance"],
      ["2026-11-20T04:01:00Z", "operational"],
    ],
    { slaTarget: 99.9 },
  );
  const [row] = uptimeRows(view, windowSpan(view, "24h", now));
  // Of 22 hours a thousandth.
  expect(row?.budget).toEqual({ target: 99.9, allowedMs: 79_200, leftMs: 19_200, isKept: true });
  const measured = { ...(row?.uptime ?? uptime(view, "api", 0, 0)), downMs: 79_201 };
  expect(budgetOf(measured, 99.9)).toMatchObject({ leftMs: -1, isKept: false });
  expect(budgetOf(measured, null)).toBeNull();
});

test("uptime-report/months are those of the page's zone, newest first, and add up to the whole", () => {
  const view = paged(partial);
  const reports = uptimeMonthReports(view, 14, now);
  expect([reports[0]?.month, reports[10]?.month, reports[13]?.month]).toEqual([
    "2026-11",
    "2026-01",
    "2025-10",
  ]);
  const [first, last] = [reports[13]?.from ?? 0, reports[0]?.until ?? 0];
  const sum = (of: "countedMs" | "downMs"): number =>
    reports.reduce((total, { rows }) => total + (rows[0]?.uptime[of] ?? 0), 0);
  const whole = uptime(view, "api", first, last);
  expect(sum("countedMs")).toBe(whole.countedMs);
  expect(sum("downMs")).toBeCloseTo(whole.downMs, 0);
});
