// Pages about a subject: uptime by month, the maintenance calendar and its file, how the page works, how to follow it; at their smallest and largest.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import { limits } from "../../src/base/limits.ts";
import { uptime } from "../../src/model/uptime.ts";
import type { Incident } from "../../src/model/view.ts";
import { emptyWorld } from "../model/world.ts";
import { component, dayMs, hourMs, incident, now, type Parts, page, update, viewFrom } from "./invented.ts";
import { bodyOf, countIn, documentsByPath } from "./pages.ts";

const at = Date.UTC(2026, 10, 24, 22);

function work(id: string, fields: Partial<Incident> = {}): Incident {
  return incident(id, `Work ${id}`, {
    window: { from: at, until: at + 4 * hourMs },
    impact: "maintenance",
    createdAt: now - dayMs,
    updates: [update(id, now - hourMs, "scheduled", "Planned.")],
    ...fields,
  });
}

interface Event {
  readonly get: (name: string) => unknown;
}

/** Events of the calendar file, as another program reads them. */
const eventsOf = (parts: Parts): readonly Event[] => eventsIn(bodyOf(viewFrom(parts), "/calendar.ics"));

function eventsIn(file: string): readonly Event[] {
  const root = new ICAL.Component(ICAL.parse(file));
  return root.getAllSubcomponents("vevent").map((event) => ({
    get: (name) => {
      const value = event.getFirstPropertyValue(name);
      return value instanceof ICAL.Time ? value.toJSDate().getTime() : value;
    },
  }));
}

describe("calendar.ics", () => {
  test("an event says what, when and where, with a name that stays", () => {
    const [event] = eventsOf({ incidents: [work("m"), incident("i", "No maintenance")] });
    const second = (ms: number): number => ms - (ms % 1_000);
    expect(
      Object.fromEntries(
        ["uid", "summary", "description", "dtstart", "dtend", "status", "dtstamp", "url"].map((name) => [
          name,
          event?.get(name),
        ]),
      ),
    ).toEqual({
      uid: "m@status.northwind.example",
      summary: "Work m",
      description: "Planned.",
      dtstart: at,
      dtend: at + 4 * hourMs,
      status: "CONFIRMED",
      dtstamp: second(now - hourMs),
      url: "https://status.northwind.example/incidents/m",
    });
  });

  test("each occurrence of recurring maintenance is an event at its moment, over both changes of the clock; one that is deleted is none", () => {
    for (const [start, begins] of [
      ["2027-03-27T02:30", ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]],
      ["2027-10-30T02:30", ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]],
    ] as const) {
      const world = emptyWorld("p1", Date.parse(begins[0]) - dayMs);
      const fields = { name: "P", url: "https://status.example", timeZone: "Europe/Berlin" };
      world.run({ kind: "page.create", id: "p1", fields });
      const rule = {
        name: "Backups",
        body: "Slow.",
        rule: "FREQ=DAILY",
        start,
        durationMs: hourMs,
        ahead: 3,
      };
      world.run({ kind: "recurrence.create", id: "r", fields: rule });
      const told = () =>
        eventsIn(bodyOf(world.view(), "/calendar.ics")).map((event) => [
          event.get("dtstart"),
          event.get("dtend"),
        ]);
      const expected = begins.map((moment) => [Date.parse(moment), Date.parse(moment) + hourMs]);
      expect(told()).toEqual(expected);
      const uids = eventsIn(bodyOf(world.view(), "/calendar.ics")).map((event) => event.get("uid"));
      expect(new Set(uids).size).toBe(3);
      world.run({ kind: "incident.delete", id: world.view().maintenances[1]?.id ?? "" });
      expect(told()).toEqual([expected[0] ?? [], expected[2] ?? []]);
    }
  });

  test("each change rises its sequence, also one that tells nothing", () => {
    const sequence = (fields: Partial<Incident>): number =>
      Number(eventsOf({ incidents: [work("m", fields)] })[0]?.get("sequence"));
    const first = sequence({});
    const moved = sequence({ updatedAt: now, window: { from: at + dayMs, until: at + dayMs + hourMs } });
    expect([first > 0, moved > first]).toEqual([true, true]);
  });

  test("closed before it was to begin is cancelled; over is not", () => {
    const closed = (resolvedAt: number) =>
      work("m", { status: "completed", resolvedAt, updates: [update("m", resolvedAt, "completed", "Off.")] });
    expect(eventsOf({ incidents: [closed(at - hourMs)] })[0]?.get("status")).toBe("CANCELLED");
    expect(eventsOf({ incidents: [closed(at + hourMs)] })[0]?.get("status")).toBe("CONFIRMED");
  });

  test("lines are folded at 75 bytes and end as the format wants, whatever people write", () => {
    const hostile = `Löschen;, \\n "x"\r\nBEGIN:VEVENT\r\n🚒\u202e\u0000\ud800 ${"ö".repeat(200)}`;
    const parts = {
      page: { ...page, name: hostile },
      incidents: [work("m", { name: hostile, updates: [update("m", now, "scheduled", hostile)] })],
    };
    const body = bodyOf(viewFrom(parts), "/calendar.ics");
    for (const line of body.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    for (const control of ["\r", "\n", "\0"]) expect(body.replaceAll("\r\n", "")).not.toContain(control);
    const [event, ...others] = eventsOf(parts);
    expect(others).toEqual([]);
    expect(event?.get("summary")).toContain(`Löschen;, \\n "x"`);
  });

  test("thousands: what is coming and the latest that are over", () => {
    const incidents = Array.from({ length: 3_000 }, (_, step) =>
      work(`m${step}`, {
        window: { from: at + (step - 2_000) * hourMs, until: at + (step - 1_999) * hourMs },
        ...(step < 2_000 ? { status: "completed" as const } : {}),
      }),
    );
    const starts = eventsOf({ incidents }).map((event) => Number(event.get("dtstart")));
    expect(starts.length).toBe(limits.calendarComingMax + limits.calendarPastMax);
    expect([Math.min(...starts), Math.max(...starts)]).toEqual([at - 50 * hourMs, at + 199 * hourMs]);
  });
});

describe("calendar", () => {
  test("this month and those that are coming stand on one page, each past month on its own", () => {
    const past = work("p", {
      status: "completed",
      window: { from: now - 100 * dayMs, until: now - 100 * dayMs + hourMs },
    });
    const later = work("l", { window: { from: at + 40 * dayMs, until: at + 41 * dayMs } });
    const view = viewFrom({ incidents: [past, work("m"), later] });
    const body = bodyOf(view, "/calendar");
    expect(body.match(/id="m-[\d-]+"/g)).toEqual([`id="m-2026-11"`, `id="m-2027-01"`]);
    expect(body).toContain(`<a href="#d-2026-11-24" aria-label="Tue 24 Nov 2026: 1 maintenance">`);
    expect(body).toContain(`id="d-2026-11-24"`);
    expect(body).toContain(`href="/calendar/2026-08"`);
    expect(bodyOf(view, "/calendar/2026-08")).toContain("Work p");
    expect(countIn(bodyOf(view, "/calendar/2026-11"), "<td")).toBe(42);
  });

  test("nothing planned is a sentence", () => {
    expect(bodyOf(viewFrom({}), "/calendar")).toContain("No maintenance is planned.");
    expect(eventsOf({})).toEqual([]);
  });
});

describe("uptime", () => {
  const parts: Parts = {
    page: { ...page, createdAt: now - 90 * dayMs },
    components: [
      component("a", "API", { createdAt: now - 60 * dayMs }),
      component("n", "New", { createdAt: now - hourMs }),
    ],
    transitions: {
      a: [
        { at: Date.UTC(2026, 10, 5, 10), status: "major_outage" },
        { at: Date.UTC(2026, 10, 5, 12), status: "operational" },
        { at: now - hourMs, status: "major_outage" },
      ],
    },
  };

  test("a month has the model's number, its bad days in words, and days that are over", () => {
    const view = viewFrom(parts);
    const { ratio } = uptime(view, "a", Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 21));
    const percent = `${(Math.floor((ratio ?? 0) * 10_000) / 100).toFixed(2)}%`;
    const body = bodyOf(view, "/uptime");
    expect(body).toContain(`<p class="n">${percent}</p>`);
    expect(body).toContain("Thu 5 Nov 2026: major outage, 2 h");
    expect(body).toContain('<h3><a href="/components/a">');
    expect(body).toContain(
      `aria-label="20 days, 1 with problems, the worst: Thu 5 Nov 2026: major outage, 2 h"`,
    );
    expect(body).toContain("No history yet");
    expect([...documentsByPath(view).keys()].filter((path) => path.startsWith("/uptime"))).toEqual([
      "/uptime",
      "/uptime/2026-11",
      "/uptime/2026-10",
      "/uptime/2026-09",
    ]);
  });

  test("a change of today leaves these pages alone, one of the past changes its month", () => {
    const keys = (of: Parts) =>
      [...documentsByPath(viewFrom(of))]
        .filter(([path]) => path.startsWith("/uptime"))
        .map(([, { key }]) => key);
    const before = keys(parts);
    const a = parts.transitions?.a ?? [];
    expect(keys({ ...parts, transitions: { a: [...a, { at: now, status: "operational" }] } })).toEqual(
      before,
    );
    const past = [
      { at: Date.UTC(2026, 9, 5, 10), status: "major_outage" },
      { at: Date.UTC(2026, 9, 5, 11), status: "operational" },
    ] as const;
    const after = keys({ ...parts, transitions: { a: [...past, ...a] } });
    expect(after.map((key, step) => key === before[step])).toEqual([true, true, false, true]);
  });

  test("no component, and 2,000", () => {
    expect(bodyOf(viewFrom({}), "/uptime")).toContain("There is no complete day");
    const components = Array.from({ length: 2_000 }, (_, step) =>
      component(`c${step}`, `Component ${step}`, { position: step }),
    );
    expect(countIn(bodyOf(viewFrom({ components }), "/uptime"), `<svg class="dy"`)).toBe(2_000);
  }, 30_000);
});

describe("how the page works", () => {
  const body = (): string => bodyOf(viewFrom({}), "/methodology");
  const keyNow = (): string | undefined => documentsByPath(viewFrom({})).get("/methodology")?.key;

  test.each([
    ["heartbeatMs", 3_000, "3 s"],
    ["staleAfterMs", 9_000, "9 s"],
    ["sourceSilentMs", 7_000, "7 s"],
    ["browserFeedS", 61, "61 s"],
    ["sharedFreshS", 13, "23 s"],
    ["sharedErrorS", 660, "11 min"],
    ["eventBeatMs", 11_000, "11 s"],
    ["feedEntriesMax", 27, "27"],
    ["lazyAgeMs", 91 * dayMs, "91 d"],
  ] as const)("another %s is on the page", (name, value, says) => {
    const settings = limits as unknown as Record<string, number>;
    const was = settings[name] ?? 0;
    const before = keyNow();
    expect(body().includes(`<b>${says}</b>`)).toBe(false);
    settings[name] = value;
    try {
      expect(body().includes(`<b>${says}</b>`)).toBe(true);
      expect(keyNow()).not.toBe(before);
    } finally {
      settings[name] = was;
    }
  });

  test("what downtime and impact are made of", () => {
    expect(body().includes("Major impact; 30.00%")).toBe(true);
    expect(body().includes("Critical impact; 100%")).toBe(true);
    expect(body().includes("Maintenance; not counted")).toBe(true);
    const others = bodyOf(viewFrom({ page: { ...page, indicatorRule: "incidents" } }), "/methodology");
    expect(others).toContain("where all of them are operational, from open incidents");
  });

  test("the script that asks is set to the numbers that are said", () => {
    const script = readFileSync(
      new URL("../../src/render/page-browser.ts", import.meta.url),
      "utf8",
    ).replaceAll("_", "");
    expect(script).toContain(`const pollMs = ${limits.pagePollMs};`);
    expect(script).toContain(`const spreadMs = ${limits.pageSpreadMs};`);
    expect(script).toContain(`const lostMs = ${limits.pageLostMs};`);
    expect(script).toContain(`document.hidden ? ${limits.pageHiddenPace} : 1`);
  });
});

test("the page that says how to follow names what there is, and nothing else", () => {
  const view = viewFrom({});
  const documents = documentsByPath(view);
  const body = bodyOf(view, "/subscribe");
  const links = [
    ...body.slice(body.indexOf("<main>"), body.indexOf("</main>")).matchAll(/<a href="([^"]+)"/g),
  ].map(([, to]) => to ?? "");
  expect(links.length).toBeGreaterThan(4);
  expect(links).toContain("/widget/examples");
  for (const to of links) expect([to, documents.has(to)]).toEqual([to, true]);
  expect(body).not.toContain("<form");
});

describe("/components/<id>", () => {
  test("a day that has just begun has a state, and no time or figure to go with it", () => {
    const midnight = Date.UTC(2026, 10, 21);
    const broken = { componentId: "a", at: midnight - 2 * hourMs, status: "partial_outage" } as const;
    const rowOf = (updatedAt: number): readonly string[] => {
      const view = viewFrom({
        page: { ...page, updatedAt },
        components: [component("a", "Ledger", { status: "partial_outage" })],
        transitions: { a: [broken] },
      });
      const row = /<tr><th scope="row">Sat 21 Nov 2026<\/th>(.*?)<\/tr>/.exec(
        bodyOf(view, "/components/a", midnight),
      );
      return (row?.[1] ?? "")
        .split("<td")
        .map((cell) => cell.replace(/^[^>]*>/, "").replaceAll(/<[^>]*>/g, ""));
    };
    expect(rowOf(midnight - hourMs)).toEqual(["", "Partial outage", "", ""]);
    expect(rowOf(midnight + 3 * hourMs)).toEqual(["", "Partial outage", "3 h", "70.00%"]);
  });
});
