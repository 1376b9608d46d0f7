// Whatever row of the table changes something: the trail tells of it, in the op-log or in the audit, with who did it.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { ControlWorld } from "./control-world.ts";
import { exampleRequest, openPublishedWorld, storeDigest, writingRows } from "./writing-rows.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openPublishedWorld();
});
afterAll(() => world.close());

/** Points of a metric are measured, not decided, and come by the second. */
const untold: ReadonlySet<string> = new Set([
  "POST /v1/pages/:page_id/metrics/data",
  "POST /v1/pages/:page_id/metrics/:metric_id/data",
]);

/** Whose example leaves the store as it was: nobody waits to be asked, nothing is chosen, or is new. */
const changeNothing: readonly string[] = [
  "PUT /v1/pages/:page_id",
  "DELETE /v1/pages/:page_id/components/:component_id/page_access_users",
  "DELETE /v1/pages/:page_id/components/:component_id/page_access_groups",
  "POST /v1/pages/:page_id/incident_templates/:template_id/fill",
  "POST /v1/pages/:page_id/subscribers/unsubscribe",
  "POST /v1/pages/:page_id/subscribers/reactivate",
  "POST /v1/pages/:page_id/subscribers/resend_confirmation",
  "POST /api/pharos/v1/import/subscribers",
  "POST /api/pharos/v1/import/points",
  "POST /api/pharos/v1/pages/:page_id/person/erase",
  // Nobody has the address of the example.
  "POST /api/pharos/v1/pages/:page_id/bounces",
  "POST /api/pharos/v1/pages/:page_id/bounces/:vendor",
  // Nothing was told there.
  "POST /api/pharos/v1/pages/:page_id/deliveries/dead/replay",
];
const changed: string[] = [];

test.each(writingRows)("%s is told", async (name, row) => {
  const request = await exampleRequest(world, row);
  const { audit } = world.parts.install;
  const [position, [newest], before] = [world.ledger.position(), audit.newestFirst(), storeDigest(world)];
  const response = await world.api(request);
  const said = await response.text();
  expect(`${response.status} ${said.slice(0, 300)}`).toMatch(/^20/);
  const told = [
    ...[...world.ledger.opsAfter(position)].map(({ op }) => op.actor),
    ...audit.after(newest?.id ?? 0, 100).map(({ actor }) => actor),
  ];
  const isChanged = storeDigest(world) !== before;
  if (isChanged) changed.push(name);
  expect([...new Set(told)]).toEqual(isChanged && !untold.has(name) ? ["token:owner"] : []);
});

test("most examples change something", () => {
  const names = writingRows.map(([name]) => name).filter((name) => !changed.includes(name));
  expect(names).toEqual([...changeNothing]);
});
