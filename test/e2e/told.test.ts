// Who is told, as its operator has it: a control plane, its own process that tells, a receiver. In: the API. Out: messages, once each with their first key,
// also where that process, or all of it, is killed in between.
import { afterAll, beforeAll, expect } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { readReaderLinks } from "../../src/store/reader-links.ts";
import { type Receiver, receiver } from "../notify/receiver.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { skipUnless } from "../support/skip.ts";
import { samplePage, writeSampleSummary } from "../support/summary.ts";

const testWithProc = skipUnless(existsSync("/proc/self/cmdline"), "processes are found in /proc");
const installation = new Installation();
const data = join(installation.folder, "control");
let control: Running;
let api: ApiClient;
let there: Receiver;
let [subscriber, address, token] = ["", "", ""];

const startControl = (): Promise<Running> => installation.control("--notify-allow", "127.0.0.1");

beforeAll(async () => {
  there = await receiver();
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  token = await installation.token();
  control = await startControl();
  address = `http://${await installation.address("api")}`;
  api = new ApiClient(address, token);
}, 60_000);
afterAll(async () => {
  await installation.end();
  there.close();
});

/** Processes of this data folder that tell subscribers. */
function notifiers(): readonly number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return line.includes("notifier") && line.includes(data) ? [Number(name)] : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}

const said = () => there.came.map(({ body }) => JSON.parse(body));
async function open(name: string): Promise<string> {
  const { status, body } = await api.ask("POST", `/pages/${samplePage}/incidents`, { incident: { name } });
  expect(status).toBe(201);
  return body.id as string;
}

async function subscribe(endpoint: string): Promise<string> {
  const { status, body } = await api.ask("POST", `/pages/${samplePage}/subscribers`, {
    subscriber: { endpoint, email: "ops@example.org" },
  });
  expect(status).toBe(201);
  return body.id as string;
}

/** The own API of deliveries. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of several shapes
async function own(method: string, path: string, body?: object): Promise<any> {
  const response = await fetch(`${address}/api/pharos/v1/pages/${samplePage}/deliveries${path}`, {
    ...{ method, headers: { authorization: `OAuth ${token}`, "content-type": "application/json" } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBe(200);
  return response.json();
}

testWithProc(
  "while nobody is subscribed, no process waits to tell anybody; what happened by then is told nobody later",
  async () => {
    await open("Before anybody asked");
    expect(notifiers()).toEqual([]);
    subscriber = await subscribe(`${there.url}/hook`);
    await until("a process that tells is there", () => notifiers().length === 1);
  },
  30_000,
);

testWithProc(
  "an incident is told at once, signed, with links of the page",
  async () => {
    const id = await open("It burns");
    // Said to be a second; three on a machine that does other things.
    await until("the receiver heard of it", () => there.came.length > 0, 3_000);
    expect(said().map(({ incident }) => incident.name)).toEqual(["It burns"]);
    const [came] = there.came;
    const secret = readReaderLinks(data)?.webhookSecret(samplePage, subscriber, 1) ?? "";
    expect(
      new Webhook(secret).verify(came?.body ?? "", came?.headers as Record<string, string>),
    ).toMatchObject({
      incident: { id },
      meta: { unsubscribe: expect.stringMatching(/^https:\/\/.*\/unsubscribe\?token=[\w-]+\.[\w-]{22}$/) },
    });
  },
  30_000,
);

testWithProc(
  "kill -9 of the process that tells: it is there again, and what could not be told then is told with its first key",
  async () => {
    there.came.length = 0;
    there.answers = [(_came, response) => void response.writeHead(503, { "retry-after": "1" }).end()];
    await open("It burns again");
    await until("a first try was refused", () => there.came.length > 0);
    for (const pid of notifiers()) process.kill(pid, "SIGKILL");
    there.answers = [(_came, response) => void response.end()];
    await until("another try came", () => there.came.length > 1 && notifiers().length === 1);
    const keys = new Set(there.came.map(({ headers }) => headers["webhook-id"]));
    expect([keys.size, keys.has(undefined)]).toEqual([1, false]);
  },
  60_000,
);

testWithProc(
  "the control plane is killed after its ack: at its next start what was not told is told, with its first key, and no POP is needed for it",
  async () => {
    there.came.length = 0;
    there.answers = [(_came, response) => void response.writeHead(503, { "retry-after": "1" }).end()];
    const id = await open("Nobody could be told");
    await until("a first try was refused", () => there.came.length > 0);
    await control.kill("SIGKILL");
    await until("its process that tells ends with it", () => notifiers().length === 0);
    there.answers = [(_came, response) => void response.end()];
    control = await startControl();
    await until("it is told", () => there.came.length > 1, 30_000);
    expect(said().map(({ incident }) => incident.id)).toEqual(there.came.map(() => id));
    expect(new Set(there.came.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  },
  60_000,
);

testWithProc(
  "progress over the API is what the receiver counted; what could not be told is listed with why, and sent again when asked",
  async () => {
    const more = 60;
    for (let at = 0; at < more; at++) await subscribe(`${there.url}/more/${at}`);
    // Nobody allowed this address.
    const shut = await subscribe("http://127.0.0.2:9/hook");
    there.came.length = 0;
    there.answers = [(_came, response) => void response.end()];
    const incident = await open("Many hear of it");
    const progress = async () => (await own("GET", `?incident_id=${incident}`)).deliveries[0];
    await until("all of it is settled", async () => (await progress())?.state === "done");
    const told = await progress();
    const heard = () => said().filter((body) => body.incident.id === incident).length;
    const counted = heard();
    expect(Math.abs(told.sent - counted)).toBeLessThanOrEqual(0.05 * counted);
    expect(told).toMatchObject({ meant: more + 2, queued: 0, sent: more + 1, failed: 1 });
    expect(told.channels).toMatchObject([{ channel: "webhook", sent: more + 1, failed: 1 }]);
    expect(told.p95_s).toBeGreaterThan(0);
    const dead = async () => (await own("GET", `/dead?delivery_id=${told.id}`)).dead_letters;
    const [first, ...others] = await dead();
    expect([first, others]).toMatchObject([{ channel: "webhook", subscriber_id: shut }, []]);
    expect(first.why).toContain("127.0.0.2");
    expect(await own("POST", "/dead/replay", { delivery_id: told.id })).toEqual({ again: 1, more: false });
    await until("it was tried once more", async () => {
      const [again] = await dead();
      return again !== undefined && again.at > first.at;
    });
    await until("its numbers are as before", async () => (await progress()).failed === 1);
    expect(heard()).toBe(counted);
  },
  60_000,
);

testWithProc(
  "a receiver that is gone is quarantined; the process ends with its control plane",
  async () => {
    there.answers = [(_came, response) => void response.writeHead(410).end()];
    await open("For nobody");
    await until("it is quarantined", async () => {
      const { body } = await api.ask("GET", `/pages/${samplePage}/subscribers/${subscriber}`);
      return body.quarantined_at !== null;
    });
    await control.kill("SIGKILL");
    await until("nobody is left", () => notifiers().length === 0);
  },
  60_000,
);
