// How far subscribers are told, over the API: numbers by channel, dead letters in parts, those sent again; nothing of another page.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { deliveriesOf } from "../../src/cli/control-deliveries.ts";
import { createApi } from "../../src/control/api.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { writeTold } from "../store/told.ts";
import { checkedAnswers } from "./checked-answers.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
let at = "";
let incident = "";
let endpoint = "";
const added = async (subscriber: object): Promise<string> =>
  (await world.send("POST", `/v1/pages/${world.page}/subscribers`, { subscriber })).json.id;
beforeAll(async () => {
  world = await openControlWorld();
  at = `/api/pharos/v1/pages/${world.page}/deliveries`;
  incident = await world.run(world.page, { kind: "incident.create", fields: { name: "Slow" } });
  endpoint = await added({ endpoint: "https://hooks.example.org/a", email: "ops@example.org" });
});
afterAll(() => world.close());

test("while nobody was told anything, lists are empty and nothing is sent again", async () => {
  expect((await world.send("GET", at)).json).toEqual({ deliveries: [], more: false });
  expect((await world.send("GET", `${at}/dead`)).json).toEqual({ dead_letters: [], more: false });
  const replayed = await world.send("POST", `${at}/dead/replay`, { delivery_id: 1 });
  expect([replayed.status, replayed.json, world.sentAgain]).toEqual([200, { again: 0, more: false }, []]);
});

test("an outbox that is made later is read: numbers of each channel, for an incident or the page", async () => {
  const otherPage = await world.run(null, {
    kind: "page.create",
    fields: { name: "Other", url: "https://other.example" },
  });
  await writeTold(world.store.folder, {
    ...{ page: world.page, otherPage, incident, update: "u1" },
    ...{ failed: ["sub1", "sub2"], why: "550 No such user", atMs: world.clock.wallMs() },
    endpoint,
  });
  const { json } = await world.send("GET", at);
  expect(json).toEqual({
    deliveries: [
      {
        id: 1,
        occasion: { kind: "update", incident_id: incident, update_id: "u1", component_id: null },
        occurred_at: new Date(world.clock.wallMs()).toISOString(),
        ...{ state: "open", ended_at: null },
        ...{ meant: 14, queued: 0, sent: 11, failed: 2, left: 1, again: 6, p95_s: 0.01 },
        channels: [
          {
            channel: "email",
            ...{ meant: 10, queued: 0, sent: 7, failed: 2, left: 1, again: 3, p95_s: 0.01 },
          },
          {
            channel: "webhook",
            ...{ meant: 4, queued: 0, sent: 4, failed: 0, left: 0, again: 3, p95_s: 0.01 },
          },
        ],
      },
    ],
    more: false,
  });
  expect((await world.send("GET", `${at}?incident_id=${incident}`)).json).toEqual(json);
  expect((await world.send("GET", `${at}?before=1`)).json.deliveries).toEqual([]);
  expect((await world.send("GET", `${at}?incident_id=another`)).json.deliveries).toEqual([]);
  expect((await world.send("GET", `${at}?limit=0`)).status).toBe(422);
});

test("dead letters come in parts, with why; a viewer does not read them", async () => {
  const first = await world.send("GET", `${at}/dead?limit=1`);
  expect(first.json).toMatchObject({
    dead_letters: [
      { delivery_id: 1, channel: "email", subscriber_id: "sub1", attempts: 2, why: "550 No such user" },
    ],
    more: true,
  });
  const second = await world.send("GET", `${at}/dead?limit=1&offset=1`);
  expect([second.json.dead_letters[0].subscriber_id, second.json.more]).toEqual(["sub2", false]);
  expect((await world.send("GET", `${at}/dead?delivery_id=2`)).json.dead_letters).toEqual([]);
  const grants = [[world.page, "viewer"]] as const;
  const { token } = await world.tokens.add({ name: "viewer", grants, expiresMs: null }, commandLine);
  expect((await world.send("GET", at, undefined, token)).status).toBe(200);
  expect((await world.send("GET", `${at}/dead`, undefined, token)).status).toBe(403);
});

test("one or all of a delivery are sent again, and the audit tells of it; a dry run sends none", async () => {
  const replay = (body: object, query = "") => world.send("POST", `${at}/dead/replay${query}`, body);
  const one = { delivery_id: 1, channel: "email", subscriber_id: "sub2" };
  expect((await replay(one, "?dry_run=true")).json.dry_run).toBe(true);
  expect((await replay({ ...one, subscriber_id: "nobody" })).json).toEqual({ again: 0, more: false });
  // Another page's.
  expect((await replay({ delivery_id: 2 })).json).toEqual({ again: 0, more: false });
  expect((await replay({ delivery_id: 1, channel: "email" })).status).toBe(422);
  expect(world.sentAgain).toEqual([]);
  expect((await replay(one)).json).toEqual({ again: 1, more: false });
  expect(world.sentAgain).toEqual([{ job: 1, kind: "email", subscriber: "sub2" }]);
  expect((await replay({ delivery_id: 1 })).json).toEqual({ again: 2, more: false });
  expect(world.sentAgain.slice(1).map(({ subscriber }) => subscriber)).toEqual(["sub1", "sub2"]);
  const [newest] = world.parts.install.audit.newestFirst();
  expect(newest).toMatchObject({
    ...{ actor: "token:tests", what: "deliveries.replay", pages: [world.page] },
    after: { delivery: 1, messages: 2 },
  });
});

test("while the process that sends is not there, nothing is sent again, said to be, or told in the audit", async () => {
  const { store, parts, ownerToken, page } = world;
  const deliveries = deliveriesOf({ store, notifier: { replay: () => false } });
  const api = checkedAnswers(createApi({ ...parts, deliveries }));
  const [before] = parts.install.audit.newestFirst();
  const response = await api(
    new Request(`http://api.example/api/pharos/v1/pages/${page}/deliveries/dead/replay`, {
      ...{ method: "POST", headers: { authorization: `OAuth ${ownerToken}` } },
      body: JSON.stringify({ delivery_id: 1 }),
    }),
  );
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(((await response.json()) as { error: string }).error).toContain("Nothing was sent again");
  expect(parts.install.audit.newestFirst()[Symbol.iterator]().next().value).toEqual(before);
  await deliveries.close();
});

test("each attempt of an endpoint is read by who may edit: when, what it answered, how soon, why", async () => {
  const attempts = (id: string) => `/api/pharos/v1/pages/${world.page}/webhooks/${id}/attempts`;
  const at = new Date(world.clock.wallMs() + 1_000).toISOString();
  const { json } = await world.send("GET", attempts(endpoint));
  expect(json.attempts).toEqual([
    {
      ...{ at, delivery_id: 9, occasion: null, attempt: 2 },
      ...{ status: 200, ms: 31, outcome: "sent", why: null },
    },
    {
      ...{
        at,
        delivery_id: 1,
        attempt: 1,
        status: 503,
        ms: 1_204,
        outcome: "later",
        why: "550 No such user",
      },
      occasion: { kind: "update", incident_id: incident, update_id: "u1", component_id: null },
    },
  ]);
  const untold = await added({ endpoint: "https://discord.com/api/webhooks/1/a", email: "ops@example.org" });
  expect((await world.send("GET", attempts(untold))).json).toEqual({ attempts: [] });
  const mail = await added({ email: "reader@example.org" });
  for (const id of [mail, "nobody"]) expect((await world.send("GET", attempts(id))).status).toBe(404);
});
