// Uptime and day bars: weights, starts, groups, days of 23 and 25 hours.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dayBars, uptime } from "../../src/model/uptime.ts";
import type { ComponentStatus } from "../../src/model/view.ts";
import { componentStatuses } from "../../src/model/view.ts";
import { check } from "../support/property.ts";
import { emptyWorld, type World } from "./world.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string) => Date.parse(text);
type Entry = readonly [string | number, ComponentStatus];

/** A page of components with the histories given; each was made in 2020. */
function paged(
  histories: Readonly<Record<string, readonly Entry[]>>,
  more = {},
  timeZone = "Europe/Berlin",
): World {
  const made = emptyWorld("page", at("2026-11-20T12:00:00Z"));
  const ids = Object.keys(histories);
  made.run({
    kind: "import",
    bundle: {
      page: {
        id: "page",
        name: "P",
        url: "https://p.example",
        timeZone,
        updatedAt: at("2020-01-01T00:00:00Z"),
      },
      components: [
        { id: "group", name: "Group", group: true, position: 1 },
        ...ids.map((id, place) => ({
          id,
          name: id,
          position: place + 2,
          groupId: "group",
          createdAt: at("2020-01-01T00:00:00Z"),
          ...more,
        })),
      ],
      incidents: [],
      transitions: ids.flatMap((componentId) =>
        (histories[componentId] ?? []).map(([moment, status]) => ({
          componentId,
          at: typeof moment === "number" ? moment : at(moment),
          status,
        })),
      ),
    },
  });
  return made;
}

describe("uptime", () => {
  const from = at("2026-06-01T00:00:00Z");
  const until = from + 10 * hourMs;
  const hour = (count: number) => from + count * hourMs;
  const table: readonly (readonly [string, readonly Entry[], number | null])[] = [
    ["nothing ever happened", [], 1],
    [
      "down for an hour of ten",
      [
        [hour(2), "major_outage"],
        [hour(3), "operational"],
      ],
      0.9,
    ],
    [
      "a partial outage weighs three tenths",
      [
        [hour(2), "partial_outage"],
        [hour(3), "operational"],
      ],
      0.97,
    ],
    [
      "degraded is up",
      [
        [hour(2), "degraded_performance"],
        [hour(3), "operational"],
      ],
      1,
    ],
    [
      "maintenance does not count: an hour of five down",
      [
        [hour(0), "under_maintenance"],
        [hour(5), "major_outage"],
        [hour(6), "operational"],
      ],
      0.8,
    ],
    ["all of it maintenance: unknown", [[hour(-1), "under_maintenance"]], null],
    [
      "down since before",
      [
        [hour(-5), "major_outage"],
        [hour(1), "operational"],
      ],
      0.9,
    ],
    ["down until after", [[hour(9), "major_outage"]], 0.9],
    [
      "changes outside do not count",
      [
        [hour(-2), "major_outage"],
        [hour(-1), "operational"],
        [hour(10), "major_outage"],
      ],
      1,
    ],
    [
      "down at the first moment of the span",
      [
        [hour(0), "major_outage"],
        [hour(1), "operational"],
      ],
      0.9,
    ],
  ];
  for (const [name, entries, ratio] of table)
    test(name, () => {
      const made = uptime(paged({ a: entries }).view(), "a", from, until);
      if (ratio === null) expect(made.ratio).toBeNull();
      else expect(made.ratio).toBeCloseTo(ratio, 12);
    });

  test("times are told by status", () => {
    const entries: readonly Entry[] = [
      [hour(1), "degraded_performance"],
      [hour(2), "partial_outage"],
      [hour(4), "major_outage"],
      [hour(5), "under_maintenance"],
      [hour(8), "operational"],
    ];
    expect(uptime(paged({ a: entries }).view(), "a", from, until)).toEqual({
      ratio: 1 - 5_760_000 / 25_200_000,
      countedMs: 7 * hourMs,
      downMs: 1.6 * hourMs,
      outageMs: hourMs,
      partialMs: 2 * hourMs,
      degradedMs: hourMs,
      maintenanceMs: 3 * hourMs,
    });
  });

  test("nothing is claimed before the start date; it is the page's day", () => {
    const view = paged({ a: [] }, { startDate: "2026-06-02" }).view();
    expect(uptime(view, "a", from, until)).toMatchObject({ ratio: null, countedMs: 0 });
    expect(uptime(view, "a", from, at("2026-06-02T00:00:00+02:00") + hourMs).countedMs).toBe(hourMs);
  });

  test("without a start date, nothing is claimed before it was made", () => {
    const view = paged({ a: [] }, { createdAt: hour(4) }).view();
    expect(uptime(view, "a", from, until).countedMs).toBe(6 * hourMs);
  });

  test("an empty span and an unknown component are unknown", () => {
    const view = paged({ a: [] }).view();
    expect(uptime(view, "a", from, from).ratio).toBeNull();
    expect(uptime(view, "nope", from, until).ratio).toBeNull();
  });

  test("a group is at each moment as bad as its worst member", () => {
    const view = paged({
      a: [
        [hour(1), "major_outage"],
        [hour(3), "operational"],
      ],
      b: [
        [hour(2), "partial_outage"],
        [hour(4), "operational"],
      ],
    }).view();
    expect(uptime(view, "group", from, until)).toMatchObject({ outageMs: 2 * hourMs, partialMs: hourMs });
  });

  check(
    "the parts of a span add up to the span",
    [
      fc.array(fc.tuple(fc.nat({ max: 100 }), fc.constantFrom(...componentStatuses)), { maxLength: 12 }),
      fc.nat({ max: 100 }),
      fc.nat({ max: 100 }),
      fc.nat({ max: 100 }),
    ],
    (entries, ...edges) => {
      const [a = 0, b = 0, c = 0] = edges.map((edge) => hour(edge)).sort((x, y) => x - y);
      const view = paged({ a: entries.map(([moment, status]) => [hour(moment), status] as const) }).view();
      for (const id of ["a", "group"]) {
        const [first, second, all] = [uptime(view, id, a, b), uptime(view, id, b, c), uptime(view, id, a, c)];
        expect(first.countedMs + second.countedMs).toBe(all.countedMs);
        expect(first.outageMs + second.outageMs).toBe(all.outageMs);
        expect(first.maintenanceMs + second.maintenanceMs).toBe(all.maintenanceMs);
        expect(all.countedMs + all.maintenanceMs).toBe(c - a);
        expect(uptime(view, "group", a, c)).toEqual(uptime(view, "a", a, c));
      }
    },
  );
});

describe("day bars", () => {
  const days: readonly (readonly [string, string, string, number])[] = [
    ["clocks go on in Berlin: 23 hours", "2026-03-29", "Europe/Berlin", 23],
    ["clocks go back in Berlin: 25 hours", "2026-10-25", "Europe/Berlin", 25],
    ["a leap day: 24 hours", "2024-02-29", "Europe/Berlin", 24],
    ["the same day in UTC: 24 hours", "2026-03-29", "Etc/UTC", 24],
  ];
  for (const [name, day, zone, hours] of days)
    test(name, () => {
      const view = paged({ a: [] }, {}, zone).view();
      const bars = dayBars(view, "a", at(`${day}T12:00:00Z`) + 3 * dayMs, 5);
      const bar = bars[1];
      expect(bar).toMatchObject({ day, status: "operational", ratio: 1, countedMs: hours * hourMs });
      expect(bar?.until).toBe(bars[2]?.from as number);
    });

  test("ninety days up to today, oldest first; today ends now", () => {
    const view = paged({ a: [] }).view();
    const now = at("2026-06-30T10:00:00+02:00");
    const bars = dayBars(view, "a", now, 90);
    expect(bars.map((it) => it.day)).toEqual([...new Set(bars.map((it) => it.day))].sort());
    expect([bars.length, bars[0]?.day, bars[89]?.day]).toEqual([90, "2026-04-02", "2026-06-30"]);
    expect(bars[89]).toMatchObject({ countedMs: 10 * hourMs, until: at("2026-07-01T00:00:00+02:00") });
  });

  test("a day is as bad as its worst moment; a night's outage is two days'", () => {
    const view = paged({
      a: [
        ["2026-06-10T22:00:00+02:00", "major_outage"],
        ["2026-06-11T01:00:00+02:00", "degraded_performance"],
        ["2026-06-11T02:00:00+02:00", "operational"],
        ["2026-06-12T02:00:00+02:00", "under_maintenance"],
        ["2026-06-12T03:00:00+02:00", "operational"],
      ],
    }).view();
    const bars = dayBars(view, "a", at("2026-06-13T12:00:00+02:00"), 5);
    expect(bars.map(({ day, status, outageMs }) => [day, status, outageMs / hourMs])).toEqual([
      ["2026-06-09", "operational", 0],
      ["2026-06-10", "major_outage", 2],
      ["2026-06-11", "major_outage", 1],
      ["2026-06-12", "under_maintenance", 0],
      ["2026-06-13", "operational", 0],
    ]);
  });

  test("days before the start are unknown", () => {
    const view = paged({ a: [] }, { startDate: "2026-06-12" }).view();
    const bars = dayBars(view, "a", at("2026-06-13T12:00:00+02:00"), 3);
    expect(bars.map((it) => it.status)).toEqual([null, "operational", "operational"]);
  });

  test("500 components of 90 days each are measured in well under half a second", () => {
    const histories = Object.fromEntries(
      Array.from({ length: 500 }, (_, id) => [
        `c${id}`,
        Array.from(
          { length: 20 },
          (_, n): Entry => [
            at("2026-06-01T00:00:00Z") + n * dayMs + id * 1000,
            componentStatuses[n % 5] ?? "operational",
          ],
        ),
      ]),
    );
    const view = paged(histories).view();
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      for (const { id } of view.components) dayBars(view, id, at("2026-07-01T00:00:00Z"), 90);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(500);
  });
});
