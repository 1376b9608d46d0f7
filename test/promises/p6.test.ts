// Promise 6: no accepted notification is lost; none goes to an address that did not confirm; a retry carries its first key.
// Covered: here, kill -9 of the notifier at random moments while it tells subscribers over HTTP: each that is active is reached, nobody else, what comes
// twice comes under one key and is no more than was under way at the kills.
// Covered elsewhere: corrections, tries, receivers that hang, two notifiers in test/notify/notifier.test.ts.
// Switch: PHAROS_BREAK=sent says that a message was taken before it was sent, and the first test must turn red.
import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { seededRandom } from "../../src/base/random.ts";
import { type NewSubscriber, noContact } from "../../src/model/subscriber.ts";
import { openLedger } from "../../src/store/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { createSubscribers } from "../../src/store/subscribers.ts";
import { count, testSeed } from "../support/seed.ts";

const active = count(1_000, 10_000);
const kills = count(3, 30);
const inFlightMax = 20;
const random = seededRandom(testSeed);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Takes what comes, counts it by path, and where it is moody says now and then that it is busy. */
async function sink(isMoody: boolean) {
  const keys = new Map<string, string[]>();
  let taken = 0;
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      const path = request.url ?? "";
      const isBusy = isMoody && taken % 97 === 0 && request.headers.attempt === "1";
      taken++;
      if (!isBusy) keys.set(path, [...(keys.get(path) ?? []), String(request.headers["webhook-id"])]);
      response.writeHead(isBusy ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { keys, taken: () => taken, address: `http://127.0.0.1:${port}`, close: () => server.close() };
}

async function until(holds: () => boolean, what: string, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what}.`);
    await new Promise((resume) => setTimeout(resume, 2));
  }
}

/** A page with subscribers of which some never confirmed, and an incident that nobody was told of. */
async function pageWith(address: string): Promise<{ readonly folder: string; readonly from: number }> {
  const folder = mkdtempSync(join(tmpdir(), "pharos-p6-"));
  folders.push(folder);
  const store = openStore({ folder, clock: systemClock, log: silentLog });
  const ledger = openLedger({ store, clock: systemClock, random, region: "main", log: silentLog });
  const subscribers = createSubscribers({ store, log: silentLog, random });
  await ledger.submit(
    null,
    { kind: "page.create", id: "page", fields: { name: "P", url: "https://p.example" } },
    "p6",
  );
  const wanted = (path: string, state: NewSubscriber["state"]): NewSubscriber => ({
    ...{
      kind: "webhook",
      state,
      components: null,
      incident: null,
      accessUser: null,
      skipConfirmation: false,
    },
    contact: { ...noContact, endpoint: `${address}${path}` },
  });
  const all = Array.from({ length: active }, (_, at) => wanted(`/active/${at}`, "active"));
  for (const state of ["unconfirmed", "unsubscribed"] as const)
    for (let at = 0; at < 50; at++) all.push(wanted(`/${state}/${at}`, state));
  await subscribers.add("page", all);
  const from = ledger.position();
  await ledger.submit("page", { kind: "incident.create", fields: { name: "Down" } }, "p6");
  await subscribers.close();
  await store.close();
  return { folder, from };
}

/** Kills notifiers one after the other while they work, and lets the last one end it. */
async function telling(breaks: string, times: number) {
  const receiver = await sink(breaks === "");
  // One that was busy is asked again within ten seconds.
  const quietMsMax = breaks === "" ? 15_000 : 2_000;
  const { folder, from } = await pageWith(receiver.address);
  const start = () =>
    spawn(
      process.execPath,
      [join(import.meta.dirname, "p6-notifier.ts"), folder, String(from), String(inFlightMax)],
      {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, PHAROS_BREAK: breaks },
      },
    );
  const ended = (child: ReturnType<typeof start>) => new Promise((resolve) => child.once("close", resolve));
  try {
    for (let kill = 0; kill < times; kill++) {
      const child = start();
      const over = ended(child);
      const enough = receiver.taken() + 1 + random.below(Math.floor(active / (times + 1)));
      let [seen, sinceMs] = [-1, performance.now()];
      const isQuiet = (): boolean => {
        if (receiver.taken() !== seen) [seen, sinceMs] = [receiver.taken(), performance.now()];
        return seen > 0 && performance.now() - sinceMs > quietMsMax;
      };
      await until(() => receiver.taken() >= enough || isQuiet(), "some were told", 20_000);
      child.kill("SIGKILL");
      await over;
    }
    const last = start();
    const over = ended(last);
    let quietMs = performance.now();
    let seen = -1;
    // What is lost never comes: it is over when nothing came for a while.
    await until(
      () => {
        if (receiver.taken() !== seen) [seen, quietMs] = [receiver.taken(), performance.now()];
        return receiver.keys.size >= active || performance.now() - quietMs > quietMsMax;
      },
      "all were told",
      count(60_000, 300_000),
    );
    last.kill("SIGKILL");
    await over;
    return receiver.keys;
  } finally {
    receiver.close();
  }
}

describe("promise 6", () => {
  test(
    `kill -9 ${kills} times while ${active} are told: each is reached under one key, nobody else, few twice`,
    async () => {
      const keys = await telling(process.env.PHAROS_BREAK ?? "", kills);
      expect([...keys.keys()].filter((path) => !path.startsWith("/active/"))).toEqual([]);
      expect(keys.size).toBe(active);
      expect([...keys.values()].filter((own) => new Set(own).size > 1)).toEqual([]);
      expect(new Set([...keys.values()].flat()).size).toBe(active);
      const twice = [...keys.values()].reduce((sum, own) => sum + own.length - 1, 0);
      expect(twice).toBeLessThanOrEqual(kills * inFlightMax);
    },
    count(90_000, 600_000),
  );

  test("with the switch thrown somebody is never told: the test above can see it", async () => {
    expect((await telling("sent", 3)).size).toBeLessThan(active);
  }, 90_000);
});
