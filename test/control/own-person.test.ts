// All that is known of one person over the API, and its erasure; and bounces in a service's own words. In: a page with subscribers. Out: answers.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import { createApi } from "../../src/control/api.ts";
import { checkedAnswers } from "./checked-answers.ts";
import { type ControlWorld, openControlWorld } from "./control-world.ts";

let world: ControlWorld;
beforeAll(async () => {
  world = await openControlWorld();
});
afterAll(() => world.close());

const own = () => `/api/pharos/v1/pages/${world.page}`;
const added = async (path: string, subscriber: object): Promise<string> =>
  (await world.send("POST", `/v1/pages/${world.page}/${path}`, { subscriber })).json.id;

test("one person is read with all subscriptions and their consent, and erased with all of them; nobody else is", async () => {
  const incident = await world.run(world.page, { kind: "incident.create", fields: { name: "Slow" } });
  const email = "Reader@Example.com";
  const ofPage = await added("subscribers", { email, skip_confirmation_notification: true });
  const ofIncident = await added(`incidents/${incident}/subscribers`, { email });
  const other = await added("subscribers", {
    email: "other@example.com",
    skip_confirmation_notification: true,
  });
  const path = `${own()}/person?email=reader@example.com`;
  const erase = (query: string) =>
    world.send("POST", `${own()}/person/erase${query}`, { person: { email: "reader@example.com" } });
  const { json } = await world.send("GET", path);
  expect(json.suppressed).toBe(false);
  const byId = new Map(
    json.subscriptions.map((one: { subscriber: { id: string } }) => [one.subscriber.id, one]),
  );
  expect([...byId.keys()].sort()).toEqual([ofPage, ofIncident].sort());
  expect(byId.get(ofPage)).toMatchObject({
    ...{ state: "active", incident_id: null, why: null },
    consent: { way: "operator", source: null },
    subscriber: { email, mode: "email" },
  });
  expect(byId.get(ofIncident)).toMatchObject({ incident_id: incident });
  expect((await erase("?dry_run=true")).json).toMatchObject({ answer: { erased: 2 } });
  expect((await erase("")).json).toEqual({ erased: 2 });
  expect((await world.send("GET", path)).json).toEqual({ subscriptions: [], suppressed: false });
  expect((await erase("")).json).toEqual({ erased: 0 });
  expect((await world.subscribers.get(world.page, other))?.state).toBe("active");
  expect((await world.send("GET", `${own()}/person`)).status).toBe(422);
});

test("a service's own posts are bounces; what is none of its posts, and who is no service, are refused", async () => {
  const id = await added("subscribers", { email: "angry@example.com", skip_confirmation_notification: true });
  const post = { RecordType: "SpamComplaint", Type: "SpamComplaint", Email: "angry@example.com" };
  const taken = await world.send("POST", `${own()}/bounces/postmark`, post);
  expect([taken.status, taken.json]).toEqual([200, { became: ["suppressed"] }]);
  expect((await world.subscribers.get(world.page, id))?.state).toBe("unsubscribed");
  const batch = [{ event: "bounce", type: "bounce", email: "nobody@example.com" }, { event: "open" }];
  expect((await world.send("POST", `${own()}/bounces/sendgrid`, batch)).json).toEqual({
    became: ["unknown"],
  });
  expect((await world.send("POST", `${own()}/bounces/mailgun`, post)).status).toBe(422);
  expect((await world.send("POST", `${own()}/bounces/another`, post)).status).toBe(404);
});

test("while subscribers are read after a start, who asks for them is told to ask again before the connection would close", async () => {
  const { parts, page, ownerToken, clock } = world;
  const read = Promise.withResolvers<void>();
  // As they are, and read later.
  const subscribers = { ...parts.subscribers, ready: () => read.promise };
  const api = checkedAnswers(createApi({ ...parts, subscribers }));
  const ask = (path: string): Promise<Response> =>
    api(new Request(`http://api.example${path}`, { headers: { authorization: `OAuth ${ownerToken}` } }));
  const asked = ask(`/v1/pages/${page}/subscribers`);
  expect((await ask(`/v1/pages/${page}/components`)).status).toBe(200);
  await clock.advance(limits.subscribersWaitedMs);
  const late = await asked;
  expect([late.status, late.headers.get("retry-after")]).toEqual([503, "5"]);
  const again = ask(`/v1/pages/${page}/subscribers`);
  read.resolve();
  expect((await again).status).toBe(200);
});
