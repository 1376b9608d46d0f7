// Uptime over the own API: what is promised, what is left, month by month; by the weight of the page, as Statuspage's rows count it too.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

const hourMs = 3_600_000;
let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
  const { clock, page, plain, run } = world;
  await run(page, { kind: "component.update", id: plain, fields: { startDate: "2025-12-01" } });
  const from = clock.wallMs() - 48 * hourMs;
  await run(page, { kind: "transition.add", componentId: plain, at: from, status: "partial_outage" });
  const until = from + 10 * hourMs;
  await run(page, { kind: "transition.add", componentId: plain, at: until, status: "operational" });
});
afterAll(() => world.close());

test("own-uptime/the setting changes every figure, and the budget follows from the promise", async () => {
  const { page, plain, send, adminToken } = world;
  const at = `/api/pharos/v1/pages/${page}/uptime`;
  const rowOf = async (query = "") => {
    const { status, json } = await send("GET", at + query);
    expect(status).toBe(200);
    return json.components.find((row: { component_id: string }) => row.component_id === plain);
  };
  expect(await rowOf()).toMatchObject({ down: 3 * 3_600, partial_outage: 10 * 3_600, budget: null });
  const set = { page: { uptime_partial_weight: 0.5, sla_target: 99 } };
  const { json } = await send("PATCH", `/v1/pages/${page}`, set, adminToken);
  expect(json).toMatchObject({ uptime_partial_weight: 0.5, sla_target: 99 });
  const row = await rowOf("?window=7d");
  expect(row).toMatchObject({ down: 5 * 3_600, budget: { target: 99, kept: false } });
  expect(row.budget.left).toBe(row.budget.allowed - row.down);
  const range = "start=2025-12-30&end=2026-01-05&skip_related_events=true";
  const theirs = await send("GET", `/v1/pages/${page}/components/${plain}/uptime?${range}`);
  expect(theirs.json.uptime_percentage).toBe(row.uptime_percentage);
  expect((await send("GET", `${at}?window=3d`)).status).toBe(422);
});

test("own-uptime/months stand newest first, and say what the windows say", async () => {
  const { page, plain, send } = world;
  const { json } = await send("GET", `/api/pharos/v1/pages/${page}/uptime/months?count=2`);
  expect(json.months.map(({ month }: { month: string }) => month)).toEqual(["2026-01", "2025-12"]);
  const rows = json.months[0].components;
  expect(rows.find((row: { component_id: string }) => row.component_id === plain)).toMatchObject({
    partial_outage: 10 * 3_600,
  });
});
