import { expect, test } from "bun:test";
import { createFront } from "../../src/control/front.ts";

const front = createFront(
  [
    { paths: ["/v1"], part: () => new Response("api") },
    { paths: ["/docs", "/openapi.json"], part: () => new Response("docs") },
    { paths: ["/admin"], part: async () => new Response("admin") },
  ],
  "/admin/",
);

const said: readonly (readonly [path: string, status: number, text: string])[] = [
  ["/v1/pages", 200, "api"],
  ["//v1//pages", 200, "api"],
  ["/v1", 200, "api"],
  ["/v1?api_key=x", 200, "api"],
  ["/docs", 200, "docs"],
  ["/openapi.json", 200, "docs"],
  ["/openapi.jsonx", 404, "There is nothing"],
  ["/admin/p/x", 200, "admin"],
  ["/administrator", 404, "There is nothing"],
  ["/V1/pages", 404, "There is nothing"],
];

test.each(said)("%s is answered %d by %s", async (path, status, text) => {
  const response = await front(new Request(`http://control.example${path}`), { address: null });
  expect(response.status).toBe(status);
  expect(await response.text()).toStartWith(text);
});

test("/ leads to the admin pages", async () => {
  const response = await front(new Request("http://control.example/?a=1"), { address: null });
  expect([response.status, response.headers.get("location")]).toEqual([303, "/admin/"]);
});
