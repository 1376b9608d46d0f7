// Bodies of requests to the management API that are too long, or break off.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { listenHttp } from "../../src/host/http.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

describe("over a socket", () => {
  test("a body over the limit is answered 413, declared or not, and the listener lives on", async () => {
    const listener = listenHttp({
      bodyBytesMax: 8 * limits.apiBodyBytesMax,
      fetch: (request) => world.api(request),
    });
    const url = `http://127.0.0.1:${listener.port}/v1/pages/${world.page}/incidents`;
    const headers = { authorization: `OAuth ${world.token}` };
    const big = new Uint8Array(limits.apiBodyBytesMax + 1).fill(97);
    const declared = await fetch(url, { method: "POST", headers, body: big });
    expect([declared.status, await declared.json()]).toEqual([
      413,
      { error: `A request body has at most ${limits.apiBodyBytesMax} bytes.` },
    ]);
    const chunked = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent <= limits.apiBodyBytesMax; sent += 65_536)
          controller.enqueue(big.subarray(0, 65_536));
        controller.close();
      },
    });
    expect((await fetch(url, { method: "POST", headers, body: chunked })).status).toBe(413);
    const head = await fetch(url, { method: "HEAD", headers });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    await listener.stop(true);
  });
});

test("a body that breaks off is a bad request", async () => {
  const body = new ReadableStream({
    pull(controller) {
      controller.error(new Error("the client went away"));
    },
  });
  const headers = { authorization: `OAuth ${world.token}` };
  const url = `http://api.example/v1/pages/${world.page}/incidents`;
  expect((await world.api(new Request(url, { method: "POST", headers, body }))).status).toBe(400);
});

test("what is neither JSON nor a form says nothing, and least of all that everything is meant", async () => {
  const user = { page_access_user: { email: "ann@example.com" } };
  const path = `/v1/pages/${world.page}/page_access_users`;
  const { json } = await world.send("POST", path, user);
  const list = `${path}/${json.id}/components`;
  await world.send("PATCH", list, { component_ids: [world.plain] });
  for (const body of ["\u0000", "null", "true", "component_ids", "a=\u0001", "\u007f=1"])
    expect([body, (await world.send("DELETE", list, body)).status]).toEqual([body, 400]);
  expect((await world.send("GET", list)).json).toHaveLength(1);
  expect((await world.send("DELETE", list)).status).toBe(200);
  expect((await world.send("GET", list)).json).toHaveLength(0);
});
