import { afterEach, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { systemClock } from "../../src/base/clock.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { createWebhookChannel } from "../../src/notify/channel-webhook.ts";
import { retryAfterOf } from "../../src/notify/posting.ts";
import type { Delivery, Outcome } from "../../src/notify/types.ts";
import { readerLinksBy } from "../../src/store/reader-links.ts";
import { manualClock } from "../support/manual-clock.ts";
import { delivery, maintenance, subscriber, unsignalled, view } from "./invented-delivery.ts";
import { postingHere, type Receiver, receiver } from "./receiver.ts";

const links = readerLinksBy(new Uint8Array(32).fill(7));
const secretOf = (version: number) => links.webhookSecret(view.page.id, "sub1", version);
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function setUp({ networks = ["127.0.0.1"], secrets = [secretOf(1)], clock = systemClock } = {}) {
  const there = await receiver();
  const posting = postingHere(networks, clock);
  const channel = createWebhookChannel({
    posting,
    clock,
    secretsOf: () => secrets as [string],
    challengeOf: ({ key }) => links.challenge(key),
  });
  open.push(there.close, () => void channel.close());
  const to = (path = "/hook") => subscriber({ contact: { ...noContact, endpoint: `${there.url}${path}` } });
  const deliver = (fields: Partial<Delivery> = {}, signal = unsignalled): Promise<Outcome> =>
    channel.deliver(delivery({ subscriber: to(), ...fields }), signal);
  return { there, deliver, to, channel };
}

const last = ({ came }: Receiver) => came.at(-1) ?? { path: "", headers: {}, body: "" };

test("an update is signed so that the specification's own library takes it, in Statuspage's form", async () => {
  const { there, deliver } = await setUp();
  expect(await deliver()).toEqual({ kind: "sent", receipt: "200", status: 200 });
  const { body, headers } = last(there);
  const said = new Webhook(secretOf(1)).verify(body, headers as Record<string, string>);
  expect(said).toMatchObject({
    type: "incident.updated",
    timestamp: "2026-11-21T14:03:22.000Z",
    meta: { unsubscribe: "https://status.northwind.example/subscribe/unsubscribe?t=secret-unsubscribe" },
    page: { id: view.page.id, status_indicator: "critical", status_description: "Major Service Outage" },
    incident: {
      id: "inc1",
      name: "Database is down",
      status: "identified",
      impact: "critical",
      impact_override: null,
      postmortem_body: null,
      incident_updates: [{ id: "upd2", status: "identified" }, { id: "upd1" }],
      components: [{ id: "db1", status: "major_outage" }],
    },
  });
  expect(headers["webhook-id"]).toBe(delivery().key);
  expect(() => new Webhook(secretOf(2)).verify(body, headers as Record<string, string>)).toThrow();
  expect(() => new Webhook(secretOf(1)).verify(`${body} `, headers as Record<string, string>)).toThrow();
});

test("while a secret is replaced, receivers with either take a message", async () => {
  const { there, deliver } = await setUp({ secrets: [secretOf(2), secretOf(1)] });
  await deliver();
  const { body, headers } = last(there);
  for (const version of [1, 2])
    new Webhook(secretOf(version)).verify(body, headers as Record<string, string>);
});

test("maintenance, reminder and a component's change say what they are", async () => {
  const { there, deliver } = await setUp();
  const page = view.page.id;
  await deliver({ occasion: { kind: "update", page, incident: "mnt1", update: "upd3" } });
  const from = maintenance.window?.from ?? 0;
  await deliver({ occasion: { kind: "reminder", page, incident: "mnt1", from } });
  await deliver({
    occasion: {
      kind: "component",
      page,
      component: "db1",
      stamp: "s1",
      was: "operational",
      is: "major_outage",
    },
  });
  const said = there.came.map(({ body }) => JSON.parse(body));
  expect(said.map(({ type }) => type)).toEqual([
    "maintenance.updated",
    "maintenance.reminder",
    "component.updated",
  ]);
  expect(said[0].incident).toMatchObject({ id: "mnt1", scheduled_for: "2026-11-21T15:03:22.000Z" });
  expect(said[2]).toMatchObject({
    component_update: {
      old_status: "operational",
      new_status: "major_outage",
      component_id: "db1",
      id: "s1",
    },
    component: { id: "db1", name: "Database <main>", status: "major_outage" },
  });
});

test("what is gone from the page is told nobody", async () => {
  const { there, deliver } = await setUp();
  const occasion = { kind: "update", page: view.page.id, incident: "gone", update: "x" } as const;
  expect((await deliver({ occasion })).kind).toBe("refused");
  expect(there.came).toEqual([]);
});

/** What a receiver answers, and what becomes of the message. */
const answers: readonly (readonly [number, Record<string, string>, Partial<Outcome>])[] = [
  [200, {}, { kind: "sent" }],
  [204, {}, { kind: "sent" }],
  [302, { location: "/elsewhere" }, { kind: "later", afterMs: null }],
  [400, {}, { kind: "later" }],
  [404, {}, { kind: "later" }],
  [410, {}, { kind: "gone" }],
  [429, { "retry-after": "7" }, { kind: "later", afterMs: 7_000 }],
  [500, {}, { kind: "later", afterMs: null }],
  [503, { "retry-after": "nonsense" }, { kind: "later", afterMs: null }],
];
for (const [status, headers, outcome] of answers)
  test(`answered ${status} ${JSON.stringify(headers)}: ${outcome.kind}`, async () => {
    const { there, deliver } = await setUp();
    there.answers = [(_came, response) => void response.writeHead(status, headers).end()];
    expect(await deliver()).toMatchObject(outcome);
    expect(there.came.length).toBe(1);
  });

test("a redirect that keeps the method is followed, with the same signed body", async () => {
  const { there, deliver } = await setUp();
  there.answers = [
    (_came, response) => void response.writeHead(308, { location: "/moved" }).end(),
    (_came, response) => void response.end(),
  ];
  expect((await deliver()).kind).toBe("sent");
  expect(there.came.map(({ path }) => path)).toEqual(["/hook", "/moved"]);
  expect(there.came[1]?.body).toBe(there.came[0]?.body ?? "");
});

test("an address inside is not asked, and the message is a dead letter", async () => {
  const { there, deliver } = await setUp({ networks: ["127.0.0.9"] });
  expect(await deliver()).toMatchObject({ kind: "refused" });
  expect(there.came).toEqual([]);
});

test("an endless answer is left; one that never ends its headers or body is given up in time", async () => {
  const clock = manualClock();
  const { there, deliver } = await setUp({ clock });
  there.answers = [
    (_came, response) => {
      const more = (): void => void (response.destroyed || response.write("x".repeat(16_384), more));
      more();
    },
    (_came, response) => void response.write("a"),
  ];
  expect((await deliver()).kind).toBe("sent");
  const slow = deliver();
  while (there.came.length < 2) await new Promise((done) => setImmediate(done));
  await clock.advance(15_000);
  expect(await slow).toEqual({ kind: "later", why: "No whole answer within 15 s.", afterMs: null });
});

test("nobody there, or called off: later", async () => {
  const { there, deliver } = await setUp();
  there.close();
  expect((await deliver()).kind).toBe("later");
  const called = await setUp();
  called.there.answers = [() => undefined];
  const stop = new AbortController();
  const asked = called.deliver({}, stop.signal);
  while (called.there.came.length === 0) await new Promise((done) => setImmediate(done));
  stop.abort();
  expect((await asked).kind).toBe("later");
});

test("a challenge confirms who repeats it, and nobody else", async () => {
  const { there, deliver } = await setUp();
  const occasion = { kind: "challenge", page: view.page.id, subscriber: "sub1", asked: 1 } as const;
  const said = (body: string) => JSON.parse(body) as { challenge: string; secret: string; type: string };
  const replies: readonly (readonly [(body: string) => string, Outcome["kind"]])[] = [
    [(body) => JSON.stringify({ challenge: said(body).challenge }), "confirmed"],
    [(body) => `${said(body).challenge}\n`, "confirmed"],
    [() => "ok", "refused"],
    [(body) => body, "confirmed"],
    [() => JSON.stringify({ challenge: 1 }), "refused"],
  ];
  for (const [reply, kind] of replies) {
    there.answers = [(came, response) => void response.end(reply(came.body))];
    expect((await deliver({ occasion })).kind).toBe(kind);
  }
  const { body, headers } = last(there);
  expect(said(body).secret).toBe(secretOf(1));
  new Webhook(said(body).secret).verify(body, headers as Record<string, string>);
  there.answers = [(_came, response) => void response.writeHead(500).end()];
  expect((await deliver({ occasion })).kind).toBe("later");
});

test("Retry-After in seconds, as a date, as nothing", () => {
  const nowMs = Date.UTC(2026, 10, 22, 6);
  expect(retryAfterOf("120", nowMs)).toBe(120_000);
  expect(retryAfterOf("Sun, 22 Nov 2026 06:00:30 GMT", nowMs)).toBe(30_000);
  expect(retryAfterOf("Sun, 22 Nov 2026 05:00:30 GMT", nowMs)).toBe(0);
  for (const none of [undefined, "", "soon", "-5", "1e3"]) expect(retryAfterOf(none, nowMs)).toBe(null);
});
