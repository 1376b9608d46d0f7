// Notifiers as real processes over one outbox, and a receiver that measures what it is told. In: a store with subscribers, incidents. Out: who told whom and when.
// Two of them never have the same delivery, also when one is killed; what the control plane shows is what the receiver measured.
import { afterAll, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { progressIn } from "../../src/store/outbox-progress.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { count, testLong, testSeed } from "../support/seed.ts";
import { subscriber } from "./world.ts";

const page = "page";
const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const back of undo.reverse()) await back();
});

async function until(holds: () => boolean, what: string, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what}.`);
    await new Promise((resume) => setTimeout(resume, 2));
  }
}

interface Came {
  readonly path: string;
  readonly key: string;
  readonly process: number;
  readonly beganMs: number;
  /** Until when its connection was open; infinite while it is. */
  endedMs: number;
  status: number;
}

/** Answers by the path, each after a while. */
async function receiver(answerOf: (path: string) => number, afterMs: number) {
  const came: Came[] = [];
  const server = createServer((request, response: ServerResponse) => {
    const { headers, url = "" } = request;
    const one: Came = {
      ...{ path: url, key: String(headers["webhook-id"]), process: Number(headers["x-process"]) },
      ...{ beganMs: Date.now(), endedMs: Number.POSITIVE_INFINITY, status: 0 },
    };
    came.push(one);
    response.once("close", () => {
      one.endedMs = Date.now();
    });
    request.resume().once("end", () =>
      setTimeout(() => {
        one.status = answerOf(url);
        response.writeHead(one.status).end();
      }, afterMs),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { came, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A control plane's store with subscribers at the receiver, whose op-log is written on here. */
async function written(address: string, subscribed: number) {
  const folder = mkdtempSync(join(tmpdir(), "pharos-told-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const random = seededRandom(testSeed);
  const store = openStore({ folder, clock: systemClock, log: silentLog });
  undo.push(() => store.close());
  const ledger = openLedger({ store, clock: systemClock, random, region: "main", log: silentLog });
  const subscribers = createSubscribers({ store, log: silentLog, random });
  undo.push(() => subscribers.close());
  const url = "https://p.example";
  await ledger.submit(null, { kind: "page.create", id: page, fields: { name: "P", url } }, "test");
  await subscribers.add(
    page,
    Array.from({ length: subscribed }, (_none, at) => subscriber("webhook", `${address}/${at}`)),
  );
  const from = ledger.position();
  const open = async (name: string): Promise<void> => {
    const done = await ledger.submit(page, { kind: "incident.create", fields: { name, body: name } }, "test");
    if (!done.ok) throw new Error(done.refusal.sentences.join(" "));
  };
  return { folder, from, open };
}

async function start(
  { folder, from }: { readonly folder: string; readonly from: number },
  inFlightMax: number,
  perSecond: number,
): Promise<ChildProcess & { readonly pid: number }> {
  const script = join(import.meta.dirname, "telling.ts");
  const args = [script, folder, ...[from, inFlightMax, perSecond].map(String)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  undo.push(() => child.kill("SIGKILL"));
  await new Promise((begun) => child.stdout?.once("data", begun));
  return child as ChildProcess & { readonly pid: number };
}

test(
  "two processes over one outbox tell each once; one that is killed leaves at most what it had under way, and the other goes on at once",
  async () => {
    const [subscribed, incidents, inFlightMax] = [count(25, 100), count(16, 50), 10];
    const { came, address } = await receiver(() => 200, 5);
    const world = await written(address, subscribed);
    const both = await Promise.all([start(world, inFlightMax, 0), start(world, inFlightMax, 0)]);
    const [first, second] = both;
    const all = subscribed * incidents;
    const distinct = (): number => new Set(came.map(({ key }) => key)).size;
    // Whoever is woken first has what is new; both have something to tell at all times.
    const opened = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at++) {
        await world.open(`No. ${at}`);
        both[at % 2]?.stdin?.write("\n");
        await until(() => came.length > 0, "it begins", 30_000);
      }
    };
    await opened(incidents / 2);
    await until(() => new Set(came.map((it) => it.process)).size === 2, "both tell", 30_000);
    await opened(incidents / 2);
    await until(() => came.at(-1)?.process === first.pid, "the first has something under way", 30_000);
    first.kill("SIGKILL");
    const killedMs = Date.now();
    second.stdin?.write("\n");
    await until(() => distinct() === all, "all were told of all", count(60_000, 300_000));
    const byKey = Map.groupBy(came, ({ key }) => key);
    const twice = [...byKey.values()].filter((own) => own.length > 1);
    expect(twice.length).toBeLessThanOrEqual(inFlightMax);
    for (const own of twice) {
      // What the first had begun comes once more, from the second, and not before the first was dead.
      expect(own.map((it) => it.process)).toEqual([first.pid, second.pid]);
      expect(own[1]?.beganMs ?? 0).toBeGreaterThanOrEqual(killedMs);
    }
    const shares = both.map(({ pid }) => came.filter((it) => it.process === pid).length);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    second.kill("SIGKILL");
  },
  count(120_000, 600_000),
);

test("progress is what the receiver measured: who it is for, who was told, who failed, and 95 of 100 of the times", async () => {
  const subscribed = count(500, 10_000);
  const perSecond = count(500, 1_000);
  const isGone = (path: string): boolean => path.endsWith("7");
  const { came, address } = await receiver((path) => (isGone(path) ? 410 : 200), 0);
  const world = await written(address, subscribed);
  const progress = progressIn(world.folder);
  const child = await start(world, 256, perSecond);
  await world.open("Down");
  child.stdin?.write("\n");
  await until(() => progress.list(page, { limit: 1 })[0]?.state === "done", "all is settled", 120_000);
  const [job] = progress.list(page, { limit: 1 });
  await progress.close();
  child.kill("SIGKILL");
  if (job === undefined) throw new Error("There is no job.");
  const taken = came.filter(({ status }) => status === 200).map(({ endedMs }) => endedMs - job.occurredMs);
  const failed = new Set(came.filter(({ status }) => status === 410).map(({ key }) => key)).size;
  const p95 = taken.sort((a, b) => a - b)[Math.ceil(0.95 * taken.length) - 1] ?? Number.NaN;
  expect([job.queued, job.sent, job.failed, job.left]).toEqual([subscribed, taken.length, failed, 0]);
  // Of a second and less the turns of a busy machine are more than 5 %.
  const within = 0.05 * p95 + (testLong ? 0 : 100);
  expect(Math.abs((job.p95Ms ?? 0) - p95)).toBeLessThanOrEqual(within);
}, 180_000);
