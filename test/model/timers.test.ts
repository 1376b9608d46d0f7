// What happens by itself: each step at its moment, once, in order, and not when somebody was there before.
import { describe, expect, test } from "bun:test";
import type { Command } from "../../src/model/command.ts";
import { nextTimer, timersDue } from "../../src/model/timers.ts";
import { change, expectRefusal, kinds, minute, open } from "./decisions.ts";
import { type World, world } from "./world.ts";

const hour = 60 * minute;

/** Fires all that is due, as the control plane does. Gives what was fired. */
function fire(made: World): string[] {
  const fired: string[] = [];
  for (let due = timersDue(made.view(), made.now); due[0]; due = timersDue(made.view(), made.now)) {
    fired.push(due[0].timer.kind);
    expect(made.run(due[0]).ops.length).toBeGreaterThan(0);
    if (fired.length > 20) throw new Error("A timer fires for ever.");
  }
  return fired;
}

const all = { begins: true, completes: true, verifyMs: 15 * minute, remindsPrior: true };

function maintain(automation: object = all): { made: World; from: number; until: number } {
  const made = world();
  const [from, until] = [made.now + 3 * hour, made.now + 5 * hour];
  made.run(open({ window: { from, until }, componentIds: ["api"], automation }, "m"));
  return { made, from, until };
}

const statusOf = (made: World) => made.view().incidentById.get("m")?.status;

describe("a maintenance", () => {
  test("reminds, begins, verifies and completes, each at its moment", () => {
    const { made, from, until } = maintain({
      ...all,
      setsMaintenance: true,
      setsOperational: true,
      tellsAtEnd: true,
    });
    const seen: [number, string[], string | undefined][] = [];
    for (let at = nextTimer(made.view(), made.now); at !== null; at = nextTimer(made.view(), made.now)) {
      made.now = at;
      seen.push([at, fire(made), made.view().componentById.get("api")?.status]);
    }
    expect(seen).toEqual([
      [from - hour, ["remind"], "operational"],
      [from, ["begin"], "under_maintenance"],
      [until - 15 * minute, ["verify"], "under_maintenance"],
      [until, ["complete"], "operational"],
    ]);
    const told = made.view().incidentById.get("m")?.updates;
    expect(told?.map(({ status, displayAt, deliverNotifications: d }) => [status, displayAt, d])).toEqual([
      ["completed", until, true],
      ["verifying", until - 15 * minute, false],
      ["in_progress", from, false],
      ["scheduled", from - 3 * hour, true],
    ]);
  });

  test("late: all that is due at once, in order, as of its moments; a reminder that is too late is none", () => {
    const { made, from, until } = maintain();
    made.now = until + 2 * hour;
    expect(fire(made)).toEqual(["begin", "verify", "complete"]);
    const { updates, resolvedAt } = made.view().incidentById.get("m") ?? {};
    expect(updates?.map(({ displayAt }) => displayAt)).toEqual([
      until,
      until - 15 * minute,
      from,
      from - 3 * hour,
    ]);
    expect(resolvedAt).toBe(until);
  });

  test("a timer that is fired again, or after the clock was put back, does nothing", () => {
    const { made, from } = maintain();
    made.now = from;
    const [begin] = timersDue(made.view(), made.now);
    made.run(begin as Command);
    expect(made.run(begin as Command).ops).toEqual([]);
    made.now = from - hour;
    expect(made.run(begin as Command).ops).toEqual([]);
    expect(timersDue(made.view(), made.now)).toEqual([]);
  });

  test("a timer for what is not there, or not yet, does nothing", () => {
    const { made, from } = maintain();
    for (const timer of [
      { kind: "begin", id: "m", at: from },
      { kind: "begin", id: "gone", at: 0 },
      { kind: "publish", id: "gone", at: 0 },
      { kind: "recur", id: "m", at: 0 },
    ] as const)
      expect(made.run({ kind: "timer", timer }).ops).toEqual([]);
  });

  test("without the settings nothing happens", () => {
    const { made, until } = maintain({});
    expect(nextTimer(made.view(), made.now)).toBeNull();
    made.now = until + hour;
    expect(fire(made)).toEqual([]);
  });

  test("begun by hand before its time; gone back to work by hand after it: neither comes again by itself", () => {
    const { made, until } = maintain();
    made.run(change({ status: "in_progress" }, "m"));
    made.now = until;
    expect(fire(made)).toEqual(["verify", "complete"]);
    made.now += minute;
    made.run(change({ status: "in_progress", body: "It is not done." }, "m"));
    made.now += hour;
    expect(fire(made)).toEqual([]);
    expect(statusOf(made)).toBe("in_progress");
  });

  test("its window is moved: its timers move along, and it is reminded of anew", () => {
    const { made, from, until } = maintain();
    made.now = from - hour;
    expect(fire(made)).toEqual(["remind"]);
    expect(fire(made)).toEqual([]);
    made.run(change({ window: { from: from + 24 * hour, until: until + 24 * hour } }, "m"));
    made.now = from;
    expect(fire(made)).toEqual([]);
    made.now = from + 23 * hour;
    expect(fire(made)).toEqual(["remind"]);
  });

  test("announced within the hour before: that was the reminder", () => {
    const made = world();
    const window = { from: made.now + 30 * minute, until: made.now + hour };
    made.run(open({ window, automation: { remindsPrior: true } }, "m"));
    made.now += 10 * minute;
    expect(fire(made)).toEqual([]);
  });

  test("a reminder is an op for those who notify; no reader's page moves", () => {
    const { made, from } = maintain();
    const before = made.view();
    made.now = from - hour;
    const [due] = timersDue(made.view(), made.now);
    const { ops } = made.run(due as Command);
    expect(kinds(ops)).toEqual([`reminder m-${from}`, "incident m"]);
    expect(ops[0]?.fields).toEqual({ incidentId: "m", from, at: made.now });
    expect(made.view().page).toBe(before.page);
    expect(made.view().incidentById.get("m")?.reminded).toEqual({ at: made.now, from });
  });
});

describe("a draft", () => {
  const draft = (fields: object = {}, publishAt: number | null = null): Command => ({
    kind: "draft.create",
    id: "d",
    publishAt,
    command: { kind: "incident.create", fields: { name: "New prices", body: "From May on.", ...fields } },
  });

  test("is seen nowhere before its moment, and is told then", () => {
    const made = world();
    const before = made.view();
    made.run(draft({}, made.now + hour));
    expect(made.view()).toMatchObject({ incidents: [], maintenances: [], page: before.page });
    expect(made.view().drafts[0]).toMatchObject({ id: "d", publishAt: made.now + hour, refusal: null });
    made.now += hour;
    expect(fire(made)).toEqual(["publish"]);
    expect(made.view().drafts).toEqual([]);
    expect(made.view().incidents[0]).toMatchObject({
      name: "New prices",
      createdAt: made.now,
      updates: [{ body: "From May on.", displayAt: made.now }],
    });
  });

  test("of an update, changed and put off, then published by hand", () => {
    const made = world();
    made.run(open());
    const command = { kind: "incident.update" as const, id: "i", fields: { status: "resolved" as const } };
    made.run({ kind: "draft.create", id: "d", publishAt: made.now + hour, command });
    made.run({ kind: "draft.update", id: "d", publishAt: null, fields: { body: "All is well." } });
    made.now += 2 * hour;
    expect(fire(made)).toEqual([]);
    const { id } = made.run({ kind: "draft.publish", id: "d" });
    expect(id).toBe("i");
    expect(made.view().incidentById.get("i")?.updates[0]).toMatchObject({
      status: "resolved",
      body: "All is well.",
    });
  });

  test("that cannot be told at its moment waits for a person, with the reason", () => {
    const made = world();
    made.run(draft({ componentIds: ["api"] }, made.now + hour));
    made.run({ kind: "component.delete", id: "api" });
    made.now += hour;
    expect(fire(made)).toEqual(["publish"]);
    expect(made.view().incidents).toEqual([]);
    expect(made.view().drafts[0]).toMatchObject({
      publishAt: null,
      refusal: ['There is no component "api" on this page.'],
    });
    made.run({ kind: "draft.update", id: "d", fields: { componentIds: [] } });
    expect(made.view().drafts[0]?.refusal).toBeNull();
    made.run({ kind: "draft.delete", id: "d" });
    expectRefusal(made, { kind: "draft.publish", id: "d" }, 404, 'no draft "d"');
  });

  test("what is wrong with it is said at once", () => {
    const made = world();
    expectRefusal(made, draft({ componentIds: ["gone"] }), 422, 'no component "gone"');
    expectRefusal(made, draft({}, made.now), 422, "not in the future");
    expectRefusal(made, draft({}, Date.UTC(10_000, 0)), 422, "1970 to 9999");
    expectRefusal(made, draft({ at: made.now - hour }), 422, "no time of its own");
  });
});
