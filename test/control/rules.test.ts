// What incidents and maintenances do by rule, as clients of the management API ask for it and read it back.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const at = (hours: number) => new Date(world.clock.wallMs() + hours * 3_600_000).toISOString();
const own = () => `/v1/pages/${world.page}`;
const create = async (incident: object) => world.send("POST", `${own()}/incidents`, { incident });

describe("automation", () => {
  const asked = {
    scheduled_auto_in_progress: true,
    scheduled_auto_completed: true,
    scheduled_auto_verifying_minutes: 15,
    auto_transition_deliver_notifications_at_start: true,
    auto_transition_deliver_notifications_at_end: false,
    auto_transition_to_maintenance_state: true,
    auto_transition_to_operational_state: true,
    scheduled_remind_prior: true,
    reminder_intervals: "[3, 6]",
    metadata: { jira: { issue_id: "OPS-1" } },
  };

  test("what was sent comes back, and a change of one leaves the others", async () => {
    const times = { scheduled_for: at(1), scheduled_until: at(2) };
    const made = await create({ name: "Works", ...times, ...asked, component_ids: [world.plain] });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ ...asked, scheduled_reminded_at: null });
    const path = `${own()}/incidents/${made.json.id}`;
    await world.send("PATCH", path, { incident: { scheduled_auto_completed: false } });
    const cleared = await world.send("PATCH", path, "incident[scheduled_auto_verifying_minutes]=");
    expect(cleared.status).toBe(200);
    expect((await world.send("GET", path)).json).toMatchObject({
      ...asked,
      scheduled_auto_completed: false,
      scheduled_auto_verifying_minutes: null,
    });
  });

  test("nothing asked: nothing happens by itself; Statuspage's other name is read", async () => {
    const { json } = await create({ name: "Slow" });
    expect(json).toMatchObject({ scheduled_auto_in_progress: false, metadata: {}, reminder_intervals: null });
    const times = { scheduled_for: at(1), scheduled_until: at(2) };
    const made = await create({ name: "Works", ...times, scheduled_auto_transition: true });
    expect(made.json.scheduled_auto_in_progress).toBe(true);
  });

  test("what is refused says why", async () => {
    const times = { scheduled_for: at(1), scheduled_until: at(2) };
    const long = await create({ name: "Works", ...times, scheduled_auto_verifying_minutes: 60 });
    expect(long.status).toBe(422);
    expect(long.json.error[0]).toContain("Verifying begins within the window");
    expect((await create({ name: "Works", metadata: { a: "text" } })).status).toBe(422);
    const big = await create({ name: "Works", metadata: { a: { b: "x".repeat(9_000) } } });
    expect(big.json.error[0]).toContain("8192 are allowed");
  });
});

test("an illegal step is refused with what is allowed", async () => {
  const { json } = await create({ name: "Works", scheduled_for: at(1), scheduled_until: at(2) });
  const path = `${own()}/incidents/${json.id}`;
  const refused = await world.send("PATCH", path, { incident: { status: "verifying" } });
  expect(refused).toEqual({
    status: 422,
    json: {
      error: [
        'A maintenance that is "scheduled" cannot become "verifying"; allowed are scheduled, in_progress, completed.',
      ],
    },
  });
});

test("a template is filled in, and the answer makes the incident", async () => {
  const made = await world.send("POST", `${own()}/incident_templates`, {
    template: {
      name: "Works",
      title: "{{component}}: works",
      body: "From {{start}}.",
      component_ids: [world.plain],
    },
  });
  const fill = (template: object) =>
    world.send("POST", `${own()}/incident_templates/${made.json.id}/fill`, { template });
  const bare = await fill({});
  expect(bare).toMatchObject({ status: 422 });
  expect(bare.json.error[0]).toContain("Nothing is known for {{start}}");
  const times = { scheduled_for: "2026-05-07T03:00:00.000Z", scheduled_until: "2026-05-07T05:00:00.000Z" };
  const filled = await fill(times);
  expect(filled.json.incident).toMatchObject({
    name: "Website: works",
    body: "From 2026-05-07 03:00 (Etc/UTC).",
    ...times,
  });
  expect((await world.send("POST", `${own()}/incidents`, filled.json)).status).toBe(201);
});

const ours = () => `/api/pharos/v1/pages/${world.page}`;

describe("drafts", () => {
  test("an incident that is told later: what was sent comes back, no list of readers has it, then it is told", async () => {
    const incident = {
      name: "New prices",
      body: "From May on.",
      component_ids: [world.plain],
      components: { [world.plain]: "degraded_performance" },
      deliver_notifications: false,
      metadata: { a: { b: 1 } },
    };
    const draft = { publish_at: at(2), incident };
    const made = await world.send("POST", `${ours()}/drafts`, { draft });
    expect(made).toMatchObject({ status: 201, json: { ...draft, incident_id: null, refusal: null } });
    const path = `${ours()}/drafts/${made.json.id}`;
    expect((await world.send("GET", path)).json).toEqual(made.json);
    expect((await world.send("GET", `${ours()}/drafts`)).json).toEqual([made.json]);
    const names = async () =>
      (await world.send("GET", `${own()}/incidents`)).json.map(({ name }: { name: string }) => name);
    expect(await names()).not.toContain("New prices");
    const changed = await world.send("PATCH", path, {
      draft: { publish_at: null, incident: { body: "From June on.", impact_override: "minor" } },
    });
    expect(changed.json).toMatchObject({
      publish_at: null,
      incident: { ...incident, body: "From June on.", impact_override: "minor" },
    });
    const told = await world.send("POST", `${path}/publish`);
    expect(told).toMatchObject({ status: 200, json: { name: "New prices", impact: "minor" } });
    expect(await names()).toContain("New prices");
    expect((await world.send("GET", path)).status).toBe(404);
  });

  test("an update to an incident; what cannot be told is refused while somebody looks", async () => {
    const { json } = await create({ name: "Slow" });
    const draft = { incident_id: json.id, incident: { status: "resolved" } };
    const made = await world.send("POST", `${ours()}/drafts`, { draft });
    expect(made.json).toMatchObject({ ...draft, publish_at: null });
    expect((await world.send("DELETE", `${ours()}/drafts/${made.json.id}`)).status).toBe(200);
    const sent = async (asked: object) => {
      const { status, json } = await world.send("POST", `${ours()}/drafts`, { draft: asked });
      return [status, JSON.stringify(json.error)];
    };
    expect(await sent({ incident: {} })).toEqual([422, expect.stringContaining("Name can't be blank")]);
    expect(await sent({ incident_id: "gone", incident: {} })).toEqual([404, expect.anything()]);
    expect(await sent({ publish_at: at(-1), incident: { name: "N" } })).toEqual([
      422,
      expect.stringContaining("not in the future"),
    ]);
    expect(await sent({ publish_at: "soon", incident: { name: "N" } })).toEqual([
      422,
      expect.stringContaining("Publish at is not a time"),
    ]);
  });
});

test("recurring maintenance: what was sent comes back with the occurrences that readers see", async () => {
  const recurrence = {
    name: "Backups",
    rule: "FREQ=WEEKLY;BYDAY=SU",
    start: "2026-01-11T02:30",
    duration_minutes: 60,
    component_ids: [world.plain],
    occurrences_ahead: 3,
    scheduled_auto_verifying_minutes: 10,
  };
  const made = await world.send("POST", `${ours()}/recurrences`, { recurrence });
  expect(made).toMatchObject({
    status: 201,
    json: {
      ...recurrence,
      time_zone: "Etc/UTC",
      scheduled_auto_in_progress: true,
      scheduled_auto_completed: true,
      next_at: "2026-02-01T02:30:00.000Z",
    },
  });
  const starts = made.json.occurrences.map((it: { scheduled_for: string }) => it.scheduled_for);
  expect(starts).toEqual([
    "2026-01-11T02:30:00.000Z",
    "2026-01-18T02:30:00.000Z",
    "2026-01-25T02:30:00.000Z",
  ]);
  const upcoming = await world.send("GET", `${own()}/incidents/upcoming`);
  const ids = upcoming.json.map(({ id }: { id: string }) => id);
  for (const { incident_id } of made.json.occurrences) expect(ids).toContain(incident_id);
  const path = `${ours()}/recurrences/${made.json.id}`;
  const changed = await world.send("PATCH", path, {
    recurrence: { auto_transition_to_maintenance_state: true },
  });
  expect(changed.json).toMatchObject({
    scheduled_auto_verifying_minutes: 10,
    auto_transition_to_maintenance_state: true,
    occurrences: starts.map((scheduled_for: string) => ({ scheduled_for })),
  });
  const refused = await world.send("PATCH", path, { recurrence: { rule: "FREQ=SECONDLY" } });
  expect(refused.json.error[0]).toContain("at most once a day");
  expect((await world.send("DELETE", path)).status).toBe(200);
  const after = (await world.send("GET", `${own()}/incidents/upcoming`)).json;
  expect(after.some(({ name }: { name: string }) => name === "Backups")).toBe(false);
});
