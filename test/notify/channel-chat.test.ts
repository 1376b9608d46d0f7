import { afterEach, describe, expect, test } from "bun:test";
import { noContact } from "../../src/model/subscriber.ts";
import { createDiscordChannel } from "../../src/notify/channel-discord.ts";
import { createSlackChannel } from "../../src/notify/channel-slack.ts";
import { createTeamsChannel } from "../../src/notify/channel-teams.ts";
import type { Delivery, Outcome } from "../../src/notify/types.ts";
import { incident, now, page, update, viewFrom } from "../render/invented.ts";
import { delivery, subscriber, unsignalled, view } from "./invented-delivery.ts";
import { postingHere, receiver } from "./receiver.ts";

const channels = {
  slack: createSlackChannel,
  teams: createTeamsChannel,
  discord: createDiscordChannel,
} as const;
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function setUp(kind: keyof typeof channels) {
  const there = await receiver();
  const channel = channels[kind](postingHere());
  open.push(there.close, () => void channel.close());
  const to = subscriber({ kind, contact: { ...noContact, endpoint: `${there.url}/services/T0/B0/x` } });
  const deliver = (fields: Partial<Delivery> = {}): Promise<Outcome> =>
    channel.deliver(delivery({ subscriber: to, ...fields }), unsignalled);
  const said = () => JSON.parse(there.came.at(-1)?.body ?? "null");
  return { there, deliver, said };
}

test("Slack: a header, the text in its markup, what is affected, links", async () => {
  const { deliver, said } = await setUp("slack");
  expect(await deliver()).toEqual({ kind: "sent", receipt: "200", status: 200 });
  const { text, blocks } = said();
  expect(text).toBe("Identified: Database is down");
  expect(blocks[0]).toEqual({
    type: "header",
    text: { type: "plain_text", text: "Identified: Database is down", emoji: false },
  });
  expect(blocks[1].text).toEqual({
    type: "mrkdwn",
    text: "A disk is full &amp; we _replace_ it. See <https://x.example/|https://x.example/>",
    verbatim: true,
  });
  expect(blocks[2].text.text).toBe("*Database &lt;main&gt;*: Major outage");
  expect(blocks[3].elements[0].text).toBe(
    "Northwind Cloud · 21 Nov 2026, 14:03 UTC · <https://status.northwind.example/incidents/inc1|Details on the status page> · <https://status.northwind.example/subscribe/manage?t=secret-manage|Choose what you get>",
  );
});

test("Teams: an adaptive card", async () => {
  const { deliver, said } = await setUp("teams");
  await deliver({ language: "de" });
  const { type, attachments } = said();
  const { body, actions, version } = attachments[0].content;
  expect([type, attachments[0].contentType, version]).toEqual([
    "message",
    "application/vnd.microsoft.card.adaptive",
    "1.4",
  ]);
  expect(body[0]).toMatchObject({ type: "TextBlock", color: "attention", weight: "bolder" });
  expect(body[2].text).toContain("A disk is full & we _replace_ it.");
  expect(body.at(-1).facts[0].title).toBe("Database \\<main\\>");
  expect(actions.map(({ url }: { url: string }) => url)).toEqual([
    "https://status.northwind.example/de/incidents/inc1",
    "https://status.northwind.example/subscribe/manage?t=secret-manage",
  ]);
});

test("Discord: an embed that mentions nobody", async () => {
  const { deliver, said } = await setUp("discord");
  await deliver();
  const { allowed_mentions, embeds } = said();
  expect(allowed_mentions).toEqual({ parse: [] });
  expect(embeds[0]).toMatchObject({
    title: "Identified: Database is down",
    url: "https://status.northwind.example/incidents/inc1",
    color: 0xbe1420,
    timestamp: "2026-11-21T14:03:22Z",
    fields: [{ name: "Database \\<main\\>", value: "Major outage", inline: true }],
  });
});

describe("what people write stays a text", () => {
  const evil =
    "<!channel> <@U123> @everyone [x](javascript:alert(1)) **b** <https://evil.example|bank> `a`b` ";
  const bad = incident("bad", evil, { updates: [update("bad", now, "investigating", evil, { id: "u" })] });
  const occasion = { kind: "update", page: page.id, incident: "bad", update: "u" } as const;
  const told = { occasion, view: viewFrom({ incidents: [bad] }) };
  test("Slack gets no command, mention or hidden link", async () => {
    const { deliver, said } = await setUp("slack");
    await deliver(told);
    const { text, blocks } = said();
    // A header is plain text to Slack: nothing in it is read as markup.
    const texts = JSON.stringify([text, blocks.slice(1)]);
    expect(texts).toContain("&lt;!channel&gt;");
    expect(texts.match(/<[^|>]*/g)?.filter((it) => !it.startsWith("<https://status.northwind"))).toEqual([
      "<https://evil.example%7Cbank",
    ]);
  });
  test("Discord and Teams get no mention and no other link", async () => {
    for (const kind of ["discord", "teams"] as const) {
      const { deliver, there } = await setUp(kind);
      await deliver(told);
      const body = there.came.at(-1)?.body ?? "";
      expect(body).not.toMatch(/[^\\]\]\(javascript:/);
      expect(body).not.toMatch(/[^\\]<[^!]*[^\\]@U123>/);
    }
  });
});

test("very long texts fit what each takes", async () => {
  const long = incident("long", "T".repeat(5_000), {
    updates: [update("long", now, "investigating", "word ".repeat(4_000), { id: "u" })],
  });
  const told = {
    occasion: { kind: "update", page: page.id, incident: "long", update: "u" } as const,
    view: viewFrom({ incidents: [long] }),
  };
  const slack = await setUp("slack");
  await slack.deliver(told);
  expect(slack.said().blocks[0].text.text.length).toBeLessThanOrEqual(150);
  expect(slack.said().blocks[1].text.text.length).toBeLessThanOrEqual(3_000);
  const discord = await setUp("discord");
  await discord.deliver(told);
  expect(discord.said().embeds[0].title.length).toBeLessThanOrEqual(256);
  expect(discord.said().embeds[0].description.length).toBeLessThanOrEqual(4_096);
});

const answers: readonly (readonly [keyof typeof channels, number, string, Partial<Outcome>])[] = [
  ["slack", 200, "ok", { kind: "sent" }],
  ["slack", 400, "invalid_blocks", { kind: "refused" }],
  ["slack", 404, "no_service", { kind: "gone" }],
  ["slack", 410, "channel_is_archived", { kind: "gone" }],
  ["slack", 500, "", { kind: "later" }],
  ["teams", 202, "", { kind: "sent" }],
  [
    "teams",
    200,
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429",
    { kind: "later" },
  ],
  ["teams", 404, "", { kind: "gone" }],
  ["discord", 204, "", { kind: "sent" }],
  [
    "discord",
    429,
    '{"message":"You are being rate limited.","retry_after":1.337,"global":false}',
    { kind: "later", afterMs: 1_337 },
  ],
  ["discord", 404, '{"code":10015}', { kind: "gone" }],
];
for (const [kind, status, text, outcome] of answers)
  test(`${kind} answers ${status} ${text}: ${outcome.kind}`, async () => {
    const { there, deliver } = await setUp(kind);
    there.answers = [(_came, response) => void response.writeHead(status).end(text)];
    expect(await deliver()).toMatchObject(outcome);
  });

test("a first message shows who takes it, and confirms by being taken", async () => {
  const occasion = { kind: "challenge", page: view.page.id, subscriber: "sub1", asked: 1 } as const;
  for (const kind of ["slack", "teams", "discord"] as const) {
    const { there, deliver } = await setUp(kind);
    expect(await deliver({ occasion })).toEqual({ kind: "confirmed", status: 200 });
    expect(there.came[0]?.body).toContain("Northwind Cloud");
    there.answers = [(_came, response) => void response.writeHead(404).end()];
    expect((await deliver({ occasion })).kind).toBe("gone");
  }
});
