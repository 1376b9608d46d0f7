import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AdminWorld, openAdminWorld } from "./admin-world.ts";

let world: AdminWorld;
beforeAll(async () => {
  world = await openAdminWorld();
});
afterAll(() => world.close());

const nasty = `<script>alert(1)</script>"'>`;
const plain = {
  name: "Prometheus",
  format: "alertmanager",
  component: "",
  label: "service",
  act: "incident",
};
const fields = { do: "make", ...plain, status: "partial_outage", template: "" };

describe("admin/screen-alert-sources", () => {
  test("an address is shown once, and is another one when asked for", async () => {
    const path = `/admin/p/${world.page}/alerts`;
    const editor = world.as("editor");
    const made = await editor.post(path, fields);
    expect(made.status).toBe(200);
    const address = /\/ingest\/[\w.-]+/.exec(made.text)?.[0];
    expect(address).toStartWith(`/ingest/${world.page}.`);
    const [, id = ""] = address?.split(".") ?? [];
    expect(made.text).toContain("webhook_configs");
    const list = await editor.get(path);
    expect(list.text).toContain("for what its “service” names. Open an incident.");
    expect(list.text).not.toContain("/ingest/");
    const other = /\/ingest\/[\w.-]+/.exec((await editor.post(path, { do: "renew", source: id })).text)?.[0];
    expect(other).toStartWith(`/ingest/${world.page}.${id}.`);
    expect(other).not.toBe(address);
    expect((await editor.post(path, { do: "remove", source: id })).to).toContain("removed");
    expect((await editor.get(path)).text).toContain("None. What watches your systems already");
  });

  test("what is wrong is said, and nothing is made", async () => {
    const path = `/admin/p/${world.page}/alerts`;
    const editor = world.as("editor");
    const told = async (more: object) => (await editor.post(path, { ...fields, ...more })).text;
    expect(await told({ name: "" })).toContain("Say what the source is called.");
    expect(await told({ format: "json" })).toContain("Say where in the JSON the state stands");
    expect(await told({ format: "json", state: "a..b", standing: "down" })).toContain("is no path such as");
    expect(await told({ component: "nosuch" })).toContain("does not exist");
    expect(await told({ do: "remove", source: "x" })).toContain("There is no such source.");
    expect((await editor.get(path)).text).toContain("None. What watches");
  });

  test("an incident that opened by itself says why to those who work on it, and to no reader", async () => {
    const explanation = `2 of 3 POPs met ${nasty}`;
    const metadata = { pharos_monitor: { explanation } };
    const id = await world.run(world.page, {
      kind: "incident.create",
      fields: { name: "Down", componentIds: [world.plain], metadata },
    });
    const { text } = await world.as("editor").get(`/admin/p/${world.page}/incidents/${id}`);
    expect(text).toContain("By the monitor");
    expect(text).toContain("2 of 3 POPs met &lt;script&gt;");
    expect(text).toContain("unless a person changes it first");
    const other = await world.run(world.page, { kind: "incident.create", fields: { name: "Ours" } });
    expect((await world.as("editor").get(`/admin/p/${world.page}/incidents/${other}`)).text).not.toContain(
      "By the monitor",
    );
  });

  test("names from people are text", async () => {
    const { text } = await world
      .as("editor")
      .post(`/admin/p/${world.page}/alerts`, { ...fields, name: nasty });
    expect(text).not.toContain("<script>alert(1)");
    expect(text).toContain("&lt;script");
  });
});
