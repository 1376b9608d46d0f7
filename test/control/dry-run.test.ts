import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const path = (rest: string): string => `/v1/pages/${world.page}${rest}`;

test("a dry run tells the answer, the page's status and the documents that would change, and writes nothing", async () => {
  const before = [world.ledger.position(), world.ledger.view(world.page)];
  const incident = { name: "Down", body: "We look.", components: { [world.plain]: "major_outage" } };
  const dry = await world.send("POST", path("/incidents?dry_run=true"), { incident });
  expect([dry.status, dry.json.dry_run, dry.json.status]).toEqual([200, true, 201]);
  expect(dry.json.page).toEqual({
    id: world.page,
    status: { indicator: "critical", description: "Major Service Outage" },
  });
  expect([world.ledger.position(), world.ledger.view(world.page)]).toEqual(before);
  const { documents, documents_total } = dry.json;
  expect(documents_total).toBe(documents.length);
  expect(documents).toContain("/");
  expect(documents).toContain(`/incidents/${dry.json.answer.id}`);

  const real = await world.send("POST", path("/incidents"), { incident });
  const same = ["name", "status", "impact", "started_at", "created_at"];
  for (const field of same) expect(dry.json.answer[field]).toEqual(real.json[field]);
});

test("a dry run refuses what the request itself would be refused for", async () => {
  const position = world.ledger.position();
  expect(await world.send("POST", path("/incidents?dry_run=true"), { incident: { name: "" } })).toMatchObject(
    {
      status: 422,
    },
  );
  expect(
    await world.send("PATCH", path("/components/none?dry_run=true"), { component: { name: "x" } }),
  ).toMatchObject({ status: 404 });
  expect(await world.send("POST", path("/incidents?dry_run=perhaps"), { incident: { name: "x" } })).toEqual({
    status: 422,
    json: { error: ["Dry run must be true or false"] },
  });
  expect(world.ledger.position()).toBe(position);
});

test("a dry run ends before a write that is no command, and a command before it is previewed", async () => {
  const { json: metric } = await world.send("POST", path("/metrics"), { metric: { name: "Latency" } });
  const at = Math.floor(world.clock.wallMs() / 1_000) - 60;
  await world.send("POST", path(`/metrics/${metric.id}/data`), { data: { timestamp: at, value: 5 } });
  const spans = world.series.spans(world.page, metric.id);
  const position = world.ledger.position();
  const deleted = await world.send("DELETE", path(`/metrics/${metric.id}?dry_run=true`));
  expect(deleted).toMatchObject({ status: 200, json: { dry_run: true, status: null, answer: null } });
  expect(deleted.json.documents).toContain("/");
  const point = { data: { timestamp: at, value: 50 } };
  const added = await world.send("POST", path(`/metrics/${metric.id}/data?dry_run=true`), point);
  expect(added.json).toMatchObject({ dry_run: true, documents: [], documents_total: 0 });
  expect([world.ledger.position(), world.series.spans(world.page, metric.id)]).toEqual([position, spans]);
});
