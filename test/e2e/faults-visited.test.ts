// A source that stalls within a frame and clocks that jump, beneath a visitor who never stops looking: each answer is right all the while, and
// what went wrong is counted.
import { afterEach, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import { silentLog } from "../../src/base/log.ts";
import { createMetrics } from "../../src/base/metrics.ts";
import { systemRandom } from "../../src/base/random.ts";
import { startControl } from "../../src/cli/control-run.ts";
import { readRootKey } from "../../src/cli/read-keys.ts";
import { runWhole } from "../../src/edge/pop.ts";
import { until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { sampleHost } from "../support/summary.ts";
import { endAll, ending, install, ops, publishing, publishSeen, visiting, withPage } from "./visited.ts";

afterEach(endAll);

/** A line to a feed that can be stopped: what comes after that is kept back, the connection stays. */
async function stallingLine(to: string): Promise<{ url: string; stallWithin(bytes: number): void }> {
  const [host = "", port = ""] = to.split(":");
  let left = Number.POSITIVE_INFINITY;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on("data", (chunk: Buffer) => {
      const passed = chunk.subarray(0, Math.max(0, Math.min(chunk.length, left)));
      left -= passed.length;
      if (passed.length > 0) near.write(passed);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ending.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    stallWithin(bytes) {
      left = bytes;
    },
  };
}

test("a source that stalls within a frame is left for the next one, and nothing of the half frame is seen", async () => {
  const there = install();
  const api = await publishing(there);
  const line = await stallingLine(await there.address("feed"));
  const second = `http://${await there.address("feed")}`;
  const flags = ["--data", join(there.folder, "pop"), "--root-key", there.rootKeyFile, "--workers", "2"];
  const addresses = ["--listen", await there.address("pop"), "--ops", await there.address("pop-ops")];
  await there.start("pop", ["edge", ...flags, ...addresses, "--source", line.url, "--source", second]);
  const visitor = await visiting(await there.address("pop"));
  await publishSeen(api, visitor);
  // Within the manifest of the next generation.
  line.stallWithin(200);
  const stalledMs = performance.now();
  await publishSeen(api, visitor);
  expect(performance.now() - stalledMs).toBeLessThan(3 * limits.sourceSilentMs);
  expect((await ops(there)).sum("follow_connections_total", 'ended="silent"')).toBe(1);
  expect(Math.max(...visitor.seen.map(({ level }) => level))).toBe(0);
  await publishSeen(api, visitor);
  expect(visitor.complaints()).toEqual([]);
}, 40_000);

test("clocks that jump by hours at the publisher and at a POP: every change is seen, and the level stays 0", async () => {
  const there = install();
  const off = { publisher: 0, pop: 0 };
  const jumping = (whose: keyof typeof off): Clock => ({
    ...systemClock,
    wallMs: () => systemClock.wallMs() + off[whose],
  });
  const [api, feed] = [await there.address("api"), await there.address("feed")];
  const placeOf = (text: string) => ({ host: "127.0.0.1", port: Number(text.split(":")[1]) });
  const around = { random: systemRandom, log: silentLog };
  const control = await startControl(
    {
      data: join(there.folder, "control"),
      keys: there.keys,
      listen: placeOf(api),
      feed: placeOf(feed),
      ops: null,
      export: null,
      region: "main",
      acceptClock: false,
    },
    {
      ...around,
      clock: jumping("publisher"),
      out: () => {},
      err: () => {},
      env: {},
      argv: [],
      terminal: false,
      stopSignal: () => new AbortController().signal,
    },
  );
  ending.push(() => control.stop());
  const client = await withPage(there);
  const metrics = createMetrics();
  const pop = await runWhole({
    folder: join(there.folder, "pop"),
    rootKeys: [readRootKey(there.rootKeyFile)],
    sources: [control.feed],
    listen: { host: "127.0.0.1", port: 0 },
    ops: null,
    defaultPage: null,
    clock: jumping("pop"),
    metrics,
    ...around,
  });
  ending.push(() => pop.stop());
  const visitor = await visiting(`127.0.0.1:${pop.port}`);
  await until("the page is confirmed", () => visitor.last()?.level === 0);
  const from = visitor.seen.length;
  const confirmedAt = async (): Promise<string> =>
    String((await get(`127.0.0.1:${pop.port}`, "/", { host: sampleHost })).headers["pharos-confirmed-at"]);
  const hourMs = 3_600_000;
  for (const [publisher, atPop] of [
    [2, 0],
    [0, 3],
    [-2, -3],
    [0, 0],
  ] as const) {
    off.publisher = publisher * hourMs;
    off.pop = atPop * hourMs;
    await publishSeen(client, visitor);
    const before = await confirmedAt();
    await until("a heartbeat came after it", async () => (await confirmedAt()) !== before);
  }
  expect(visitor.complaints()).toEqual([]);
  expect(new Set(visitor.seen.slice(from).map(({ level }) => level))).toEqual(new Set([0]));
  const refused = metrics.counter("follow_refused_total", "", "reason");
  for (const reason of ["not-rising", "rollback", "generation-jump"]) expect(refused.value(reason)).toBe(0);
}, 60_000);
