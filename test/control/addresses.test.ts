// Which row an address is of: of its words before its names, and of nobody's where a name is longer than any.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

describe("an address", () => {
  test("with a longer name than any is nobody's", async () => {
    const long = "0".repeat(limits.idCharsMax + 1);
    const { status } = await world.send(
      "GET",
      `/v1/organizations/${long}/users`,
      undefined,
      world.ownerToken,
    );
    expect(status).toBe(404);
    const shorter = await world.send(
      "GET",
      `/v1/organizations/${long.slice(1)}/users`,
      undefined,
      world.ownerToken,
    );
    expect(shorter.status).toBe(200);
  });

  test("whose last word has rows of its own is no name: it has their methods, and no others", async () => {
    const of = `/v1/pages/${world.page}`;
    for (const [method, path, allow] of [
      ["PATCH", "/incidents/unresolved", "GET"],
      ["GET", "/subscribers/reactivate", "POST"],
      ["POST", "/subscribers/count", "GET"],
    ] as const) {
      const response = await world.api(
        new Request(`http://api.example${of}${path}`, {
          method,
          headers: { authorization: `OAuth ${world.token}` },
          ...(method === "GET" ? {} : { body: "{}" }),
        }),
      );
      expect([path, response.status, response.headers.get("allow")]).toEqual([path, 405, allow]);
    }
    expect((await world.send("GET", `${of}/incidents/unresolved`)).status).toBe(200);
    expect((await world.send("GET", `${of}/incidents/unresolvedly`)).status).toBe(404);
  });
});
