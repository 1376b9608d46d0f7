// Secrets of webhooks over the API: read by who may edit the page, replaced with a day in which both sign, and nobody else's.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const own = () => `/api/pharos/v1/pages/${world.page}`;
async function added(subscriber: object): Promise<string> {
  const { json } = await world.send("POST", `/v1/pages/${world.page}/subscribers`, { subscriber });
  return json.id;
}

test("an operator reads the secret, replaces it, and both sign for a day", async () => {
  const id = await added({ endpoint: "https://hooks.example.org/a", email: "ops@example.org" });
  const path = `${own()}/webhooks/${id}/secret`;
  const first = (await world.send("GET", path)).json;
  expect(first).toEqual({ secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/), previous: null });
  const tried = await world.send("POST", `${path}/replace?dry_run=true`);
  expect(tried.status).toBe(200);
  expect((await world.send("GET", path)).json).toEqual(first);
  const { status, json: second } = await world.send("POST", `${path}/replace`);
  expect(status).toBe(201);
  expect(second.secret).not.toBe(first.secret);
  expect(second.previous).toBe(first.secret);
  expect((await world.send("GET", path)).json).toEqual(second);
  const other = await added({ endpoint: "https://hooks.example.org/b", email: "ops@example.org" });
  expect((await world.send("GET", `${own()}/webhooks/${other}/secret`)).json.secret).not.toBe(first.secret);
});

test("who is no webhook has none, nobody has one, and what was erased has none any more", async () => {
  const mail = await added({ email: "reader@example.org" });
  for (const id of [mail, "nobody"]) {
    expect((await world.send("GET", `${own()}/webhooks/${id}/secret`)).status).toBe(404);
    expect((await world.send("POST", `${own()}/webhooks/${id}/secret/replace`)).status).toBe(404);
  }
  const id = await added({ endpoint: "https://hooks.example.org/c", email: "ops@example.org" });
  await world.send("DELETE", `/v1/pages/${world.page}/subscribers/${id}?erase=true`);
  expect((await world.send("GET", `${own()}/webhooks/${id}/secret`)).status).toBe(404);
});
