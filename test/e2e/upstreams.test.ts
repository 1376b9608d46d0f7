// A vendor's state on its way to readers, through real processes: a status page answers, the control plane's own process asks it, the page is published,
// and a component that follows it changes. What is blocked is unknown, with what was known last.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { samplePage, writeSampleSummary } from "../support/summary.ts";

const installation = new Installation();
const mirror = join(installation.folder, "mirror");
const indicator = "critical";
const vendor = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ page: { updated_at: "2026-11-22T09:00:00Z" }, status: { indicator } }),
});
let api: ApiClient;
let own: (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Record<string, unknown> }>;

beforeAll(async () => {
  const data = join(installation.folder, "control");
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  const token = await installation.token();
  await installation.control("--monitor-allow", "127.0.0.1", "--export", mirror);
  const address = `http://${await installation.address("api")}`;
  api = new ApiClient(address, token);
  own = async (method, path, body) => {
    const response = await fetch(`${address}/api/pharos/v1/pages/${samplePage}/upstreams${path}`, {
      ...{ method, headers: { authorization: `OAuth ${token}`, "content-type": "application/json" } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}, 60_000);
afterAll(async () => {
  await installation.end();
  vendor.stop(true);
});

test("a vendor that is down is down on the page, in its one JSON body and at the component that follows it", async () => {
  const { body: made } = await api.ask("POST", `/pages/${samplePage}/components`, {
    component: { name: "Follows", status: "operational" },
  });
  const source = { format: "statuspage", address: `http://127.0.0.1:${vendor.port}/`, options: {} };
  const asked = { upstream: { name: "Theirs", source, component_id: made.id } };
  const { status, body } = await own("POST", "", asked);
  expect([status, body.status, body.reason]).toEqual([201, "unknown", "unasked"]);
  const known = await until(
    "the vendor is known",
    async () => {
      const { body: now } = await own("GET", `/${body.id}`);
      return now.status === "outage" && now;
    },
    30_000,
  );
  expect(known).toMatchObject({ updated_at: "2026-11-22T09:00:00.000Z", reason: null });
  const component = await until("the component follows", async () => {
    const { body: now } = await api.ask("GET", `/pages/${samplePage}/components/${made.id}`);
    return now.status === "major_outage" && now;
  });
  expect(component.name).toBe("Follows");
  const published = await until(
    "it is published",
    () => aggregates().find((text) => text.includes('"status":"outage"')) ?? false,
    30_000,
  );
  expect(JSON.parse(published)).toMatchObject({ counts: { outage: 1 }, vendors: [{ name: "Theirs" }] });
}, 120_000);

/** As the mirror has it. */
function aggregates(): readonly string[] {
  return found(mirror).map((path) => readFileSync(path, "utf8"));
}

function found(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return [...new Bun.Glob("**/aggregate.json").scanSync({ cwd: folder, followSymlinks: true })].map((path) =>
    join(folder, path),
  );
}
