// Checks over the own API: made, changed by the words of their kind, put into an order, deleted; who sees secrets; what POPs found, rolled up.
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Probe } from "../../src/model/check.ts";
import type { Role } from "../../src/model/roles.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const at = (rest = ""): string => `/api/pharos/v1/pages/${world.page}/checks${rest}`;
const send = (method: string, rest: string, body?: object, key = world.adminToken) =>
  world.send(method, at(rest), body, key);
const keyOf = async (role: Role): Promise<string> =>
  (await world.tokens.add({ name: role, grants: [[world.page, role]], expiresMs: null }, commandLine)).token;

const secret = {
  kind: "http",
  ...{ url: "https://api.example/health", method: "POST", body: "hush" },
  headers: [{ name: "Authorization", value: "Bearer hush" }],
};

async function made(fields: object = {}): Promise<string> {
  const { status, json } = await send("POST", "", { check: { name: "API", target: secret, ...fields } });
  expect([status, json.error]).toEqual([201, undefined]);
  return json.id;
}

test("own-checks/what is not said is as by itself, and stays where it was said; a word of another kind is refused", async () => {
  const id = await made({ interval_seconds: 30, component_id: world.plain, act: "incident" });
  const { json } = await send("PATCH", `/${id}`, { check: { target: { keyword: "ok" }, slow_ms: 800 } });
  expect(json).toMatchObject({
    ...{ interval_seconds: 30, timeout_seconds: 10, slow_ms: 800, act: "incident", waits_for: [] },
    target: { ...secret, statuses: "200-299", keyword: "ok", redirects_max: 5 },
    ...{ state: "unknown", component_id: world.plain },
  });
  const foreign = await send("PATCH", `/${id}`, { check: { target: { port: 80 } } });
  expect([foreign.status, foreign.json.error]).toEqual([
    422,
    expect.arrayContaining([expect.stringContaining("a check of kind http has no port")]),
  ]);
  const other = await send("PATCH", `/${id}`, {
    check: { target: { kind: "tcp", host: "a.example", port: 80 } },
  });
  const port = await send("PATCH", `/${id}`, { check: { target: { port: 81 } } });
  expect(port.json.target).toMatchObject({ kind: "tcp", port: 81 });
  expect(other.json.target).toEqual({ kind: "tcp", host: "a.example", port: 80, send: null, expect: null });
});

test("own-checks/secrets are told to who may change checks, and to nobody below", async () => {
  const id = await made();
  const seen = Object.fromEntries(
    await Promise.all(
      (["viewer", "responder", "editor", "owner"] as const).map(async (role) => {
        const texts = [await send("GET", "", undefined, await keyOf(role))];
        texts.push(await send("GET", `/${id}`, undefined, await keyOf(role)));
        return [
          role,
          texts.map(({ status, json }) => [status, JSON.stringify(json).includes("hush")]),
        ] as const;
      }),
    ),
  );
  const [hidden, told] = [
    [
      [200, false],
      [200, false],
    ],
    [
      [200, true],
      [200, true],
    ],
  ];
  expect(seen).toEqual({ viewer: hidden, responder: hidden, editor: told, owner: told });
  // A value that is left out stays.
  await send("PATCH", `/${id}`, { check: { target: { headers: [{ name: "authorization" }] } } });
  const { json } = await send("GET", `/${id}`);
  expect(json.target.headers).toEqual([{ name: "authorization", value: "Bearer hush" }]);
});

test("own-checks/those that are named stand first; what is deleted is gone", async () => {
  const ids = [await made({ name: "One" }), await made({ name: "Two" })];
  const { json } = await send("POST", "/reorder", { check_ids: [ids[1]] });
  expect(json[0].id).toBe(ids[1]);
  expect((await send("POST", "/reorder", { check_ids: ["none"] })).status).toBe(404);
  for (const id of ids) expect((await send("DELETE", `/${id}`)).status).toBe(200);
  expect((await send("GET", `/${ids[0]}`)).status).toBe(404);
});

test("own-checks/what POPs found stands by POP: the newest, the whole window, and its columns; blind counts for nothing", async () => {
  const id = await made();
  const now = world.clock.wallMs();
  const probe = (ago: number, state: Probe["state"], ms: number | null): Probe => ({
    ...{ check: `${world.page}/${id}`, atMs: now - ago * 60_000, state, ms },
    ...{ why: state === "down" ? "timeout" : null, said: null, certificateEndsMs: null },
  });
  await world.results.add("fra1", [
    ...[probe(90, "up", 100), probe(61, "slow", 300), probe(60, "down", null), probe(30, "blind", null)],
    probe(1, "up", 200),
  ]);
  const { json } = await send("GET", `/${id}/results`);
  expect(json).toMatchObject({ window: "24h", step_seconds: 900 });
  const [{ pop, last, whole, columns }] = json.pops;
  expect([pop, last.state, last.ms]).toEqual(["fra1", "up", 200]);
  expect(whole).toEqual({
    ...{ up: 2, slow: 1, down: 1, blind: 1, ratio: 0.75 },
    ms: { average: 200, min: 100, max: 300 },
  });
  expect(columns.length).toBeGreaterThanOrEqual(4);
  expect(columns.reduce((sum: number, { down }: { down: number }) => sum + down, 0)).toBe(1);
  const hour = await send("GET", `/${id}/results?window=1h`);
  expect(hour.json.pops[0].whole).toMatchObject({ up: 1, slow: 0 });
  expect((await send("GET", `/${id}/results?window=2h`)).status).toBe(422);
});
