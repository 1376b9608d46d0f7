// Recurring maintenance: which moments a rule means on the page's clock, what a rule may not be, and what becomes of occurrences.
import { describe, expect, spyOn, test } from "bun:test";
import { RRuleTemporal } from "rrule-temporal";
import { occurrencesAfter } from "../../src/model/rule.ts";
import { timersDue } from "../../src/model/timers.ts";
import { isoIn } from "../../src/model/zone.ts";
import { expectRefusal, minute } from "./decisions.ts";
import { type World, world } from "./world.ts";

const zone = "Europe/Berlin";
const hour = 60 * minute;
const day = 24 * hour;

const cases: readonly (readonly [
  what: string,
  rule: string,
  start: string,
  after: string,
  expected: readonly string[],
])[] = [
  [
    "02:30 in the night that has no 02:30",
    "FREQ=DAILY",
    "2027-03-01T02:30",
    "2027-03-27T00:00:00Z",
    ["2027-03-27T02:30:00.000+01:00", "2027-03-28T03:30:00.000+02:00", "2027-03-29T02:30:00.000+02:00"],
  ],
  [
    "02:30 in the night that has it twice",
    "FREQ=DAILY",
    "2027-03-01T02:30",
    "2027-10-30T00:00:00Z",
    ["2027-10-30T02:30:00.000+02:00", "2027-10-31T02:30:00.000+02:00", "2027-11-01T02:30:00.000+01:00"],
  ],
  [
    "it begins in the night that has no 02:30",
    "FREQ=WEEKLY",
    "2027-03-28T02:30",
    "2027-03-01T00:00:00Z",
    ["2027-03-28T03:30:00.000+02:00", "2027-04-04T02:30:00.000+02:00"],
  ],
  [
    "the 31st: months without one are left out",
    "FREQ=MONTHLY",
    "2027-01-31T02:30",
    "2027-01-01T00:00:00Z",
    ["2027-01-31T02:30:00.000+01:00", "2027-03-31T02:30:00.000+02:00", "2027-05-31T02:30:00.000+02:00"],
  ],
  [
    "the last day of each month",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "2028-01-31T02:30",
    "2028-01-01T00:00:00Z",
    ["2028-01-31T02:30:00.000+01:00", "2028-02-29T02:30:00.000+01:00", "2028-03-31T02:30:00.000+02:00"],
  ],
  [
    "a leap day, also around a century that has none",
    "FREQ=YEARLY",
    "2092-02-29T12:00",
    "2092-01-01T00:00:00Z",
    ["2092-02-29T12:00:00.000+01:00", "2096-02-29T12:00:00.000+01:00"],
  ],
  [
    "the second Sunday, years after it began",
    "RRULE:FREQ=MONTHLY;BYDAY=2SU",
    "1999-01-10T04:00",
    "2026-11-01T00:00:00Z",
    ["2026-11-08T04:00:00.000+01:00", "2026-12-13T04:00:00.000+01:00"],
  ],
  [
    "UNTIL in UTC includes its own moment",
    "FREQ=DAILY;UNTIL=20261103T013000Z",
    "2026-11-01T02:30",
    "2026-11-02T00:00:00Z",
    ["2026-11-02T02:30:00.000+01:00", "2026-11-03T02:30:00.000+01:00"],
  ],
  [
    "UNTIL of a day includes it",
    "FREQ=DAILY;UNTIL=20261102",
    "2026-11-01T23:30",
    "2026-11-01T00:00:00Z",
    ["2026-11-01T23:30:00.000+01:00", "2026-11-02T23:30:00.000+01:00"],
  ],
  [
    "COUNT counts from the start",
    "FREQ=DAILY;COUNT=3",
    "2026-11-01T02:30",
    "2026-11-02T12:00:00Z",
    ["2026-11-03T02:30:00.000+01:00"],
  ],
];

test.each(cases)("%s", (_, rule, start, after, expected) => {
  const ended = /UNTIL|COUNT/.test(rule);
  const found = occurrencesAfter({ rule, start }, zone, Date.parse(after), expected.length + (ended ? 1 : 0));
  expect(found.map((ms) => isoIn(ms, zone))).toEqual([...expected]);
});

const hour2 = { name: "Backups", start: "2026-01-10T02:30", durationMs: hour };
const recur = (rule: string, more: object = {}) => ({
  kind: "recurrence.create" as const,
  id: "r",
  fields: { ...hour2, rule, ...more },
});

describe("refused, and in bounded time", () => {
  const refusals: readonly (readonly [rule: string, sentence: string])[] = [
    ["FREQ=SECONDLY", "at most once a day"],
    ["FREQ=MINUTELY;INTERVAL=1", "at most once a day"],
    ["FREQ=HOURLY", "at most once a day"],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no occurrence within 10 years"],
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no occurrence within 10 years"],
    ["FREQ=MONTHLY;BYDAY=6MO", "no occurrence within 10 years"],
    ["FREQ=DAILY;BYSETPOS=400", "no occurrence within 10 years"],
    ["FREQ=DAILY;UNTIL=20200101", "no occurrence within 10 years"],
    ["FREQ=DAILY;COUNT=3;UNTIL=20300101", "by COUNT or by UNTIL"],
    ["FREQ=DAILY;COUNT=99999", "COUNT=99999 cannot be read"],
    ["FREQ=DAILY;INTERVAL=0", "INTERVAL=0 cannot be read"],
    ["FREQ=DAILY;BYHOUR=3", 'cannot have "BYHOUR"'],
    ["FREQ=DAILY;RSCALE=HEBREW", 'cannot have "RSCALE"'],
    ["FREQ=DAILY;__proto__=1", 'cannot have "__PROTO__"'],
    ["FREQ=NEVER", "FREQ=NEVER cannot be read"],
    ["INTERVAL=2", "does not say FREQ"],
    ["FREQ=DAILY;FREQ=DAILY", "FREQ twice"],
    ["", 'cannot have ""'],
    ["X".repeat(501), "500 are allowed"],
  ];
  test.each(refusals)("%s", (rule, sentence) => {
    const looks = spyOn(RRuleTemporal.prototype, "next");
    try {
      expectRefusal(world(), recur(rule), 422, sentence);
      // Five are wanted, and two days before now are looked through; each look takes `limits.ruleStepsMax` steps at most.
      expect(looks.mock.calls.length).toBeLessThanOrEqual(8);
    } finally {
      looks.mockRestore();
    }
  });

  test("times and lengths that cannot be", () => {
    expectRefusal(world(), recur("FREQ=DAILY", { start: "2026-02-30T02:30" }), 422, "is not a time such as");
    expectRefusal(world(), recur("FREQ=DAILY", { start: "soon" }), 422, "is not a time such as");
    expectRefusal(
      world(),
      recur("FREQ=DAILY", { durationMs: 25 * hour }),
      422,
      "not over when the next begins",
    );
    expectRefusal(world(), recur("FREQ=DAILY", { durationMs: 0 }), 422, "lasts from a minute");
    expectRefusal(world(), recur("FREQ=DAILY", { ahead: 11 }), 422, "From 1 to 10");
    expectRefusal(world(), recur("FREQ=DAILY", { componentIds: ["gone"] }), 422, 'no component "gone"');
  });
});

describe("occurrences", () => {
  const starts = (made: World) =>
    made
      .view()
      .maintenances.filter(({ status }) => status === "scheduled")
      .map(({ window }) => isoIn(window?.from ?? 0, zone).slice(0, 16));
  const fire = (made: World) => {
    for (let due = timersDue(made.view(), made.now); due[0]; due = timersDue(made.view(), made.now))
      made.run(due[0]);
  };

  test("the next ones are maintenances; when one begins, another is made; each runs by itself", () => {
    const made = world();
    made.run(recur("FREQ=WEEKLY", { componentIds: ["api"], body: "We copy." }));
    expect(starts(made)).toEqual(["2026-01-10T02:30", "2026-01-17T02:30"]);
    const [first] = made.view().maintenances;
    expect(first).toMatchObject({
      name: "Backups",
      componentIds: ["api"],
      recurrence: { id: "r", at: first?.window?.from ?? 0 },
      updates: [{ body: "We copy.", deliverNotifications: false }],
    });
    made.now = first?.window?.from ?? 0;
    fire(made);
    expect(made.view().incidentById.get(first?.id ?? "")?.status).toBe("in_progress");
    expect(starts(made)).toEqual(["2026-01-17T02:30", "2026-01-24T02:30"]);
    made.now += hour;
    fire(made);
    expect(made.view().incidentById.get(first?.id ?? "")?.status).toBe("completed");
  });

  test("after a long absence what was announced is told, what was not is left out", () => {
    const made = world();
    made.run(recur("FREQ=DAILY"));
    made.now += 40 * day;
    fire(made);
    expect(made.view().maintenances.map(({ status }) => status)).toEqual([
      "completed",
      "completed",
      "scheduled",
      "scheduled",
    ]);
    expect(starts(made)).toEqual(["2026-02-15T02:30", "2026-02-16T02:30"]);
  });

  test("a rule that ends makes no more", () => {
    const made = world();
    made.run(recur("FREQ=DAILY;COUNT=3"));
    made.now += 30 * day;
    fire(made);
    expect(made.view().maintenances.length).toBe(2);
    expect(made.view().recurrences[0]).toMatchObject({ made: [], nextAt: null });
  });

  test("one that was deleted stays so, also when the rule is changed; others follow the change", () => {
    const made = world();
    made.run(recur("FREQ=WEEKLY"));
    made.run({ kind: "incident.delete", id: made.view().maintenances[0]?.id ?? "" });
    expect(starts(made)).toEqual(["2026-01-17T02:30"]);
    made.run({ kind: "recurrence.update", id: "r", fields: { name: "Copies", ahead: 3 } });
    expect(starts(made)).toEqual(["2026-01-17T02:30", "2026-01-24T02:30", "2026-01-31T02:30"]);
    expect(made.view().maintenances.every(({ name }) => name === "Copies")).toBe(true);
    expect(made.run({ kind: "recurrence.update", id: "r", fields: { name: "Copies" } }).ops).toEqual([]);
    made.run({ kind: "recurrence.delete", id: "r" });
    expect(made.view().maintenances).toEqual([]);
    expectRefusal(made, { kind: "recurrence.delete", id: "r" }, 404, "no recurring maintenance");
  });

  test("one is skipped, announced or not: the next one is announced instead, and it does not come back", () => {
    const made = world();
    made.run(recur("FREQ=WEEKLY"));
    const at = (local: string) => Date.parse(`${local}:00+01:00`);
    const skip = (local: string) => ({ kind: "recurrence.skip" as const, id: "r", at: at(local) });
    made.run(skip("2026-01-24T02:30"));
    expect(starts(made)).toEqual(["2026-01-10T02:30", "2026-01-17T02:30"]);
    const kept = made.view().maintenances[1]?.id;
    made.run(skip("2026-01-10T02:30"));
    expect(starts(made)).toEqual(["2026-01-17T02:30", "2026-01-31T02:30"]);
    expect(made.view().maintenances[0]?.id).toBe(kept ?? "");
    expect(made.run(skip("2026-01-10T02:30")).ops).toEqual([]);
    expectRefusal(made, skip("2026-01-18T02:30"), 422, "does not occur at that time");
    expectRefusal(made, skip("2026-01-01T02:30"), 422, "has begun");
    made.now = at("2026-01-17T02:30");
    fire(made);
    expectRefusal(made, skip("2026-01-17T02:30"), 422, "has begun");
    expect(starts(made)).toEqual(["2026-01-31T02:30", "2026-02-07T02:30"]);
  });

  test("while it pauses none is ahead and none is made; when it goes on they are made anew, without those skipped", () => {
    const made = world();
    made.run(recur("FREQ=WEEKLY"));
    made.run({ kind: "recurrence.skip", id: "r", at: Date.parse("2026-02-14T02:30:00+01:00") });
    made.run({ kind: "recurrence.update", id: "r", fields: { paused: true } });
    expect(starts(made)).toEqual([]);
    expect(made.view().recurrences[0]).toMatchObject({ paused: true, made: [], nextAt: null });
    made.now += 30 * day;
    fire(made);
    expect(starts(made)).toEqual([]);
    made.run({ kind: "recurrence.update", id: "r", fields: { paused: false } });
    expect(starts(made)).toEqual(["2026-02-07T02:30", "2026-02-21T02:30"]);
  });
});
