// What holds after any commands, also with a wall clock that is put back: properties over whole pages.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Command } from "../../src/model/command.ts";
import { nextStatuses } from "../../src/model/course.ts";
import { applyOp, emptyPageState } from "../../src/model/fold.ts";
import { byPosition, isClosed, listedBefore, startsBefore } from "../../src/model/order.ts";
import { nextTimer, timersDue } from "../../src/model/timers.ts";
import { uptime } from "../../src/model/uptime.ts";
import {
  componentStatuses,
  impacts,
  incidentStatuses,
  maintenanceStatuses,
  type PageView,
} from "../../src/model/view.ts";
import { viewOf } from "../../src/model/view-of.ts";
import { plainView } from "../support/plain-view.ts";
import { check } from "../support/property.ts";
import { type World, world } from "./world.ts";

const member = fc.constantFrom("api", "web", "cdn", "dns");
const incidentId = fc.constantFrom("i", "j", "m");
const status = fc.constantFrom(...componentStatuses);
const ago = fc.integer({ min: 0, max: 500 });

/** Each takes something away for good, so few of them. */
const deletion = fc.oneof(
  fc.record({ kind: fc.constant("incident.delete" as const), id: incidentId }),
  fc.record({ kind: fc.constant("component.delete" as const), id: fc.constantFrom("api", "cdn", "edge") }),
);

/** What happens by itself, and what is told later. */
const byItself = fc.oneof(
  fc.record({
    kind: fc.constant("incident.update" as const),
    id: incidentId,
    fields: fc.record({
      automation: fc.record({
        begins: fc.boolean(),
        completes: fc.boolean(),
        setsMaintenance: fc.boolean(),
        setsOperational: fc.boolean(),
        remindsPrior: fc.boolean(),
        verifyMs: fc.constantFrom(null, 5 * 60_000),
      }),
    }),
  }),
  fc.record({
    kind: fc.constant("recurrence.create" as const),
    fields: fc.record({
      name: fc.constant("Works"),
      rule: fc.constantFrom("FREQ=DAILY", "FREQ=WEEKLY;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=31"),
      start: fc.constant("2026-01-06T02:30"),
      durationMs: fc.constant(600_000),
      componentIds: fc.uniqueArray(member),
    }),
  }),
  fc.record({
    kind: fc.constant("draft.create" as const),
    publishAt: fc.integer({ min: 1, max: 100 }).map((minutes) => Date.UTC(2026, 0, 5, 12, minutes)),
    command: fc.record({
      kind: fc.constant("incident.create" as const),
      fields: fc.record({ name: fc.constant("Later"), componentIds: fc.uniqueArray(member) }),
    }),
  }),
);

/** Commands with moments relative to now, `ago` minutes before it. */
const step = fc.record({
  advanceMinutes: fc.integer({ min: -5, max: 30 }),
  ago: fc.option(ago, { nil: undefined, freq: 3 }),
  command: fc.oneof(
    { arbitrary: deletion, weight: 1 },
    { arbitrary: byItself, weight: 2 },
    fc.record({ kind: fc.constant("component.update" as const), id: member, fields: fc.record({ status }) }),
    fc.record({
      kind: fc.constant("component.update" as const),
      id: member,
      fields: fc.record({ groupId: fc.constantFrom("edge", null), position: fc.nat({ max: 3 }) }),
    }),
    fc.record({
      kind: fc.constantFrom("incident.create" as const, "incident.update" as const),
      id: incidentId,
      fields: fc.record(
        {
          name: fc.constantFrom("One", "Two"),
          status: fc.constantFrom(...incidentStatuses, ...maintenanceStatuses),
          components: fc.dictionary(member, status, { noNullPrototype: true }),
          componentIds: fc.uniqueArray(member),
          impactOverride: fc.option(fc.constantFrom(...impacts)),
          body: fc.string(),
        },
        { requiredKeys: ["name"], noNullPrototype: true },
      ),
    }),
  ) as fc.Arbitrary<Command>,
});

const minuteMs = 60_000;

function played(
  steps: readonly { advanceMinutes: number; ago: number | undefined; command: Command }[],
): World {
  const made = world();
  for (const { advanceMinutes, ago: minutes, command } of steps) {
    made.now += advanceMinutes * minuteMs;
    let asked = command;
    if (asked.kind === "incident.create" && asked.id === "m")
      asked = {
        ...asked,
        fields: { ...asked.fields, window: { from: made.now, until: made.now + minuteMs } },
      };
    if ((asked.kind === "incident.create" || asked.kind === "incident.update") && minutes !== undefined)
      asked = { ...asked, fields: { ...asked.fields, at: made.now - minutes * minuteMs } } as Command;
    if (made.decide(asked).ok) made.run(asked);
  }
  return made;
}

const steps = fc.array(step, { maxLength: 25 });
const sorted = <Item>(list: readonly Item[], order: (a: Item, b: Item) => number) =>
  list.every((item, at) => at === 0 || order(list[at - 1] as Item, item) < 0);

describe("after any commands", () => {
  check("a component's history ends with its current status", [steps], (list) => {
    const view = played(list).view();
    for (const { id, group, status: current } of view.components)
      if (!group) expect(view.transitions.get(id)?.at(-1)?.status ?? "operational").toBe(current);
  });

  check("lists are in order, and each entity is in one of them", [steps], (list) => {
    const view: PageView = played(list).view();
    expect(sorted(view.components, byPosition)).toBe(true);
    expect(sorted(view.incidents, listedBefore)).toBe(true);
    expect(sorted(view.maintenances, startsBefore)).toBe(true);
    expect(view.incidents.length + view.maintenances.length).toBe(view.incidentById.size);
    expect(view.components.length).toBe(view.componentById.size);
    for (const history of view.transitions.values())
      expect(sorted(history, (a, b) => a.at - b.at)).toBe(true);
    for (const { updates, componentIds } of view.incidentById.values()) {
      expect(updates.every((it, at) => at === 0 || (updates[at - 1]?.displayAt ?? 0) >= it.displayAt)).toBe(
        true,
      );
      expect(new Set(componentIds).size).toBe(componentIds.length);
    }
  });

  check("what was deleted is nowhere, and is not made again", [steps], (list) => {
    const made = played(list);
    const view = made.view();
    for (const key of view.gone) {
      const [kind, id = ""] = key.split("/");
      expect((kind === "incident" ? view.incidentById : view.componentById).has(id)).toBe(false);
      expect(view.transitions.has(id)).toBe(false);
      const open = [...view.incidents, ...view.maintenances].filter((it) => !isClosed(it));
      expect(open.some(({ componentIds }) => componentIds.includes(id))).toBe(false);
      const again = { kind: `${kind}.create`, id, fields: { name: "Again" } } as Command;
      expect(made.decide(again).ok).toBe(false);
    }
    expect(view.components.every(({ groupId }) => groupId === null || view.componentById.has(groupId))).toBe(
      true,
    );
  });

  check(
    "all that is due is done after a few steps, is done once, and nothing of it is due again",
    [steps, fc.integer({ min: 0, max: 3_000 })],
    (list, minutes) => {
      const made = played(list);
      made.now += minutes * minuteMs;
      const { now } = made;
      const fired = new Set<string>();
      for (let due = timersDue(made.view(), now); due[0]; due = timersDue(made.view(), now)) {
        const name = JSON.stringify(due[0].timer);
        expect(fired.has(name)).toBe(false);
        fired.add(name);
        expect(made.run(due[0]).ops.length).toBeGreaterThan(0);
        expect(made.run(due[0]).ops).toEqual([]);
      }
      const next = nextTimer(made.view(), now);
      expect(next === null || next > now).toBe(true);
      for (const { status: is, window, automation } of made.view().maintenances)
        if (is === "scheduled" && automation.begins) expect(window?.from ?? 0).toBeGreaterThan(now);
    },
  );

  check("what its editors have not published is in no list of readers", [steps], (list) => {
    const view = played(list).view();
    const shown = [...view.incidents, ...view.maintenances].filter(({ name }) => name === "Later");
    expect(shown).toEqual([]);
  });

  check("a status follows the one before it as the course says", [steps], (list) => {
    for (const { updates } of played(list).view().incidentById.values()) {
      const told = updates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const [place, { status: to }] of told.entries()) {
        const from = told[place - 1]?.status;
        if (from !== undefined) expect(nextStatuses[from]).toContain(to);
      }
    }
  });

  check("the ops folded in any other place give the same view", [steps], (list) => {
    const made = played(list);
    const elsewhere = emptyPageState("page");
    for (const op of made.ops.toReversed()) applyOp(elsewhere, structuredClone(op));
    expect(plainView(viewOf(elsewhere))).toEqual(plainView(made.view()));
  });

  check(
    "a list of components that is asked for is the list that is read",
    [steps, fc.uniqueArray(member)],
    (list, ids) => {
      const made = played(list);
      const there = ids.filter((id) => made.view().componentById.has(id));
      const { id } = made.view().incidents[0] ?? made.run({ kind: "incident.create", fields: { name: "I" } });
      made.run({ kind: "incident.update", id, fields: { componentIds: there } });
      expect(made.view().incidentById.get(id)?.componentIds).toEqual(there);
    },
  );

  check("uptime is a fraction, and what counts is not less than what was down", [steps], (list) => {
    const made = played(list);
    const view = made.view();
    const [from, until] = [made.now - 600 * minuteMs, made.now];
    for (const { id } of view.components) {
      const { ratio, downMs, countedMs } = uptime(view, id, from, until);
      expect(ratio === null || (ratio >= 0 && ratio <= 1)).toBe(true);
      expect(downMs <= countedMs).toBe(true);
    }
  });
});

test("the wall clock was put back: a status set now is the current one, in the history too", () => {
  const made = world();
  made.run({ kind: "component.update", id: "api", fields: { status: "major_outage" } });
  made.now -= 10 * minuteMs;
  made.run({ kind: "incident.create", id: "i", fields: { name: "I", components: { api: "operational" } } });
  expect(made.view().componentById.get("api")?.status).toBe("operational");
  expect(
    made
      .view()
      .transitions.get("api")
      ?.map((it) => it.status),
  ).toEqual(["operational"]);
});
