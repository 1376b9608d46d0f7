// Promise 7: publish to visible at every reachable POP in under a second (p99).
// Covered: the publish half. A control plane and three POPs as processes; each change is seen on connections of its own, on the front page, in the
// JSON and in the feed, of one generation, at all three, within three times the bound. Figures are measured by `npm run bench publish`.
// A dead POP is out of DNS answers in under 10 s; TTL 20; up to three addresses an answer: as processes, with a real POP killed. By arithmetic of the
// limits, and on a clock that a test moves, the same is shown in test/dns/health.test.ts for each way to be dead.
// Switch: PHAROS_BREAK=names watches a node whose process that asks POPs how they are is stopped; PHAROS_BREAK=delay puts a proxy before the feed that holds each byte back for longer than that.
import { afterAll, describe, expect, test } from "bun:test";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { hasHost } from "../../src/cli/free-address.ts";
import { ApiClient, Installation, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";
import { popHosts, startNames } from "./p7-names.ts";

const boundMs = 1_000;
const realTimeFactor = 3;
const pops = ["fra", "iad", "sin"] as const;
const paths = ["/", "/api/v2/summary.json", "/api/v2/incidents.json", "/history.atom"];
const ended: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ended.reverse()) await end();
});

/** Passes bytes on, those towards the POP after `delayMs()`. */
async function slowLine(to: string, delayMs: () => number): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const [host, port] = to.split(":");
    const origin = connect(Number(port), host);
    for (const socket of [client, origin]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.pipe(origin);
    origin.on("data", (bytes) => setTimeout(() => client.writable && client.write(bytes), delayMs()));
    origin.on("end", () => setTimeout(() => client.end(), delayMs()));
    client.on("close", () => origin.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** Posts `changes` incidents and measures from the ack until all three POPs show each (ms). Gives up on one after three times the bound. */
async function publishAndWatch(changes: number, breaks: string | undefined): Promise<readonly number[]> {
  const installation = new Installation();
  ended.push(() => installation.end());
  const data = join(installation.folder, "control");
  await installation.run("import", "statuspage", writeSampleSummary(installation.folder), "--data", data);
  await installation.control();
  const feed = await installation.address("feed");
  let delayMs = 0;
  const source = breaks === "delay" ? await slowLine(feed, () => delayMs) : feed;
  const addresses: string[] = [];
  for (const name of pops) {
    addresses.push(await installation.address(name));
    const places = ["--listen", await installation.address(name), "--root-key", installation.rootKeyFile];
    await installation.start(name, [
      "edge",
      "--data",
      join(installation.folder, name),
      "--source",
      `http://${source}`,
      ...places,
      "--workers",
      "0",
    ]);
  }
  const read = (address: string, path: string) => get(address, path, { host: sampleHost });
  for (const address of addresses)
    await until(
      "a POP has the page",
      async () => (await read(address, "/").catch(() => null))?.status === 200,
      30_000,
    );
  const api = new ApiClient(`http://${await installation.address("api")}`, await installation.token());
  delayMs = realTimeFactor * boundMs + 1_000;
  const tookMs: number[] = [];
  for (let at = 0; at < changes; at++) {
    const name = `Trouble number ${at}.`;
    const incident = {
      name,
      status: "investigating",
      body: name,
      components: { [sampleComponents[0]]: "partial_outage" },
    };
    expect((await api.ask("POST", `/pages/${samplePage}/incidents`, { incident })).status).toBe(201);
    const acked = performance.now();
    const shows = async (address: string): Promise<boolean> => {
      const answers = await Promise.all(paths.map((path) => read(address, path)));
      return (
        answers.every(({ body }) => body.includes(name)) &&
        new Set(answers.map(({ headers }) => headers["pharos-generation"])).size === 1
      );
    };
    const visible = until(
      name,
      async () => (await Promise.all(addresses.map(shows))).every(Boolean),
      realTimeFactor * boundMs,
    );
    await visible.catch(() => undefined);
    tookMs.push(performance.now() - acked);
  }
  return tookMs;
}

describe("promise 7: publish to visible", () => {
  test("each of ten changes is visible at three POPs, of one generation", async () => {
    const tookMs = await publishAndWatch(10, process.env.PHAROS_BREAK);
    expect(Math.max(...tookMs)).toBeLessThan(realTimeFactor * boundMs);
  }, 90_000);

  test("the switch: a feed that is held back breaks the promise", async () => {
    const tookMs = await publishAndWatch(1, "delay");
    expect(Math.max(...tookMs)).toBeGreaterThanOrEqual(realTimeFactor * boundMs);
  }, 90_000);
});

const testWithHosts = skipUnless(hasHost(popHosts[0]), "this machine has of 127.0.0.0/8 only 127.0.0.1");

describe("promise 7: a dead POP is out of names", () => {
  testWithHosts(
    "three addresses for 20 s; killed, one is gone in time; the switch: with nobody who asks POPs how they are, it stays",
    async () => {
      const names = await startNames();
      ended.push(() => names.end());
      const lookUp = process.env.PHAROS_BREAK === "names" ? names.lookUpBroken : names.lookUp;
      const before = await lookUp();
      expect(before.map(({ address }) => address).toSorted()).toEqual([...popHosts]);
      expect(new Set(before.map(({ ttl }) => ttl))).toEqual(new Set([20]));
      const dead = popHosts.at(-1) ?? "";
      await names.kill();
      const killedMs = performance.now();
      const isOut = async () => (await lookUp()).every(({ address }) => address !== dead);
      await until("the dead POP is out", isOut, realTimeFactor * limits.deadAnsweredMsMax).catch(
        () => undefined,
      );
      const tookMs = performance.now() - killedMs;
      // What a loaded machine adds is not the promise's; the bound itself is held by the arithmetic of the limits.
      expect(tookMs).toBeLessThan(realTimeFactor * limits.deadAnsweredMsMax);
      expect((await lookUp()).map(({ address }) => address).toSorted()).toEqual(popHosts.slice(0, -1));
      const broken = await names.lookUpBroken();
      expect(broken.map(({ address }) => address)).toContain(dead);
    },
    120_000,
  );
});
