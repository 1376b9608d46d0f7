// The management API as its clients use it. Each situation is a row where it can be one.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { skipUnless } from "../support/skip.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

describe("who may ask", () => {
  const asked = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await world.api(new Request(`http://api.example${path}`, { headers }))).status;

  test("OAuth and Bearer in any case, and api_key, are read", async () => {
    for (const scheme of ["OAuth", "oauth", "OAUTH", "Bearer", "bearer"])
      expect(await asked("/v1/pages", { authorization: `${scheme} ${world.token}` })).toBe(200);
    expect(await asked(`/v1/pages?api_key=${world.token}`)).toBe(200);
    expect(await asked(`/v1/pages?limit=3&api_key=${world.token}`)).toBe(200);
  });

  test("no key, a wrong key and an odd one are refused alike", async () => {
    for (const headers of [
      {},
      { authorization: "OAuth wrong" },
      { authorization: `Basic ${world.token}` },
      { authorization: `OAuth ${world.token}x` },
    ] as Record<string, string>[]) {
      const response = await world.api(new Request("http://api.example/v1/pages", { headers }));
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: "Could not authenticate" });
    }
  });

  test("a token of one page cannot tell another page from none", async () => {
    const other = await world.run(null, {
      kind: "page.create",
      fields: { name: "Other", url: "https://status.other.example" },
    });
    const garbage = '{"incident": {"status": 1}}';
    for (const [method, rest, body] of [
      ["GET", "", undefined],
      ["GET", "/incidents", undefined],
      ["POST", "/incidents", garbage],
      ["PATCH", "/components/x", garbage],
    ] as const) {
      const seen = await world.send(method, `/v1/pages/${other}${rest}`, body);
      expect(seen).toEqual(await world.send(method, `/v1/pages/nosuchpage00${rest}`, body));
      expect(seen).toEqual({ status: 404, json: { error: "Page not found" } });
    }
    expect((await world.send("GET", "/v1/pages")).json.map(({ id }: { id: string }) => id)).toEqual([
      world.page,
    ]);
    const admin = await world.api(new Request(`http://api.example/v1/pages?api_key=${world.adminToken}`));
    expect(((await admin.json()) as unknown[]).length).toBe(2);
  });
});

describe("an incident", () => {
  test("is created, updated, resolved; what was sent comes back", async () => {
    const path = `/v1/pages/${world.page}/incidents`;
    const made = await world.send("POST", path, {
      incident: {
        name: "API errors",
        status: "investigating",
        body: "We are looking.",
        impact_override: "major",
        component_ids: [world.grouped, world.plain],
        components: { [world.grouped]: "major_outage" },
        deliver_notifications: false,
      },
    });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      name: "API errors",
      status: "investigating",
      impact: "major",
      impact_override: "major",
      page_id: world.page,
      resolved_at: null,
      scheduled_for: null,
    });
    expect(made.json.components.map((it: { id: string; status: string }) => [it.id, it.status])).toEqual([
      [world.grouped, "major_outage"],
      [world.plain, "operational"],
    ]);
    expect(made.json.incident_updates[0]).toMatchObject({
      body: "We are looking.",
      deliver_notifications: false,
      incident_id: made.json.id,
    });
    const one = `${path}/${made.json.id}`;
    expect((await world.send("GET", one)).json).toEqual(made.json);
    await world.clock.advance(60_000);
    const monitored = await world.send("PATCH", one, { incident: { status: "monitoring", body: "Fixed." } });
    expect(monitored.status).toBe(200);
    expect(monitored.json.monitoring_at).not.toBe(null);
    expect((await world.send("GET", `${path}/unresolved`)).json.length).toBe(1);
    await world.clock.advance(60_000);
    const resolved = await world.send("PUT", one, {
      incident: { status: "resolved", components: { [world.grouped]: "operational" } },
    });
    expect(resolved.status).toBe(200);
    expect(resolved.json.incident_updates.map(({ status }: { status: string }) => status)).toEqual([
      "resolved",
      "monitoring",
      "investigating",
    ]);
    expect(Date.parse(resolved.json.resolved_at)).toBe(world.clock.wallMs());
    expect((await world.send("GET", `${path}/unresolved`)).json).toEqual([]);
    expect((await world.send("GET", `/v1/pages/${world.page}/components/${world.grouped}`)).json.status).toBe(
      "operational",
    );
  });

  test("comes as a form as it comes as JSON", async () => {
    const path = `/v1/pages/${world.page}/incidents.json`;
    const form = new URLSearchParams([
      ["incident[name]", "Zażółć & more"],
      ["incident[status]", "identified"],
      ["incident[body]", "a+b=c"],
      ["incident[component_ids][]", world.plain],
      ["incident[component_ids][]", world.grouped],
      [`incident[components][${world.plain}]`, "partial_outage"],
      ["incident[deliver_notifications]", "false"],
      ["incident[impact_override]", ""],
    ]);
    const { status, json } = await world.send("POST", path, String(form));
    expect(status).toBe(201);
    expect(json).toMatchObject({ name: "Zażółć & more", status: "identified", impact_override: null });
    expect(json.incident_updates[0]).toMatchObject({ body: "a+b=c", deliver_notifications: false });
    expect(json.components.map(({ id }: { id: string }) => id)).toEqual([world.plain, world.grouped]);
    await world.send("PATCH", `/v1/pages/${world.page}/incidents/${json.id}`, {
      incident: { status: "resolved", components: { [world.plain]: "operational" } },
    });
  });

  test("under every content type that clients give, doubled slashes, .json, and a short host", async () => {
    const body = JSON.stringify({ component: { description: "said" } });
    for (const [url, type] of [
      [`http://api.example/v1/pages/${world.page}/components/${world.plain}.json`, "application/json"],
      [`http://api.example//v1/pages/${world.page}//components/${world.plain}`, undefined],
      [`http://a/v1/pages/${world.page}/components/${world.plain}/`, "application/x-www-form-urlencoded"],
      [`http://[::1]:80/v1/pages/${world.page}/components/${world.plain}?x=1`, "text/plain"],
    ] as const) {
      const headers = { authorization: `oauth ${world.token}`, ...(type ? { "content-type": type } : {}) };
      const response = await world.api(new Request(url, { method: "PATCH", headers, body }));
      expect({ url, status: response.status }).toEqual({ url, status: 200 });
      expect(await response.json()).toMatchObject({ id: world.plain, description: "said" });
    }
  });

  test("is found by its text, and lists have pages", async () => {
    const path = `/v1/pages/${world.page}/incidents`;
    const all = (await world.send("GET", path)).json as { id: string; name: string }[];
    expect(all.length).toBe(2);
    expect((await world.send("GET", `${path}?q=zażółć`)).json.length).toBe(1);
    expect((await world.send("GET", `${path}?q=Fixed.`)).json.length).toBe(1);
    expect((await world.send("GET", `${path}?q=ZAŻÓŁĆ`)).json.length).toBe(1);
    // What a pattern would have as signs are letters here.
    for (const signs of ["F.xed", "Fixed*", "(Fixed", "[F]ixed", "Fixed|x", "\\", "^", "{2}", "\ud800"])
      expect((await world.send("GET", `${path}?q=${encodeURI(signs.toWellFormed())}`)).json).toEqual([]);
    expect((await world.send("GET", `${path}?limit=1&page=2`)).json).toEqual([all[1]]);
    expect((await world.send("GET", `${path}?limit=1&page=3`)).json).toEqual([]);
  });

  test("has a post-mortem: draft, published, edited, taken back, deleted", async () => {
    const path = `/v1/pages/${world.page}/incidents`;
    const made = await world.send("POST", path, { incident: { name: "Errors", status: "investigating" } });
    const own = `${path}/${made.json.id}`;
    expect(await world.send("GET", `${own}/postmortem`)).toEqual({
      status: 404,
      json: { error: "Postmortem not found" },
    });
    const written = await world.send("PUT", `${own}/postmortem`, { postmortem: { body_draft: "# Why" } });
    expect(written).toMatchObject({
      status: 200,
      json: { body: null, body_draft: "# Why", published_at: null },
    });
    expect((await world.send("PUT", `${own}/postmortem/publish`, { postmortem: {} })).status).toBe(422);
    await world.send("PATCH", own, { incident: { status: "resolved" } });
    const out = await world.send("PUT", `${own}/postmortem/publish`, {});
    expect(out).toMatchObject({ status: 200, json: { body: "# Why", body_draft: null } });
    expect((await world.send("GET", own)).json).toMatchObject({
      status: "postmortem",
      postmortem_body: "# Why",
      postmortem_published_at: out.json.published_at,
    });
    const back = await world.send("PUT", `${own}/postmortem/revert`, {});
    expect(back.json).toMatchObject({ body: null, body_draft: "# Why" });
    expect((await world.send("DELETE", `${own}/postmortem`)).status).toBe(204);
    expect((await world.send("DELETE", `${own}/postmortem`)).status).toBe(404);
  });
});

describe("a maintenance", () => {
  test("has a window that changes as a whole, also when half of it is sent", async () => {
    const path = `/v1/pages/${world.page}/incidents`;
    const made = await world.send("POST", path, {
      incident: {
        name: "Upgrade",
        status: "scheduled",
        scheduled_for: "2026-02-01T01:00:00+01:00",
        scheduled_until: "2026-02-01T02:00:00Z",
        component_ids: [world.plain],
      },
    });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      scheduled_for: "2026-02-01T00:00:00.000Z",
      scheduled_until: "2026-02-01T02:00:00.000Z",
      status: "scheduled",
      impact: "maintenance",
    });
    const one = `${path}/${made.json.id}`;
    const moved = await world.send("PATCH", one, { incident: { scheduled_until: "2026-02-01T03:00:00Z" } });
    expect(moved.json).toMatchObject({
      scheduled_for: "2026-02-01T00:00:00.000Z",
      scheduled_until: "2026-02-01T03:00:00.000Z",
    });
    for (const [word, count] of [
      ["scheduled", 1],
      ["upcoming", 1],
      ["active_maintenance", 0],
    ] as const)
      expect((await world.send("GET", `${path}/${word}`)).json.length).toBe(count);
  });
});

describe("what is refused changes nothing", () => {
  const at = (path: string) => `/v1/pages/${world.page}${path}`;
  const rows: readonly [
    situation: string,
    method: string,
    path: () => string,
    body: unknown,
    status: number,
    error: RegExp,
  ][] = [
    ["no name", "POST", () => at("/incidents"), { incident: {} }, 422, /^Incident name can't be blank/],
    ["no wrapper", "POST", () => at("/incidents"), { name: "x" }, 422, /^Incident must be a table/],
    ["a list", "POST", () => at("/incidents"), [1], 422, /^The body must be a table/],
    ["broken JSON", "POST", () => at("/incidents"), '{"incident":', 400, /neither JSON nor a form/],
    ["a form of two meanings", "POST", () => at("/incidents"), "a[b]=1&a=2", 400, /form field "a"/],
    [
      "a prototype",
      "POST",
      () => at("/incidents"),
      '{"incident":{"__proto__":{"name":"x"}}}',
      400,
      /__proto__/,
    ],
    [
      "a prototype in a form",
      "POST",
      () => at("/incidents"),
      "incident[__proto__][name]=x",
      400,
      /__proto__/,
    ],
    ["a hidden method", "PATCH", () => at(""), '{"page":{"name":{"toString":1}}}', 400, /toString/],
    ["an odd form key", "POST", () => at("/incidents"), "a[b=1", 400, /cannot be read/],
    [
      "an unknown status",
      "POST",
      () => at("/incidents"),
      { incident: { name: "x", status: "broken" } },
      422,
      /^Incident status must be one of investigating, /,
    ],
    [
      "a component of another page",
      "POST",
      () => at("/incidents"),
      { incident: { name: "x", component_ids: ["nosuch"] } },
      422,
      /nosuch/,
    ],
    [
      "half a window",
      "POST",
      () => at("/incidents"),
      { incident: { name: "x", scheduled_for: "2026-02-01T00:00:00Z" } },
      422,
      /^Scheduled until can't be blank/,
    ],
    [
      "no time",
      "POST",
      () => at("/incidents"),
      { incident: { name: "x", scheduled_for: "soon", scheduled_until: "2026-13-01T00:00:00Z" } },
      422,
      /^Scheduled for is not a time/,
    ],
    [
      "a backfill without a date",
      "POST",
      () => at("/incidents"),
      { incident: { name: "x", backfilled: true } },
      422,
      /^Backfill date/,
    ],
    ["no such incident", "PATCH", () => at("/incidents/none"), { incident: {} }, 404, /^Incident not found$/],
    [
      "no such component",
      "PATCH",
      () => at("/components/none"),
      { component: {} },
      404,
      /^Component not found$/,
    ],
    ["no such address", "GET", () => at("/nothing"), undefined, 404, /not found$/],
    ["no such method", "DELETE", () => at("/incidents/none"), undefined, 404, /not found$/],
    [
      "the status of a group",
      "PATCH",
      () => at(`/components/${world.group}`),
      { component: { status: "major_outage" } },
      422,
      /group/,
    ],
    [
      "a group that is none",
      "PATCH",
      () => at(`/components/${world.plain}`),
      () => ({ component: { group_id: world.grouped } }),
      422,
      /is not a group/,
    ],
    ["no zone", "PATCH", () => at(""), { page: { time_zone: "Mars/Olympus" } }, 422, /time zone/],
    ["another site's url", "PATCH", () => at(""), { page: { url: "https://acme.example" } }, 422, /domain/],
    ["a bad escape", "GET", () => at("/incidents/%E0%A4%A"), undefined, 400, /address/],
    ["no number", "GET", () => at("/incidents?limit=ten"), undefined, 422, /^Limit must be a number/],
  ];
  for (const [situation, method, path, body, status, error] of rows) {
    test(situation, async () => {
      const before = world.ledger.position();
      const reply = await world.send(method, path(), typeof body === "function" ? body() : body);
      expect(reply.status).toBe(status);
      expect(Array.isArray(reply.json.error)).toBe(status === 422);
      expect([reply.json.error].flat()[0]).toMatch(error);
      expect(world.ledger.position()).toBe(before);
    });
  }
});

describe("a page", () => {
  test("takes a name, a zone, a text and a domain", async () => {
    const { status, json } = await world.send("PATCH", `/v1/pages/${world.page}`, {
      page: {
        name: "Acme Inc",
        time_zone: "Europe/Warsaw",
        page_description: "All of it.",
        domain: "Up.Acme.example",
      },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      name: "Acme Inc",
      time_zone: "Europe/Warsaw",
      page_description: "All of it.",
      domain: "up.acme.example",
      url: "https://up.acme.example",
    });
  });

  test("takes its looks, says them as they may be sent back, and gives them up for null", async () => {
    const path = `/v1/pages/${world.page}`;
    const logo = `data:image/svg+xml;base64,${btoa('<svg viewBox="0 0 4 1"><path d="M0 0h4"/></svg>')}`;
    const looks = {
      headline: "All of Acme",
      support_url: "https://help.acme.example",
      css_link_color: "#0055CC",
      logo,
      header_links: [{ name: "Home", url: "https://acme.example" }],
      footer_text: "Acme",
      languages: ["de", "en"],
      uptime_badges: true,
    };
    const said = { ...looks, css_link_color: "#0055cc", brand_color: "#0055cc", transactional_logo: logo };
    expect(await world.send("PATCH", path, { page: looks })).toMatchObject({ status: 200, json: said });
    expect((await world.send("GET", path)).json).toMatchObject(said);
    const gone = {
      headline: null,
      support_url: "",
      brand_color: null,
      logo: null,
      header_links: [],
      footer_text: "",
    };
    expect((await world.send("PATCH", path, { page: { ...gone, languages: ["en"] } })).json).toMatchObject({
      headline: null,
      support_url: null,
      css_link_color: null,
      transactional_logo: null,
      header_links: [],
      footer_text: null,
    });
  });

  test("the colour that a refusal names as the nearest is taken", async () => {
    const path = `/v1/pages/${world.page}`;
    const brand = (colour: string) => world.send("PATCH", path, { page: { brand_color: colour } });
    const { status, json } = await brand("#ffcc00");
    const [, nearest = ""] = /nearest that passes is (#[0-9a-f]{6})/.exec(json.error.join(" ")) ?? [];
    expect([status, nearest]).toEqual([422, expect.stringMatching(/^#[0-9a-f]{6}$/)]);
    expect((await world.send("GET", path)).json.brand_color).not.toBe(nearest);
    expect(await brand(nearest)).toMatchObject({ status: 200, json: { brand_color: nearest } });
    await world.send("PATCH", path, { page: { brand_color: null } });
  });

  test.each([
    [{ brand_color: "#ffcc00" }, /nearest that passes is #[0-9a-f]{6}/],
    [{ logo: btoa("<svg><script/></svg>") }, /holds <script>/],
    [{ favicon: "no base64" }, /Favicon must be an SVG or a PNG/],
    [{ header_links: [{ name: "Home", url: "javascript:alert(1)" }] }, /leads to "javascript:alert\(1\)"/],
    [{ languages: ["xx"] }, /languages 0 must be one of en/],
  ])("refuses looks with a sentence: %j", async (fields, sentence) => {
    const { status, json } = await world.send("PATCH", `/v1/pages/${world.page}`, { page: fields });
    expect([status, json.error.join(" ")]).toEqual([422, expect.stringMatching(sentence)]);
  });
});

describe("names of fields", () => {
  const shared = join(import.meta.dir, "../../../shared");
  const testWithSpec = skipUnless(existsSync(join(shared, "reference")), "../shared/reference is absent");
  const testWithCaptures = skipUnless(existsSync(join(shared, "data")), "../shared/data is absent");
  const read = (file: string) => JSON.parse(readFileSync(join(shared, file), "utf8"));
  const missing = (names: readonly string[], shape: object) => names.filter((name) => !(name in shape));

  testWithSpec(
    "every field of the specification's page, component, incident and update is there",
    async () => {
      const { schemas } = read("reference/statuspage-openapi.json").components;
      const [incident] = (await world.send("GET", `/v1/pages/${world.page}/incidents`)).json;
      const [component] = (await world.send("GET", `/v1/pages/${world.page}/components`)).json;
      const page = (await world.send("GET", `/v1/pages/${world.page}`)).json;
      for (const [name, shape] of [
        ["Incident", incident],
        ["IncidentUpdate", incident.incident_updates[0]],
        ["Component", component],
        ["Page", page],
      ] as const)
        expect({ name, missing: missing(Object.keys(schemas[name].properties), shape) }).toEqual({
          name,
          missing: [],
        });
    },
  );

  testWithCaptures("every field of the captured answers is there", async () => {
    const [incident] = (await world.send("GET", `/v1/pages/${world.page}/incidents?q=API`)).json;
    const [listed] = read("data/statuspage-api-v1/incident_list.json");
    const made = read("data/statuspage-api-v1/incident_new.json");
    expect(missing(Object.keys(listed), incident)).toEqual([]);
    expect(missing(Object.keys(made), incident)).toEqual([]);
    expect(missing(Object.keys(made.components[0]), incident.components[0])).toEqual([]);
    expect(missing(Object.keys(made.incident_updates[0]), incident.incident_updates[0])).toEqual([]);
  });
});
