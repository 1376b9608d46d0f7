// What stands around every row: keys of requests, versions, and how often one may ask.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createApi } from "../../src/control/api.ts";
import { createRateLimit } from "../../src/control/rate-limit.ts";
import { createReplays } from "../../src/store/replays.ts";
import { manualClock } from "../support/manual-clock.ts";
import { type ControlWorld, openControlWorld, type Reply } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ method = "POST", path, body, headers = {} }: Sent, api = world.api) {
  const response = await api(
    new Request(`http://api.example/v1/pages/${world.page}${path}`, {
      method,
      headers: { authorization: `OAuth ${world.token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: JSON.parse(text || "null") as Reply["json"],
  };
}

const component = (name: string, key: string): Sent => ({
  path: "/components",
  body: { component: { name } },
  headers: { "idempotency-key": key },
});

describe("Idempotency-Key", () => {
  test("the same request has the same answer, also after a restart, and is carried out once", async () => {
    const first = await send(component("Once", '"k-1"'));
    expect(first.status).toBe(201);
    const position = world.ledger.position();
    const second = await send(component("Once", '"k-1"'));
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    // What a restart has: the store, and nothing of the memory.
    const again = createApi({ ...world.parts, replays: createReplays(world.store) });
    const third = await send(component("Once", "k-1"), again);
    expect([third.status, third.text]).toEqual([201, first.text]);
    expect(world.ledger.position()).toBe(position);
  });

  test("another request under the key is refused, and one key may be used by each of two askers", async () => {
    await send(component("Mine", "k-2"));
    expect((await send(component("Other", "k-2"))).status).toBe(422);
    const response = await world.api(
      new Request(`http://api.example/v1/pages/${world.page}/components`, {
        method: "POST",
        headers: { authorization: `OAuth ${world.adminToken}`, "idempotency-key": "k-2" },
        body: JSON.stringify({ component: { name: "Other" } }),
      }),
    );
    expect(response.status).toBe(201);
  });

  test("while the first is under way the second is 409, and gets the answer afterwards", async () => {
    const [first, second] = await Promise.all([
      send(component("Slow", "k-3")),
      send(component("Slow", "k-3")),
    ]);
    expect([first.status, second.status, second.headers.get("retry-after")]).toEqual([201, 409, "1"]);
    expect((await send(component("Slow", "k-3"))).text).toBe(first.text);
  });

  test("an answer that was lost before it was kept is made again, and nothing twice", async () => {
    const lost = { ...world.parts.replays, keep: () => Promise.reject(new Error("killed")) };
    const api = createApi({ ...world.parts, replays: lost });
    const incident = { name: "Lost", body: "x", components: { [world.plain]: "major_outage" } };
    const asked = { path: "/incidents", body: { incident }, headers: { "idempotency-key": "k-4" } };
    expect((await send(asked, api)).status).toBe(500);
    const position = world.ledger.position();
    const count = () => world.ledger.view(world.page)?.incidents.filter(({ name }) => name === "Lost").length;
    expect(count()).toBe(1);
    expect((await send(asked)).status).toBe(201);
    expect([world.ledger.position(), count()]).toEqual([position, 1]);
  });

  test("what was refused may be tried again under its key; a key that is none is refused", async () => {
    expect((await send(component("", "k-5"))).status).toBe(422);
    expect((await send(component("Right", "k-5"))).status).toBe(201);
    expect((await send(component("x", "two words"))).status).toBe(400);
    expect((await send(component("x", "x".repeat(256)))).status).toBe(400);
  });

  test("a dry run keeps nothing under a key, and a day later the key is a new one", async () => {
    const asked = component("Later", "k-6");
    await send({ ...asked, path: "/components?dry_run=true" });
    const first = await send(asked);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    await world.clock.advance(limits.replayMs);
    const next = await send(asked);
    expect([next.status, next.json.id === first.json.id]).toEqual([201, false]);
  });

  test("keys of one asker are bounded, the oldest go first, and others keep theirs", async () => {
    const replays = createReplays(world.store);
    const replay = { print: "p", status: 201, headers: [], body: "x" };
    await replays.keep("quiet", "k", replay);
    const many = Array.from({ length: limits.replaysPerKeyMax + 5 }, (_, at) => `k${at}`);
    await Promise.all(many.map((key) => replays.keep("loud", key, replay)));
    expect(many.filter((key) => replays.find("loud", key) !== null).length).toBe(limits.replaysPerKeyMax);
    expect([replays.find("loud", "k4"), replays.find("quiet", "k")?.body]).toEqual([null, "x"]);
  });
});

describe("If-Match", () => {
  const edit = (id: string, name: string, tag: string): Sent => ({
    method: "PATCH",
    path: `/components/${id}`,
    body: { component: { name } },
    headers: { "if-match": tag },
  });

  test("an edit of what was read is carried out, a stale one gets both versions and changes nothing", async () => {
    const made = await send({ path: "/components", body: { component: { name: "One" } } });
    const { id } = made.json;
    const read = await send({ method: "GET", path: `/components/${id}` });
    const tag = read.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[0-9a-f]{16}-[0-9a-f]{8}"$/);
    expect(made.headers.get("etag")).toBe(tag);
    const done = await send(edit(id, "Two", tag));
    expect([done.status, done.headers.get("etag") === tag]).toEqual([200, false]);
    const position = world.ledger.position();
    const stale = await send(edit(id, "Three", tag));
    expect(stale.status).toBe(412);
    expect(stale.json.based_on).toEqual({ etag: tag, body: read.json });
    expect(stale.json.current).toEqual({ etag: done.headers.get("etag"), body: done.json });
    expect(world.ledger.position()).toBe(position);
    expect((await send(edit(id, "Three", `"x", ${done.headers.get("etag")}`))).status).toBe(200);
    expect((await send(edit(id, "Four", "*"))).status).toBe(200);
    const unknown = await send(edit(id, "Five", '"nothing that was told"'));
    expect([unknown.status, unknown.json.based_on.body]).toEqual([412, null]);
  });

  test("of two edits of one version that come at once, one is carried out", async () => {
    const { json, headers } = await send({ path: "/components", body: { component: { name: "Race" } } });
    const tag = headers.get("etag") ?? "";
    const both = await Promise.all([send(edit(json.id, "A", tag)), send(edit(json.id, "B", tag))]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const kept = both.find(({ status }) => status === 200)?.json.name;
    expect(world.ledger.view(world.page)?.componentById.get(json.id)?.name).toBe(kept);
  });

  test("a page's version is that of its settings: an incident leaves it", async () => {
    const before = await send({ method: "GET", path: "" });
    await send({ path: "/incidents", body: { incident: { name: "x", body: "x" } } });
    const after = await send({ method: "GET", path: "" });
    expect(after.headers.get("etag")).toBe(before.headers.get("etag") ?? "none");
    const headers = { "if-match": before.headers.get("etag") ?? "" };
    const asked = { method: "PATCH", path: "", body: { page: { headline: "Hi" } }, headers };
    expect((await send(asked)).status).toBe(200);
    expect((await send(asked)).status).toBe(412);
  });

  test("an update is an edit of its incident; what has no version, and what is gone, is refused", async () => {
    const made = await send({ path: "/incidents", body: { incident: { name: "x", body: "x" } } });
    const tag = made.headers.get("etag") ?? "";
    const update = `/incidents/${made.json.id}/incident_updates/${made.json.incident_updates[0].id}`;
    const body = { incident_update: { body: "y" } };
    const first = await send({ method: "PATCH", path: update, body, headers: { "if-match": tag } });
    expect(first.status).toBe(200);
    const second = await send({ method: "PATCH", path: update, body, headers: { "if-match": tag } });
    expect([second.status, second.json.current.body.id]).toEqual([412, made.json.id]);
    const list = { path: "/components", body: { component: { name: "x" } }, headers: { "if-match": "*" } };
    expect((await send(list)).status).toBe(412);
    expect((await send(edit("gone", "x", tag))).status).toBe(404);
  });
});

describe("rate limit", () => {
  test("a key that asks too often is told when to ask again, and no other key is", async () => {
    const api = createApi({ ...world.parts, requestsPerMinute: 3 });
    const read: Sent = { method: "GET", path: "/components" };
    const answers = [];
    for (let at = 0; at < 4; at++) answers.push(await send(read, api));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit"))).toEqual([
      '"key";r=2;t=20',
      '"key";r=1;t=40',
      '"key";r=0;t=60',
      '"key";r=0;t=20',
    ]);
    const { headers, json } = answers[3] as Awaited<ReturnType<typeof send>>;
    expect([headers.get("ratelimit-policy"), headers.get("retry-after")]).toEqual(['"key";q=3;w=60', "20"]);
    expect(json.error).toContain("too often");
    const other = new Request("http://api.example/v1/pages", {
      headers: { authorization: `OAuth ${world.adminToken}` },
    });
    expect((await api(other)).status).toBe(200);
    await world.clock.advance(20_000);
    expect((await send(read, api)).status).toBe(200);
    expect((await send(read, api)).status).toBe(429);
  });

  test("0 is no bound, and says nothing", async () => {
    const { headers } = await send({ method: "GET", path: "/components" });
    expect(headers.get("ratelimit")).toBeNull();
  });

  test("a bucket fills by the clock, never beyond its size", async () => {
    const clock = manualClock();
    const rate = createRateLimit(60, clock);
    for (let at = 0; at < 60; at++) expect(rate("a").allowed).toBe(true);
    expect(rate("a").allowed).toBe(false);
    await clock.advance(3_000);
    expect([1, 2, 3, 4].map(() => rate("a").allowed)).toEqual([true, true, true, false]);
    await clock.advance(3_600_000);
    const burst = Array.from({ length: 61 }, () => rate("a").allowed);
    expect(burst.indexOf(false)).toBe(60);
  });
});
