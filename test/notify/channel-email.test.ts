// Mail through a real server: what comes out there, what its answers mean, what it does not hold up, and that no text of a person becomes a header.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import type { LanguageCode } from "../../src/model/language.ts";
import type { Occasion } from "../../src/model/occasion.ts";
import { noContact, type Subscriber } from "../../src/model/subscriber.ts";
import type { PageView } from "../../src/model/view.ts";
import { createEmailChannel } from "../../src/notify/channel-email.ts";
import type { MailSettings } from "../../src/notify/mail-settings.ts";
import type { Channel, Delivery } from "../../src/notify/types.ts";
import { filled, messageOf } from "../../src/render/message.ts";
import { attributeValue, mailOf } from "../../src/render/message-mail.tsx";
import { component, hourMs, incident, now, page, update, viewFrom } from "../render/invented.ts";
import { makeCertificate } from "../support/certificate.ts";
import { verifyDkim } from "../support/dkim.ts";
import { type MailServer, type MailServerOptions, startMailServer } from "../support/mail-server.ts";
import { manualClock } from "../support/manual-clock.ts";
import { count, testSeed } from "../support/seed.ts";

const told = update("inc1", now - hourMs, "investigating", "Some requests **fail**.");
const view = viewFrom({
  page: { ...page, languages: ["en", "de", "ar"] },
  components: [component("c1", "API")],
  incidents: [incident("inc1", "Slow answers", { updates: [told], componentIds: ["c1"] })],
});
const updated: Occasion = { kind: "update", page: page.id, incident: "inc1", update: told.id };

function subscriberAt(email: string): Subscriber {
  return {
    id: "sub123456789",
    kind: "email",
    state: "active",
    contact: { ...noContact, email },
    components: null,
    incident: null,
    accessUser: null,
    skipConfirmation: false,
    createdMs: now,
    quarantinedMs: null,
    consent: null,
    language: null,
  } as Subscriber;
}

const at = (path: string): string => `https://status.northwind.example${path}?t=tok-en.MAC`;
const links: Delivery["links"] = {
  confirm: at("/subscribe/confirm"),
  manage: at("/subscribe/manage"),
  unsubscribe: at("/unsubscribe"),
  oneClick: `${at("/unsubscribe")}&one=1`,
};

function deliveryTo(email: string, fields: Partial<Delivery> = {}): Delivery {
  return {
    ...{ key: "k3yK3yK3yK3yK3yK3yK3y_", attempt: 1, occasion: updated, occurredMs: now, view, revision: 0 },
    ...{ subscriber: subscriberAt(email), language: "en" as LanguageCode, links },
    ...fields,
  };
}

const settingsOf = (port: number, more: Partial<MailSettings> = {}): MailSettings => ({
  ...{ host: "127.0.0.1", port, security: "offered", login: null, dkim: null, bounceDomain: null },
  from: { name: null, address: "status@northwind.example" },
  ...more,
});

const open: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of open.reverse()) await close();
});

async function world(
  options: MailServerOptions = {},
  settings: Partial<MailSettings> = {},
  clock = systemClock,
): Promise<{
  readonly server: MailServer;
  readonly channel: Channel;
  send(delivery: Delivery): ReturnType<Channel["deliver"]>;
}> {
  const server = await startMailServer(options);
  const channel = createEmailChannel({
    settings: settingsOf(server.port, settings),
    clock,
    returnPath: (pageId, id) => (settings.bounceDomain ? `b-${pageId}-${id}@${settings.bounceDomain}` : null),
  });
  open.push(async () => {
    await channel.close();
    await server.close();
  });
  return { server, channel, send: (delivery) => channel.deliver(delivery, new AbortController().signal) };
}

const headerOf = (server: MailServer, key: string, place = -1): string | undefined =>
  server.taken.at(place)?.mail.headers.find((header) => header.key === key)?.value;

describe("notify/mail that is taken", () => {
  let shared: Awaited<ReturnType<typeof world>>;
  beforeAll(async () => {
    shared = await world({}, { bounceDomain: "bounces.northwind.example" });
  });

  test("says who, what, in which thread, and how to leave it with one click", async () => {
    const { server, send } = shared;
    const outcome = await send(deliveryTo("ada@reader.example"));
    expect(outcome).toEqual({ kind: "sent", receipt: expect.stringMatching(/^250 /) });
    const [taken] = server.taken.slice(-1);
    expect([taken?.from, taken?.to]).toEqual([
      `b-${page.id}-sub123456789@bounces.northwind.example`,
      ["ada@reader.example"],
    ]);
    expect(taken?.mail).toMatchObject({
      from: { name: "Northwind Cloud", address: "status@northwind.example" },
      to: [{ address: "ada@reader.example" }],
      subject: "[Northwind Cloud] Investigating: Slow answers",
      messageId: "<k3yK3yK3yK3yK3yK3yK3y_@status.northwind.example>",
      inReplyTo: "<incident.inc1@status.northwind.example>",
      references: "<incident.inc1@status.northwind.example>",
    });
    expect(taken?.mail.text).toContain(`Unsubscribe:\n${links.unsubscribe}`);
    expect(taken?.mail.html).toContain("<strong>fail</strong>");
    expect(headerOf(server, "auto-submitted")).toBe("auto-generated");
    expect(headerOf(server, "precedence")).toBe("list");
    expect(headerOf(server, "list-id")).toBe("<status.status.northwind.example>");
    expect(headerOf(server, "list-unsubscribe")).toBe(`<${links.oneClick}>`);
    expect(headerOf(server, "list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click");
    expect(headerOf(server, "content-language")).toBe("en");
  });

  test.each([
    ["confirm", "Confirm your subscription to Northwind Cloud", links.confirm, false],
    ["changed", "Your subscription to Northwind Cloud was changed", links.manage, true],
    ["unsubscribed", "You are unsubscribed from Northwind Cloud", "/subscribe\n", false],
  ] as const)("says of a subscription itself: %s", async (kind, subject, says, leaves) => {
    const { server, send } = shared;
    const occasion: Occasion = { kind, page: page.id, subscriber: "sub123456789", asked: 1 };
    expect((await send(deliveryTo("ada@reader.example", { occasion }))).kind).toBe("sent");
    expect(server.taken.at(-1)?.mail.subject).toBe(subject);
    expect(server.taken.at(-1)?.mail.text).toContain(says);
    expect(headerOf(server, "list-unsubscribe") !== undefined).toBe(leaves);
    expect(headerOf(server, "references")).toBe(undefined);
  });

  test.each([
    ["de", "Wird untersucht"],
    ["ar", "قيد التحقيق"],
  ] as const)("comes in %s as it was written", async (language, state) => {
    const { server, send } = shared;
    expect((await send(deliveryTo("ada@reader.example", { language }))).kind).toBe("sent");
    const mail = server.taken.at(-1)?.mail;
    expect(mail?.subject).toBe(`[Northwind Cloud] ${state}: Slow answers`);
    expect(mail?.text).toContain(`${state}: Slow answers`);
    const message = messageOf(updated as Parameters<typeof messageOf>[0], view, language);
    const wanted = mailOf(message ?? never());
    const lines = (text = ""): string => text.replace(/\r\n/g, "\n").trimEnd();
    expect(lines(mail?.text)).toBe(lines(filled(wanted.text, links)));
    expect(lines(mail?.html)).toBe(lines(filled(wanted.html, links, attributeValue)));
  });

  test("goes to addresses of other scripts, and not to what is none", async () => {
    const { server, send } = shared;
    expect((await send(deliveryTo("用户@例子.example"))).kind).toBe("sent");
    expect(server.taken.at(-1)?.to).toEqual(["用户@例子.example"]);
    expect((await send(deliveryTo("ada@例子.example"))).kind).toBe("sent");
    expect(server.taken.at(-1)?.raw.toString()).toContain("\nTo: ada@xn--fsqu00a.example\r\n");
    for (const address of [
      "",
      "a@b@c",
      "a b@c.example",
      "a@c.example\r\nRCPT TO:<x@y.example>",
      "<a@c.example>",
    ])
      expect((await send(deliveryTo(address))).kind).toBe("gone");
  });

  test("nothing that people write becomes a header, a receiver or another part", async () => {
    const { server, send } = shared;
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom(
        "a\r\nBcc: all@evil.example",
        "x\n\n<html>",
        "=?utf-8?Q?=0D=0ABcc:_a@b.example?=",
        '"; boundary="x',
        "\r\n.\r\nMAIL FROM:<a@b.example>",
        "--b\r\nContent-Type: text/html",
      ),
    );
    const usual = server.taken[0]?.mail.headers.map(({ key }) => key).sort();
    await fc.assert(
      fc.asyncProperty(text, text, text, async (name, body, pageName) => {
        const before = server.count();
        const hostile: PageView = {
          ...view,
          page: { ...view.page, name: pageName },
          incidentById: new Map([["inc1", incident("inc1", name, { updates: [{ ...told, body }] })]]),
        };
        expect((await send(deliveryTo("ada@reader.example", { view: hostile }))).kind).toBe("sent");
        expect(server.count()).toBe(before + 1);
        const last = server.taken.at(-1);
        expect(last?.to).toEqual(["ada@reader.example"]);
        expect(last?.mail.headers.map(({ key }) => key).sort()).toEqual(usual);
        expect(last?.mail.attachments).toEqual([]);
        expect(last?.mail.text?.trimEnd().endsWith(links.unsubscribe)).toBe(true);
      }),
      { seed: testSeed, numRuns: count(40, 2_000) },
    );
  });
});

const rejections: readonly (readonly [number, string, string])[] = [
  [450, "4.2.0 Greylisted, try again in 5 minutes", "later 300000"],
  [451, "Try again later", "later null"],
  [421, "4.3.2 Shutting down", "later null"],
  [550, "5.1.1 No such user", "gone"],
  [550, "No such user here", "gone"],
  [553, "5.1.10 Null MX", "gone"],
  [550, "5.2.1 Disabled", "gone"],
  [552, "5.2.2 Mailbox full", "refused"],
  [554, "5.7.1 Rejected by policy", "refused"],
  [550, "5.7.26 Unauthenticated mail", "refused"],
];

test.each(rejections)("notify/a receiver that is answered %d %s is %s", async (code, text, wanted) => {
  const { send } = await world({ toRecipient: () => ({ code, text }) });
  const outcome = await send(deliveryTo("ada@reader.example"));
  expect(outcome.kind === "later" ? `later ${outcome.afterMs}` : outcome.kind).toBe(wanted);
  expect("why" in outcome ? outcome.why : "").toContain(text);
});

test("notify/a sender that the server does not take loses nobody's message; a message that it does not take is refused", async () => {
  const sender = await world({ toSender: () => ({ code: 553, text: "5.7.1 Not yours" }) });
  expect((await sender.send(deliveryTo("ada@reader.example"))).kind).toBe("later");
  const message = await world({ toMessage: () => ({ code: 550, text: "No such thing" }) });
  expect((await message.send(deliveryTo("ada@reader.example"))).kind).toBe("refused");
});

test("notify/one of many is refused, one is stalled, one is dropped in the middle: the others are sent", async () => {
  const clock = manualClock(now);
  const { send, server, channel } = await world(
    {
      toRecipient: (to) =>
        to.startsWith("none") ? { code: 550, text: "5.1.1 Nobody" } : to.startsWith("slow") ? "hold" : null,
      toData: (to) => (to.startsWith("cut") ? "drop" : null),
    },
    {},
    clock,
  );
  const names = Array.from({ length: 40 }, (_, at) =>
    at === 7 ? "none" : at === 11 ? "slow" : at === 23 ? "cut" : `r${at}`,
  );
  const settled = new Map<string, string>();
  const all = names.map(async (name) => {
    const outcome = await send(deliveryTo(`${name}@reader.example`, { key: name }));
    settled.set(name, outcome.kind);
  });
  while (settled.size < 39) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(settled.has("slow")).toBe(false);
  await clock.advance(limits.mailDeliveryMsMax);
  await Promise.all(all);
  expect([settled.get("none"), settled.get("slow"), settled.get("cut")]).toEqual(["gone", "later", "later"]);
  expect([...settled.values()].filter((kind) => kind === "sent").length).toBe(37);
  expect(new Set(server.taken.map(({ mail }) => mail.messageId)).size).toBe(37);
  expect(server.connections()).toBeLessThan(30);
  // The same again, once the way is free.
  expect(channel.receiverOf(subscriberAt("Ada@Reader.example"))).toBe("reader.example");
});

test("notify/a domain that hangs leaves connections to the others", async () => {
  const clock = manualClock(now);
  const { send, channel } = await world(
    { toRecipient: (to) => (to.endsWith("@hangs.example") ? "hold" : null) },
    {},
    clock,
  );
  const many = Array.from({ length: channel.inFlightPerReceiverMax }, (_, at) => at);
  const hanging = Promise.all(many.map((at) => send(deliveryTo(`r${at}@hangs.example`))));
  const others = await Promise.all(many.map((at) => send(deliveryTo(`r${at}@reader.example`))));
  expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(["sent"]));
  await clock.advance(limits.mailDeliveryMsMax);
  expect(new Set((await hanging).map(({ kind }) => kind))).toEqual(new Set(["later"]));
});

test("notify/no server, a server that says nothing after all, and one that was called off: later", async () => {
  const { server, send, channel } = await world();
  await server.close();
  expect(await send(deliveryTo("ada@reader.example"))).toMatchObject({
    kind: "later",
    why: expect.stringContaining("The mail server was not reached"),
  });
  const off = new AbortController();
  off.abort();
  expect((await channel.deliver(deliveryTo("ada@reader.example"), off.signal)).kind).toBe("later");
});

test("notify/a connection that idles away is no lost message", async () => {
  const { server, send } = await world();
  expect((await send(deliveryTo("a@reader.example"))).kind).toBe("sent");
  server.hangUp();
  expect((await send(deliveryTo("b@reader.example", { key: "second" }))).kind).toBe("sent");
  expect(server.count()).toBe(2);
});

describe("notify/the way to the server", () => {
  const certificate = makeCertificate(["localhost"]);
  const tls = { key: certificate.key, cert: certificate.chain };
  const login = { user: "pharos@northwind.example", password: "correct horse" };

  test("on this machine: TLS where it is offered, and a login", async () => {
    const { server, send } = await world({ tls, security: "offered", login }, { login });
    expect((await send(deliveryTo("ada@reader.example"))).kind).toBe("sent");
    expect([server.taken[0]?.secure, server.taken[0]?.user]).toEqual([true, login.user]);
  });

  test("a wrong password is ours, and loses nobody's message", async () => {
    const { send } = await world(
      { tls, security: "offered", login },
      { login: { ...login, password: "wrong" } },
    );
    expect(await send(deliveryTo("ada@reader.example"))).toMatchObject({
      kind: "later",
      why: expect.stringContaining("535"),
    });
  });

  test.each([
    ["none", "starttls", "STARTTLS"],
    ["offered", "starttls", "certificate"],
    ["tls", "tls", "certificate"],
  ] as const)(
    "elsewhere nothing is said to a server of %s where %s is asked for and cannot be verified",
    async (offers, security, why) => {
      const { server, send } = await world({ tls, security: offers }, { security, host: "localhost" });
      const outcome = await send(deliveryTo("ada@reader.example"));
      expect(outcome.kind).toBe("later");
      expect("why" in outcome ? outcome.why : "").toMatch(new RegExp(why, "i"));
      expect(server.count()).toBe(0);
    },
  );
});

test("notify/DKIM: a receiver verifies it, over both of the headers by which one leaves", async () => {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const privateKey = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { server, send } = await world(
    {},
    { dkim: { domain: "northwind.example", selector: "status", privateKey } },
  );
  expect((await send(deliveryTo("ada@reader.example", { language: "de" }))).kind).toBe("sent");
  const raw = server.taken[0]?.raw.toString("latin1") ?? "";
  const verified = (text: string) => verifyDkim(text, keys.publicKey);
  expect(verified(raw)).toMatchObject({
    ...{ body: true, head: true, domain: "northwind.example", selector: "status" },
    covers: expect.arrayContaining([
      "from",
      "subject",
      "list-unsubscribe",
      "list-unsubscribe-post",
      "list-id",
    ]),
  });
  expect(verified(raw.replace("Slow answers", "Fast answers"))?.head).toBe(false);
  expect(verified(raw.replace("List-Unsubscribe=One-Click", "List-Unsubscribe=Two"))?.head).toBe(false);
  expect(verified(raw.replace(/fail/g, "fine"))?.body).toBe(false);
});

function never(): never {
  throw new Error("There is no message.");
}
