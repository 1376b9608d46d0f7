// Who may ask what of the management API: roles and needs, and that nobody learns of a page that is not his.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { allows, lacking } from "../../src/model/roles.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

describe("what a role may", () => {
  // A row for each need of the table, with a body that would be refused with 422 where the role may.
  const rows = [
    ["GET", "", "read"],
    ["POST", "/incidents", "respond"],
    ["POST", "/components", "edit"],
    ["PATCH", "", "administer"],
  ] as const;

  test.each(["viewer", "responder", "editor", "admin", "owner"] as const)("%s", async (role) => {
    const grants = [[world.page, role]] as const;
    const { token } = await world.tokens.add({ name: role, grants, expiresMs: null }, commandLine);
    const before = world.ledger.position();
    for (const [method, rest, need] of rows) {
      const response = await world.api(
        new Request(`http://api.example/v1/pages/${world.page}${rest}`, {
          ...{ method, headers: { authorization: `OAuth ${token}` } },
          ...(method === "GET" ? {} : { body: '{"nothing": 1}' }),
        }),
      );
      expect([need, response.status]).toEqual([
        need,
        !allows(role, need) ? 403 : method === "GET" ? 200 : 422,
      ]);
      if (response.status === 403) expect(await response.json()).toEqual({ error: lacking(need) });
    }
    expect(world.ledger.position()).toBe(before);
  });

  test("a key that has ended is no key", async () => {
    const ended = { name: "ended", grants: [["*", "admin"]], expiresMs: world.clock.wallMs() } as const;
    const { token } = await world.tokens.add(ended, commandLine);
    const response = await world.api(new Request(`http://api.example/v1/pages?api_key=${token}`));
    expect(response.status).toBe(401);
  });
});
