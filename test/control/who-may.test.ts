// Who may ask what of the management API: roles and needs, and that nobody learns of a page that is not his.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { tables } from "../../src/control/table.ts";
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

describe("another page", () => {
  const unknown = "nosuchthing0";
  /** Ids of what another page has, by the parameter that names it. */
  const theirs: Record<string, string> = {};
  beforeAll(async () => {
    const page = await world.run(null, {
      kind: "page.create",
      fields: { name: "Other", url: "https://status.other.example" },
    });
    const { token } = await world.tokens.add(
      { name: "theirs", grants: [[page, "admin"]], expiresMs: null },
      commandLine,
    );
    const make = async (path: string, body: unknown): Promise<string> => {
      const headers = { authorization: `OAuth ${token}` };
      const url = `http://api.example/v1/pages/${page}/${path}`;
      const response = await world.api(
        new Request(url, { method: "POST", headers, body: JSON.stringify(body) }),
      );
      const made = (await response.json()) as { readonly id?: string };
      if (made.id === undefined) throw new Error(`${path}: ${JSON.stringify(made)}`);
      return made.id;
    };
    const component = await make("components", { component: { name: "Theirs" } });
    Object.assign(theirs, {
      page_id: page,
      component_id: component,
      incident_id: await make("incidents", {
        incident: { name: "Theirs", status: "investigating", body: "x" },
      }),
      metric_id: await make("metrics", { metric: { name: "Theirs", suffix: "ms" } }),
      template_id: await make("incident_templates", { template: { name: "T", title: "T", body: "x" } }),
      page_access_user_id: await make("page_access_users", {
        page_access_user: { email: "x@other.example" },
      }),
      page_access_group_id: await make("page_access_groups", { page_access_group: { name: "Theirs" } }),
      id: await make("component-groups", { component_group: { name: "G", components: [component] } }),
    });
  });

  const requests = tables.flatMap(({ prefix, endpoints }) =>
    endpoints
      .filter(({ path }) => path.includes(":page_id"))
      .flatMap(({ methods, path, example }) =>
        methods.map((method) => ({ method, path: `${prefix}${path}`, example })),
      ),
  );
  /** Asks with this world's token; ids of the path that the answer repeats stand as ID, so that only the rest is compared. */
  async function asked(
    { method, path, example }: (typeof requests)[number],
    idOf: (param: string) => string,
  ) {
    const filled = path.replace(/:([a-z_]+)/g, (_all, param: string) => idOf(param));
    const query = new URLSearchParams(example?.query);
    const body = method === "GET" ? {} : { body: JSON.stringify(example?.body ?? {}) };
    const headers = { authorization: `OAuth ${world.token}` };
    const response = await world.api(
      new Request(`http://api.example${filled}?${query}`, { method, headers, ...body }),
    );
    let text = await response.text();
    for (const [, param = ""] of path.matchAll(/:([a-z_]+)/g)) text = text.replaceAll(idOf(param), "ID");
    return {
      status: response.status,
      text,
      headers: [...response.headers].filter(([name]) => !/^(date|ratelimit)/.test(name)),
    };
  }

  test("answers as one that is not there, whatever is asked of it", async () => {
    expect(requests.length).toBeGreaterThan(60);
    for (const request of requests) {
      const there = await asked(request, (param) => theirs[param] ?? unknown);
      const nowhere = await asked(request, () => unknown);
      expect([request.method, request.path, there]).toEqual([request.method, request.path, nowhere]);
      expect([request.method, request.path, there.status]).toEqual([request.method, request.path, 404]);
    }
  });

  test("lends nothing to this one: what it has is not found here, as what nobody has", async () => {
    for (const request of requests.filter(({ path }) => path.split(":").length > 2)) {
      const there = await asked(request, (param) =>
        param === "page_id" ? world.page : (theirs[param] ?? unknown),
      );
      const nowhere = await asked(request, (param) => (param === "page_id" ? world.page : unknown));
      expect([request.method, request.path, there]).toEqual([request.method, request.path, nowhere]);
    }
  });

  test("is in no list, and its components are in no incident", async () => {
    const lists = requests.filter(({ method, path }) => method === "GET" && !/:page_id.*:/.test(path));
    for (const request of lists) {
      const { text } = await asked(request, () => world.page);
      for (const id of Object.values(theirs))
        expect([request.path, text.includes(id)]).toEqual([request.path, false]);
    }
    const create = async (component: string) => {
      const incident = { name: "X", status: "investigating", body: "x", component_ids: [component] };
      const { status, json } = await world.send("POST", `/v1/pages/${world.page}/incidents`, { incident });
      return [status, JSON.stringify(json).replaceAll(component, "ID")];
    };
    expect(await create(theirs.component_id ?? "")).toEqual(await create(unknown));
    expect((await create(unknown))[0]).toBe(422);
  });
});
