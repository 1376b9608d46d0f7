// The management API against Statuspage's specification, path by path and operation by operation: create, read back equal, list, update, delete.
// Each answer is held against the schema that the specification has for it; an operation that no walk asked fails the last test.
import { expect } from "bun:test";
import { operations } from "./specification.ts";
import { walkPeople } from "./statuspage-v1-people.ts";
import { answered, ask, change, ids, openWorld, test, world } from "./statuspage-v1-walk.ts";

openWorld();

test("statuspage-v1/pages: list, read, change", async () => {
  expect(ids(await ask("GET /pages", 200))).toEqual([world.page]);
  await change(
    "/pages/{page_id}",
    {},
    {
      page: {
        name: "Acme status",
        time_zone: "Europe/Berlin",
        css_link_color: "#3355aa",
        css_greens: "#00aa00",
        hidden_from_search: false,
        allow_email_subscribers: true,
        notifications_from_email: "status@acme.example",
        notifications_email_footer: "Acme Inc.",
      },
    },
    "/pages/{page_id}",
  );
});

test("statuspage-v1/components: create, read back, list, change, uptime, delete", async () => {
  const path = "/pages/{page_id}/components";
  const sent = {
    name: "Search",
    description: "Finds things",
    status: "partial_outage",
    group_id: world.group,
    showcase: true,
    only_show_if_degraded: false,
    start_date: "2025-12-01",
  };
  const made = await ask(`POST ${path}`, 201, { body: { component: sent } });
  expect(made).toMatchObject(sent);
  const params = { component_id: made.id };
  expect(await ask(`GET ${path}/{component_id}`, 200, { params })).toEqual(made);
  expect(ids(await ask(`GET ${path}`, 200))).toContain(made.id);
  await change(
    `${path}/{component_id}`,
    params,
    { component: { name: "Search 2", status: "operational", group_id: null } },
    `${path}/{component_id}`,
  );
  const { json: incident } = await world.send("POST", `/v1/pages/${world.page}/incidents`, {
    incident: { name: "Slow", component_ids: [made.id] },
  });
  const uptime = await ask(`GET ${path}/{component_id}/uptime`, 200, { params, query: "?start=2025-12-02" });
  expect(uptime).toMatchObject({
    range_start: "2025-12-02",
    range_end: "2026-01-05",
    uptime_percentage: 100,
    name: "Search 2",
    related_events: { id: incident.id },
  });
  await ask(`GET ${path}/{component_id}/uptime`, 422, { params, query: "?start=2025-01-01&end=2025-12-31" });
  await ask(`DELETE ${path}/{component_id}`, 204, { params });
  await ask(`GET ${path}/{component_id}`, 404, { params });
});

test("statuspage-v1/component-groups: create, read back, list, change, uptime, delete", async () => {
  const path = "/pages/{page_id}/component-groups";
  const { json: other } = await world.send("POST", `/v1/pages/${world.page}/components`, {
    component: { name: "Mail" },
  });
  const sent = { name: "Outside", components: [other.id, world.plain] };
  const made = await ask(`POST ${path}`, 201, { body: { description: "beside", component_group: sent } });
  expect(made).toMatchObject({ ...sent, description: "beside" });
  const params = { id: made.id };
  expect(await ask(`GET ${path}/{id}`, 200, { params })).toEqual(made);
  expect(ids(await ask(`GET ${path}`, 200))).toEqual(expect.arrayContaining([world.group, made.id]));
  await change(
    `${path}/{id}`,
    params,
    { component_group: { name: "Out", description: "inside", components: [world.plain] } },
    `${path}/{id}`,
  );
  expect(await ask(`GET ${path}/{id}/uptime`, 200, { params })).toMatchObject({ uptime_percentage: null });
  expect((await ask(`DELETE ${path}/{id}`, 200, { params })).id).toBe(made.id);
  await ask(`GET ${path}/{id}`, 404, { params });
  const freed = await ask("GET /pages/{page_id}/components/{component_id}", 200, {
    params: { component_id: world.plain },
  });
  expect(freed.group_id).toBeNull();
});

test("statuspage-v1/metrics: below a provider, changed, fed, emptied, deleted", async () => {
  const [path, providers] = ["/pages/{page_id}/metrics", "/pages/{page_id}/metrics_providers"];
  const provider = await ask(`POST ${providers}`, 201, { body: { metrics_provider: { type: "Self" } } });
  const of = { metrics_provider_id: provider.id };
  expect(await ask(`GET ${providers}/{metrics_provider_id}`, 200, { params: of })).toEqual(provider);
  expect(ids(await ask(`GET ${providers}`, 200))).toEqual([provider.id]);
  await change(
    `${providers}/{metrics_provider_id}`,
    of,
    { metrics_provider: { type: "Self", metric_base_uri: "https://metrics.example" } },
    `${providers}/{metrics_provider_id}`,
  );
  const sent = {
    name: "Requests",
    metric_identifier: "requests",
    suffix: "/s",
    y_axis_min: 0,
    y_axis_max: 100,
    y_axis_hidden: false,
    display: true,
    decimal_places: 1,
    tooltip_description: "All of them",
  };
  const made = await ask(`POST ${providers}/{metrics_provider_id}/metrics`, 201, {
    params: of,
    body: { metric: { ...sent, transform: "max" } },
  });
  expect(made).toMatchObject({ ...sent, metrics_provider_id: provider.id });
  const params = { metric_id: made.id };
  expect(await ask(`GET ${path}/{metric_id}`, 200, { params })).toEqual(made);
  expect(ids(await ask(`GET ${path}`, 200))).toContain(made.id);
  expect(ids(await ask(`GET ${providers}/{metrics_provider_id}/metrics`, 200, { params: of }))).toEqual([
    made.id,
  ]);
  await change(`${path}/{metric_id}`, params, { metric: { name: "Asked" } }, `${path}/{metric_id}`);
  const point = { timestamp: Math.floor(world.clock.wallMs() / 1_000) - 60, value: 12.5 };
  expect(await ask(`POST ${path}/{metric_id}/data`, 201, { params, body: { data: point } })).toEqual({
    data: point,
  });
  await ask(`POST ${path}/data`, 202, { body: { data: { [made.id]: [point] } } });
  expect((await ask(`GET ${path}/{metric_id}`, 200, { params })).most_recent_data_at).not.toBeNull();
  await ask(`DELETE ${path}/{metric_id}/data`, 200, { params });
  expect((await ask(`GET ${path}/{metric_id}`, 200, { params })).most_recent_data_at).toBeNull();
  expect((await ask(`DELETE ${providers}/{metrics_provider_id}`, 200, { params: of })).id).toBe(provider.id);
  expect((await ask(`GET ${path}/{metric_id}`, 200, { params })).metrics_provider_id).toBeNull();
  await ask(`DELETE ${path}/{metric_id}`, 200, { params });
  await ask(`GET ${path}/{metric_id}`, 404, { params });
});

test("statuspage-v1/what is not done says so: metrics pulled from elsewhere", async () => {
  for (const type of ["Pingdom", "NewRelic", "Librato", "Datadog"]) {
    const { json: provider } = await world.send("POST", `/v1/pages/${world.page}/metrics_providers`, {
      metrics_provider: { type, api_key: "secret-of-ours" },
    });
    expect(provider.type).toBe(type);
    expect(JSON.stringify(provider)).not.toContain("secret-of-ours");
    const pulled = await world.send(
      "POST",
      `/v1/pages/${world.page}/metrics_providers/${provider.id}/metrics`,
      { metric: { name: "Pulled", metric_identifier: "x" } },
    );
    expect(pulled.status).toBe(501);
    expect(pulled.json.error).toContain(`pulls no metrics from ${type}`);
  }
});

test("statuspage-v1/status embed: what was set comes back", async () => {
  const path = "/pages/{page_id}/status_embed_config";
  expect((await ask(`GET ${path}`, 200)).page_id).toBe(world.page);
  const colours = { position: "top-right", incident_background_color: "#880000" };
  await change(path, {}, { status_embed_config: colours }, path);
});

test("statuspage-v1/incidents: create, read back, list, update, edit an update, delete", async () => {
  const path = "/pages/{page_id}/incidents";
  const sent = {
    name: "Errors",
    status: "investigating",
    impact_override: "major",
    metadata: { jira: { issue_id: "DEV-1" } },
    reminder_intervals: "[1, 2, 24]",
  };
  const made = await ask(`POST ${path}`, 201, {
    body: {
      incident: {
        ...sent,
        body: "We look.",
        deliver_notifications: false,
        component_ids: [world.plain],
        components: { [world.plain]: "major_outage" },
      },
    },
  });
  expect(made).toMatchObject(sent);
  expect(ids(made.components)).toEqual([world.plain]);
  expect(made.components[0].status).toBe("major_outage");
  expect(made.incident_updates[0]).toMatchObject({ body: "We look.", deliver_notifications: false });
  const params = { incident_id: made.id };
  expect(await ask(`GET ${path}/{incident_id}`, 200, { params })).toEqual(made);
  expect(ids(await ask(`GET ${path}`, 200, { query: "?q=errors&limit=1&page=1" }))).toEqual([made.id]);
  expect(ids(await ask(`GET ${path}/unresolved`, 200))).toContain(made.id);
  const update = `${path}/{incident_id}/incident_updates/{incident_update_id}`;
  const ofUpdate = { ...params, incident_update_id: made.incident_updates[0].id };
  await change(
    update,
    ofUpdate,
    { incident_update: { body: "We look closely.", deliver_notifications: true } },
    null,
  );
  const edited = await ask(`GET ${path}/{incident_id}`, 200, { params });
  expect(edited.incident_updates[0]).toMatchObject({ body: "We look closely.", deliver_notifications: true });
  await change(
    `${path}/{incident_id}`,
    params,
    { incident: { name: "Errors of the API", status: "identified", impact_override: "minor" } },
    `${path}/{incident_id}`,
  );
  const closed = { incident: { status: "resolved", components: { [world.plain]: "operational" } } };
  expect(
    (await ask(`PATCH ${path}/{incident_id}`, 200, { params, body: closed })).resolved_at,
  ).not.toBeNull();
  const mortem = `${path}/{incident_id}/postmortem`;
  const draft = await ask(`PUT ${mortem}`, 200, { params, body: { postmortem: { body_draft: "Why." } } });
  expect(draft).toMatchObject({ body_draft: "Why.", body: null });
  expect(await ask(`GET ${mortem}`, 200, { params })).toEqual(draft);
  expect(await ask(`PUT ${mortem}/publish`, 200, { params, body: {} })).toMatchObject({ body: "Why." });
  expect(await ask(`PUT ${mortem}/revert`, 200, { params })).toMatchObject({
    body: null,
    body_draft: "Why.",
  });
  await ask(`DELETE ${mortem}`, 204, { params });
  await ask(`GET ${mortem}`, 404, { params });
  expect((await ask(`DELETE ${path}/{incident_id}`, 200, { params })).id).toBe(made.id);
  expect((await world.send("GET", `/v1/pages/${world.page}/incidents/${made.id}`)).status).toBe(404);
});

test("statuspage-v1/maintenances: scheduled, upcoming, active", async () => {
  const path = "/pages/{page_id}/incidents";
  const at = (hours: number): string => new Date(world.clock.wallMs() + hours * 3_600_000).toISOString();
  const sent = {
    name: "Cables",
    status: "scheduled",
    scheduled_for: at(1),
    scheduled_until: at(3),
    scheduled_remind_prior: true,
    scheduled_auto_in_progress: true,
    scheduled_auto_completed: true,
    auto_transition_to_maintenance_state: true,
    auto_transition_to_operational_state: true,
    auto_transition_deliver_notifications_at_start: true,
    auto_transition_deliver_notifications_at_end: true,
  };
  const made = await ask(`POST ${path}`, 201, {
    body: { incident: { ...sent, component_ids: [world.plain] } },
  });
  expect(made).toMatchObject(sent);
  const params = { incident_id: made.id };
  expect(await ask(`GET ${path}/{incident_id}`, 200, { params })).toMatchObject(sent);
  for (const list of ["scheduled", "upcoming"])
    expect(ids(await ask(`GET ${path}/${list}`, 200))).toEqual([made.id]);
  expect(ids(await ask(`GET ${path}/active_maintenance`, 200))).toEqual([]);
  await ask(`PUT ${path}/{incident_id}`, 200, { params, body: { incident: { status: "in_progress" } } });
  expect(ids(await ask(`GET ${path}/active_maintenance`, 200))).toEqual([made.id]);
  expect(ids(await ask(`GET ${path}/upcoming`, 200))).toEqual([]);
});

test("statuspage-v1/incident templates: create, list", async () => {
  const path = "/pages/{page_id}/incident_templates";
  const sent = {
    name: "Database",
    title: "The database is slow",
    body: "We are looking.",
    update_status: "identified",
    should_tweet: false,
    should_send_notifications: true,
  };
  const template = { ...sent, component_ids: [world.plain] };
  const made = await ask(`POST ${path}`, 201, { body: { template } });
  expect(made).toMatchObject(sent);
  expect(ids(made.components)).toEqual([world.plain]);
  expect(await ask(`GET ${path}`, 200)).toEqual([made]);
  await ask(`POST ${path}`, 422, { body: { template: { name: "No title" } } });
});

test("statuspage-v1/what is not done says so: tweets", async () => {
  const incidents = `/v1/pages/${world.page}/incidents`;
  for (const word of [
    "auto_tweet_at_beginning",
    "auto_tweet_on_completion",
    "auto_tweet_on_creation",
    "auto_tweet_one_hour_before",
  ]) {
    const asked = (value: unknown) =>
      world.send("POST", incidents, { incident: { name: "Loud", [word]: value } });
    expect((await asked(true)).status).toBe(501);
    expect((await asked("true")).json.error).toContain(word);
    expect((await asked(false)).status).toBe(201);
  }
});

test("statuspage-v1/what only others know is left unread, in a body and in a query", async () => {
  const pages = `/v1/pages/${world.page}`;
  for (const path of ["subscribers", `components/${world.plain}/uptime`, "incidents"])
    expect((await world.send("GET", `${pages}/${path}?unknown=1`)).status).toBe(200);
  const sent = { incident: { name: "Odd", unknown: 1 }, unknown: 2 };
  expect((await world.send("POST", `${pages}/incidents`, sent)).status).toBe(201);
});

walkPeople();

test("statuspage-v1/every operation of the specification is answered", () => {
  const missing = [...operations.keys()].filter((name) => !answered.has(name));
  expect(missing).toEqual([]);
  expect([operations.size, new Set([...operations.values()].map(({ path }) => path)).size]).toEqual([
    112, 54,
  ]);
});
