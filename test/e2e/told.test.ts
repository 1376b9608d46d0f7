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
let subscriber = "";

beforeAll(async () => {
  there = await receiver();
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  const token = await installation.token();
  control = await installation.control("--notify-allow", "127.0.0.1");
  api = new ApiClient(`http://${await installation.address("api")}`, token);
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

testWithProc(
  "while nobody is subscribed, no process waits to tell anybody; what happened by then is told nobody later",
  async () => {
    await open("Before anybody asked");
    expect(notifiers()).toEqual([]);
    const { status, body } = await api.ask("POST", `/pages/${samplePage}/subscribers`, {
      subscriber: { endpoint: `${there.url}/hook`, email: "ops@example.org" },
    });
    expect(status).toBe(201);
    subscriber = body.id as string;
    await until("a process that tells is there", () => notifiers().length === 1);
  },
  30_000,
);

testWithProc(
  "an incident is told at once, signed, with links of the page",
  async () => {
    const id = await open("It burns");
    await until("the receiver heard of it", () => there.came.length > 0);
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
