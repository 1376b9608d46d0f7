// Webhooks whose host is a chat's: spoken to in its words, and nobody else is. In: endpoints. Out: which channel took the message.
import { expect, test } from "bun:test";
import { noContact } from "../../src/model/subscriber.ts";
import { withChats } from "../../src/notify/channels.ts";
import { delivery, subscriber, unsignalled } from "./invented-delivery.ts";
import { testChannel } from "./world.ts";

test.each([
  ["https://hooks.slack.com/services/T0/B0/x", "slack"],
  ["https://acme.webhook.office.com/webhookb2/x", "teams"],
  ["https://discord.com/api/webhooks/1/x", "discord"],
  ["https://discord.com/other", "webhook"],
  ["https://hooks.slack.com.evil.example/services", "webhook"],
  ["https://prod-01.westus.logic.azure.com/workflows/x", "webhook"],
  ["https://hooks.example.org/x", "webhook"],
])("%s is told by %s", async (endpoint, kind) => {
  const chats = (["slack", "teams", "discord"] as const).map((one) =>
    testChannel(one, { tells: (occasion) => occasion !== "component" }),
  );
  const webhook = testChannel("webhook");
  const told = withChats(webhook, chats);
  const stored = subscriber({ contact: { ...noContact, endpoint } });
  expect((await told.deliver(delivery({ subscriber: stored }), unsignalled)).kind).toBe("sent");
  expect([webhook, ...chats].filter(({ given }) => given.length === 1).map((it) => it.kind)).toEqual([
    kind as "webhook",
  ]);
  const component = { kind: "component", page: "p", component: "c", stamp: "s", was: "a", is: "b" } as const;
  const alone = await told.deliver(delivery({ subscriber: stored, occasion: component }), unsignalled);
  expect(alone.kind).toBe(kind === "webhook" ? "sent" : "refused");
});
