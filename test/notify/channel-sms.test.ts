import { afterEach, expect, test } from "bun:test";
import { createMetrics } from "../../src/base/metrics.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { createSmsChannel } from "../../src/notify/channel-sms.ts";
import type { Delivery, Outcome } from "../../src/notify/types.ts";
import { smsSegments } from "../../src/render/message-sms.ts";
import { incident, now, page, update, viewFrom } from "../render/invented.ts";
import { delivery, subscriber, unsignalled, view } from "./invented-delivery.ts";
import { postingHere, receiver } from "./receiver.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function setUp(
  contact: Partial<typeof noContact> = { phoneNumber: "(202) 555-0105", phoneCountry: "US" },
) {
  const there = await receiver();
  there.answers = [(_came, response) => void response.writeHead(201).end('{"sid":"SM1","status":"queued"}')];
  const metrics = createMetrics();
  const channel = createSmsChannel({
    ...{ posting: postingHere(), metrics, url: new URL(there.url) },
    ...{ account: "AC1", from: "+15005550006", token: "secret" },
  });
  open.push(there.close, () => void channel.close());
  const deliver = (fields: Partial<Delivery> = {}): Promise<Outcome> =>
    channel.deliver(
      delivery({ subscriber: subscriber({ kind: "sms", contact: { ...noContact, ...contact } }), ...fields }),
      unsignalled,
    );
  const said = () => Object.fromEntries(new URLSearchParams(there.came.at(-1)?.body));
  return { there, deliver, said, metrics };
}

test("an update is one request, in E.164, with the key of the delivery", async () => {
  const { there, deliver, said, metrics } = await setUp();
  expect(await deliver()).toEqual({ kind: "sent", receipt: "SM1" });
  expect(there.came[0]).toMatchObject({
    path: "/2010-04-01/Accounts/AC1/Messages.json",
    headers: { authorization: `Basic ${btoa("AC1:secret")}`, "i-twilio-idempotency-token": delivery().key },
  });
  expect(said()).toEqual({
    To: "+12025550105",
    From: "+15005550006",
    Body: "Northwind Cloud: Identified: Database is down. A disk is full & we replace it. See https://x.example/ https://status.northwind.example/incidents/inc1",
  });
  expect(metrics.text()).toContain("notify_sms_segments_total 1");
});

test("a request to confirm has its link, in the subscriber's language", async () => {
  const { deliver, said } = await setUp({ phoneNumber: "030 901820", phoneCountry: "DE" });
  await deliver({
    occasion: { kind: "confirm", page: page.id, subscriber: "sub1", asked: 1 },
    language: "de",
  });
  expect(said().To).toBe("+4930901820");
  expect(said().Body).toEndWith(": https://status.northwind.example/subscribe/confirm?t=secret-confirm");
});

test("what is no number of its country is given up", async () => {
  const { there, deliver } = await setUp({ phoneNumber: "12", phoneCountry: "US" });
  expect((await deliver()).kind).toBe("gone");
  expect(there.came).toEqual([]);
});

const answers: readonly (readonly [number, string, Outcome["kind"]])[] = [
  [400, '{"code":21610}', "gone"],
  [400, '{"code":21211}', "gone"],
  [400, '{"code":21602}', "refused"],
  [401, '{"code":20003}', "later"],
  [429, '{"code":20429}', "later"],
  [503, "<html>", "later"],
];
for (const [status, text, kind] of answers)
  test(`answered ${status} ${text}: ${kind}`, async () => {
    const { there, deliver } = await setUp();
    there.answers = [(_came, response) => void response.writeHead(status).end(text)];
    expect((await deliver()).kind).toBe(kind);
  });

test("long texts are three segments at most, and keep their address", async () => {
  for (const body of [
    "word ".repeat(2_000),
    "слово ".repeat(2_000),
    "🛠️ ".repeat(500),
    "{[~]} ".repeat(300),
  ]) {
    const long = incident("long", "Long", {
      updates: [update("long", now, "investigating", body, { id: "u" })],
    });
    const { deliver, said } = await setUp();
    await deliver({
      occasion: { kind: "update", page: page.id, incident: "long", update: "u" },
      view: viewFrom({ incidents: [long], page: view.page }),
    });
    const { Body = "" } = said();
    expect([body.slice(0, 4), smsSegments(Body)]).toEqual([body.slice(0, 4), 3]);
    expect(Body).toEndWith("... https://status.northwind.example/incidents/long");
  }
});

test("segments are counted as networks count them", () => {
  const counted: readonly (readonly [string, number])[] = [
    ["a".repeat(160), 1],
    ["a".repeat(161), 2],
    ["a".repeat(306), 2],
    ["a".repeat(307), 3],
    ["€".repeat(80), 1],
    ["€".repeat(81), 2],
    ["я".repeat(70), 1],
    ["я".repeat(71), 2],
    ["😀".repeat(35), 1],
    ["😀".repeat(36), 2],
  ];
  for (const [text, segments] of counted)
    expect([text.slice(0, 2), smsSegments(text)]).toEqual([text.slice(0, 2), segments]);
});
