// What follows for a subscriber from what an operator does: what is to be said to it stands in the store with the change.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { noContact } from "../../src/model/subscriber.ts";
import { asksAfter } from "../../src/store/asks.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

async function ask(method: string, path: string, body?: object) {
  const headers = { authorization: `OAuth ${world.adminToken}` };
  const url = `http://api.example/v1/pages/${world.page}/subscribers${path}`;
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await world.api(new Request(url, { method, headers, ...text }));
  return { status: response.status, json: JSON.parse(await response.text()) };
}
const asked = () => asksAfter(world.store, 0, 100).map(({ kind }) => kind);

test("who is added and waits is asked, again when an operator wants it, three times a day at most", async () => {
  const before = asked().length;
  const { status, json } = await ask("POST", "", { subscriber: { email: "waits@example.com" } });
  expect([status, asked().slice(before)]).toEqual([201, ["confirm"]]);
  for (let times = 0; times < 4; times++)
    expect((await ask("POST", `/${json.id}/resend_confirmation`)).status).toBe(201);
  expect((await ask("POST", "/resend_confirmation", { subscribers: [json.id] })).status).toBe(201);
  expect(asked().slice(before)).toEqual(["confirm", "confirm", "confirm"]);
});

test("who was told is told that it ends, unless asked not to; who never was is told nothing", async () => {
  const sure = (email: string) => ({ subscriber: { email, skip_confirmation_notification: true } });
  const [skips, waits] = [
    await ask("POST", "", sure("sure@example.com")),
    await ask("POST", "", { subscriber: { endpoint: "https://example.com/a" } }),
  ];
  const quiet = await ask("POST", "", { subscriber: { endpoint: "https://example.com/b" } });
  const before = asked().length;
  await ask("DELETE", `/${skips.json.id}`);
  await ask("DELETE", `/${quiet.json.id}?skip_unsubscription_notification=true`);
  expect(asked().slice(before)).toEqual([]);
  await ask("POST", "/unsubscribe", { subscribers: [waits.json.id] });
  expect(asked().slice(before)).toEqual(["unsubscribed"]);
});

test("who is on the list of the suppressed cannot be added, and the sentence says so", async () => {
  const contact = { ...noContact, email: "never@example.com" };
  await world.subscribers.suppress(world.page, [{ kind: "email", contact }], "complaint");
  const { status, json } = await ask("POST", "", { subscriber: { email: "Never@example.com" } });
  expect([status, json.error]).toEqual([422, ["Email is on the list of those that nothing is sent to"]]);
});

test("an endpoint is of the kind that its host is known for, unless the request names one, and active at once", async () => {
  const kinds: unknown[] = [];
  for (const subscriber of [
    { endpoint: "https://hooks.slack.com/services/T0/B0/x" },
    { endpoint: "https://acme.webhook.office.com/webhookb2/x" },
    { endpoint: "https://discord.com/api/webhooks/1/x" },
    { endpoint: "https://example.com/hook" },
    { endpoint: "https://chat.acme.example/hooks/x", mode: "slack" },
  ]) {
    const { status, json } = await ask("POST", "", { subscriber });
    const kept = await world.subscribers.get(world.page, json.id);
    kinds.push([status, json.mode, kept?.state, kept?.consent?.way]);
  }
  expect(kinds).toEqual(
    ["slack", "teams", "discord", "webhook", "slack"].map((kind) => [201, kind, "active", "operator"]),
  );
  expect(
    (await ask("POST", "", { subscriber: { endpoint: "https://a.example", mode: "email" } })).status,
  ).toBe(422);
});
