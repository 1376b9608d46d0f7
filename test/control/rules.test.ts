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
