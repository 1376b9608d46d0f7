// Whatever is sent, the API answers below 500, what it refuses changes nothing, and what it accepts can be rendered.
import { afterAll, beforeAll, expect, test } from "bun:test";
import fc from "fast-check";
import { documentsOf } from "../../src/render/documents.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
let incident: string;
beforeAll(async () => {
  world = await openControlWorld();
  incident = await world.run(world.page, { kind: "incident.create", fields: { name: "Open", body: "x" } });
});
afterAll(() => world.close());

const words = [
  ..."incident component page name status body impact_override component_ids components scheduled_for".split(
    " ",
  ),
  ..."scheduled_until deliver_notifications backfilled backfill_date description group_id position".split(
    " ",
  ),
  ..."showcase only_show_if_degraded start_date time_zone domain url page_description".split(" "),
];
const hostile = fc.constantFrom<unknown>(
  "",
  "\u0000",
  "\ud800",
  "\ufffe<script>&",
  "__proto__",
  "constructor",
  "investigating",
  "resolved",
  "scheduled",
  "in_progress",
  "major_outage",
  "critical",
  "true",
  "2026-02-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "0000-01-01",
  "2026-02-30",
  "x".repeat(600),
  "y".repeat(30_000),
  0,
  -1,
  1.5,
  1e308,
  null,
  true,
  [],
  {},
);
const scalar = fc.oneof(
  { weight: 4, arbitrary: hostile },
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.boolean(),
);
/** Ids that exist are put in when the request is made. */
const ids = fc.constantFrom("{plain}", "{grouped}", "{group}", "{incident}", "none");
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(fc.oneof(ids, scalar), { maxLength: 4 }),
  fc.dictionary(fc.oneof(ids, fc.string()), scalar, { maxKeys: 4 }),
  ids,
);
const fields = fc.dictionary(
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, fc.string()),
  value,
  {
    maxKeys: 6,
  },
);
const wrapped = fc
  .tuple(fc.constantFrom("incident", "component", "page"), fields)
  .map(([wrapper, inner]) => JSON.stringify({ [wrapper]: inner }));
const body = fc.oneof(
  { weight: 6, arbitrary: wrapped },
  fc.json(),
  fc.string({ unit: "binary" }),
  fc
    .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...words, "", "a[b]"), fc.string()), {
      maxLength: 8,
    })
    .map((pairs) => pairs.map(([a, b, c]) => `${a}[${b}]=${encodeURIComponent(c.toWellFormed())}`).join("&")),
  fc.constantFrom(
    "[".repeat(100_000),
    `{"incident":${'{"a":'.repeat(50_000)}`,
    '{"__proto__":{"incident":{}}}',
  ),
);
const path = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom(
      "/incidents",
      "/incidents/{incident}",
      "/components",
      "/components/{plain}",
      "/components/{group}",
      "",
    ),
  },
  fc.webPath().map((it) => `/incidents${it}`),
  fc.string().map((it) => `/${it}`),
  fc.webQueryParameters().map((it) => `/incidents?${it}`),
);

const named = (text: string): string =>
  text
    .replaceAll("{plain}", world.plain)
    .replaceAll("{grouped}", world.grouped)
    .replaceAll("{group}", world.group)
    .replaceAll("{incident}", incident);

const seed = testLong ? testSeed : 8123;

test(`no answer of 500 and no change by what is refused (seed ${seed})`, async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("POST", "PATCH", "PUT", "GET"),
      path,
      body,
      async (method, rest, text) => {
        const before = world.ledger.position();
        await world.clock.advance(1_000);
        const response = await world.api(
          new Request(`http://api.example/v1/pages/${world.page}${named(rest)}`, {
            method,
            headers: { authorization: `OAuth ${world.token}` },
            ...(method === "GET" ? {} : { body: named(text) }),
          }),
        );
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        const said = await response.json();
        if (response.status < 300) return;
        expect(response.status).toBeLessThan(500);
        expect(said).toHaveProperty("error");
        expect(world.ledger.position()).toBe(before);
      },
    ),
    { seed, numRuns: count(500, 20_000) },
  );
  // The requests must reach both ends of the API, or nothing was shown.
  for (const status of [200, 201, 400, 404, 422])
    expect([status, (seen.get(status) ?? 0) > 0]).toEqual([status, true]);
  const view = world.ledger.view(world.page);
  if (view === null) throw new Error("The page is gone.");
  for (const document of documentsOf(view, world.clock.wallMs()))
    expect(typeof document.body()).toBe("string");
}, 300_000);
