// Mail that came back: whose it was, how often it takes to be given up, and that nobody is given up by a stranger's word.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { bouncesOf } from "../../src/cli/control-bounces.ts";
import { noContact } from "../../src/model/subscriber.ts";
import { bouncesInReport } from "../../src/notify/bounce.ts";
import { returnPathsBy } from "../../src/notify/return-path.ts";
import { openStore, type Store } from "../../src/store/open.ts";
import { readReaderLinks } from "../../src/store/reader-links.ts";
import { createSubscribers, type Subscribers } from "../../src/store/subscribers.ts";
import { commandLine } from "../../src/store/tokens.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

const page = "page00000001";
const domain = "bounces.acme.example";
const folder = mkdtempSync(join(tmpdir(), "pharos-bounce-"));
let clock: ManualClock;
let store: Store;
let subscribers: Subscribers;
let desk: ReturnType<typeof bouncesOf>;

beforeAll(() => {
  clock = manualClock();
  store = openStore({ folder, clock, log: silentLog });
  subscribers = createSubscribers({ store, log: silentLog, random: seededRandom(3) });
  desk = bouncesOf({ store, subscribers, clock, log: silentLog, domain });
});
afterAll(async () => {
  await subscribers.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function subscribed(email: string): Promise<string> {
  const consent = { way: "operator", atMs: clock.wallMs(), by: "test" } as const;
  const [added] = await subscribers.add(page, [
    {
      ...{
        kind: "email",
        state: "active",
        components: null,
        incident: null,
        accessUser: null,
        consent,
        language: null,
      },
      contact: { ...noContact, email },
      skipConfirmation: false,
    },
  ]);
  if (added?.ok !== true) throw new Error(`${email} was not added.`);
  return added.value.id;
}

const stateOf = async (id: string): Promise<string | undefined> => (await subscribers.get(page, id))?.state;
const pathOf = (id: string): string => {
  const links = readReaderLinks(folder);
  return (links && returnPathsBy(links.deliveryKey, domain).addressOf(page, id)) ?? "";
};

test("notify/three hard bounces in a row quarantine; what comes within an hour counts once, what is long ago not at all", async () => {
  const id = await subscribed("ada@reader.example");
  const address = pathOf(id);
  expect(address).toMatch(/^b-page00000001-[a-z0-9]{12}-[0-9a-f]{16}@bounces\.acme\.example$/);
  const hard = {
    address: `<${address.toUpperCase()}>`,
    kind: "hard",
    reason: "550 5.1.1 No such\r\nuser",
  } as const;
  expect(await desk.take(page, [hard, hard, hard], commandLine)).toEqual(["counted", "counted", "counted"]);
  expect(await stateOf(id)).toBe("active");
  await clock.advance(limits.bouncesApartMs);
  expect(await desk.take(page, [{ ...hard, kind: "soft" }], commandLine)).toEqual(["passing"]);
  expect(await desk.take(page, [hard], commandLine)).toEqual(["counted"]);
  await clock.advance(limits.bouncesForgottenMs + 1);
  for (const wanted of ["counted", "counted", "quarantined"] as const) {
    await clock.advance(limits.bouncesApartMs);
    expect(await desk.take(page, [hard], commandLine)).toEqual([wanted]);
  }
  expect(await stateOf(id)).toBe("quarantined");
});

test("notify/what a server said at once and what came back later are counted together; an endpoint is believed at once", async () => {
  const id = await subscribed("full@reader.example");
  const [hook] = await subscribers.add(page, [
    {
      ...{ kind: "webhook", state: "active", components: null, incident: null, accessUser: null },
      contact: { ...noContact, endpoint: "https://hooks.example.org/a" },
      skipConfirmation: false,
    },
  ]);
  const endpoint = hook?.ok === true ? hook.value.id : "";
  await desk.refused(page, [id, endpoint, "nobody"], "550 5.1.1");
  expect([await stateOf(id), await stateOf(endpoint)]).toEqual(["active", "quarantined"]);
  await desk.refused(page, [id], "550 5.1.1");
  await clock.advance(limits.bouncesApartMs);
  expect(await desk.take(page, [{ address: pathOf(id), kind: "hard" }], commandLine)).toEqual(["counted"]);
  await clock.advance(limits.bouncesApartMs);
  await desk.refused(page, [id], "550 5.1.1 No such user");
  expect(await stateOf(id)).toBe("quarantined");
  expect((await subscribers.get(page, id))?.course?.why).toContain("550 5.1.1 No such user");
});

test("notify/a complaint ends it at once; an address says whose it is as well, in any case", async () => {
  const id = await subscribed("Grace@Reader.example");
  expect(
    await desk.take(page, [{ address: "grace@reader.example", kind: "complaint" }], commandLine),
  ).toEqual(["suppressed"]);
  expect(await stateOf(id)).toBe("unsubscribed");
  expect(subscribers.suppressions(page, "", 10).map(({ kind, why }) => [kind, why])).toEqual([
    ["email", "complaint"],
  ]);
  expect(
    await desk.take(page, [{ address: "grace@reader.example", kind: "complaint" }], commandLine),
  ).toEqual(["unknown"]);
});

test("notify/what nobody was given is unknown: another page's path, another domain's, a forged one, part of an address", async () => {
  const id = await subscribed("alan@reader.example");
  const address = pathOf(id);
  const last = address[address.indexOf("@") - 1] === "0" ? "1" : "0";
  const others = [
    address.replace(/.@/, `${last}@`),
    address.replace(domain, "elsewhere.example"),
    "lan@reader.example",
    "alan@reader.example.evil",
    "b-@bounces.acme.example",
  ];
  for (const other of others)
    expect([other, await desk.take(page, [{ address: other, kind: "complaint" }], commandLine)]).toEqual([
      other,
      ["unknown"],
    ]);
  expect(await desk.take("page00000002", [{ address, kind: "complaint" }], commandLine)).toEqual(["unknown"]);
  expect(await stateOf(id)).toBe("active");
});

describe("notify/reports that come as mail", () => {
  const report = (action: string, status: string): string =>
    [
      "Return-Path: <>\r\nDelivered-To: b-1@bounces.acme.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x",
      "--x\r\nYour mail could not be delivered.\r\nStatus: 5.9.9 is what a text may say",
      "--x\r\nContent-Type: message/delivery-status",
      "Reporting-MTA: dns; mx.reader.example",
      `Final-Recipient: rfc822; ada@reader.example\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp;\r\n 550 5.1.1 No such user`,
      "--x--\r\n",
    ].join("\r\n\r\n");
  test.each([
    [
      "failed",
      "5.1.1",
      [{ address: "b-1@bounces.acme.example", kind: "hard", reason: "550 5.1.1 No such user" }],
    ],
    [
      "failed",
      "4.4.7",
      [{ address: "b-1@bounces.acme.example", kind: "soft", reason: "550 5.1.1 No such user" }],
    ],
    ["delayed", "4.4.1", []],
    ["delivered", "2.0.0", []],
  ] as const)("%s %s", (action, status, wanted) => {
    expect(bouncesInReport(report(action, status))).toEqual([...wanted]);
  });

  test("a complaint, and a mail that is no report", async () => {
    const complaint =
      "To: a@b.example\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: <x@reader.example>\r\n\r\n";
    expect(bouncesInReport(complaint)).toEqual([{ address: "<x@reader.example>", kind: "complaint" }]);
    expect(await desk.takeReport(page, "Subject: Hello\r\n\r\nI am on holiday.", commandLine)).toEqual([]);
  });
});
