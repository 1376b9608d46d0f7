// Checks as an operator has them: a control plane and two POPs as processes, a target that dies. In: checks of a page. Out: results of both POPs at the control plane, also those that were
// found, and pings that came, while it was dead.
// Long: it waits for checks that are five seconds apart, and for processes that start anew.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { withControlPlane } from "../../src/cli/control-plane.ts";
import type { Command } from "../../src/model/command.ts";
import { openCheckResults, resultsFile } from "../../src/store/check-results.ts";
import { probesFile } from "../../src/store/held-probes.ts";
import { openStore } from "../../src/store/open.ts";
import { createPingTokens } from "../../src/store/ping-tokens.ts";
import { Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";

const testWithProc = skipUnless(existsSync("/proc/self/cmdline"), "processes are found in /proc");
const site = new Installation();
const data = join(site.folder, "control");
const pops = ["north", "south"] as const;
const popFlags = ["--check-allow", "127.0.0.0/8", "--check-guard", "none"];
let control: Running;
let south: Running;
let [page, web, job] = ["", "", ""];
let target: Server;

beforeAll(async () => {
  target = await answering(0);
  control = await site.control();
  page = await say(
    "page",
    "create",
    "--data",
    data,
    "--name",
    "Acme",
    "--url",
    "https://status.acme.example",
  );
  for (const pop of pops) {
    const token = await say("pop", "token", "--data", data, "--name", pop);
    const source = `http://${await site.address("feed")}`;
    await say(
      "pop",
      "join",
      token,
      "--source",
      source,
      "--data",
      join(site.folder, pop),
      "--root-key",
      site.rootKeyFile,
    );
    south = await site.pop(pop, ...popFlags);
  }
}, 90_000);

afterAll(async () => {
  target.close();
  await site.end();
});

/** Runs a command that must succeed; gives its last line. */
async function say(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await site.run(...args);
  if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${err}`);
  return out.trim().split("\n").at(-1) ?? "";
}

function answering(port: number): Promise<Server> {
  const server = createServer((_request, response) => void response.end("fine"));
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

const submit = (command: Command): Promise<string> =>
  withControlPlane(
    { folder: data, clock: systemClock, random: systemRandom, log: silentLog },
    async (plane) => {
      const submitted = await plane.submit(page, command, "test");
      if (!submitted.ok) throw new Error(JSON.stringify(submitted));
      return submitted.id;
    },
  );

/** As another process of this machine sees them. */
async function stored<Value>(
  see: (results: ReturnType<typeof openCheckResults>) => Value,
): Promise<Value | null> {
  if (!existsSync(resultsFile(data))) return null;
  const results = openCheckResults({ folder: data, clock: systemClock, log: silentLog, readsOnly: true });
  try {
    return see(results);
  } finally {
    await results.close();
  }
}

const resultsOf = (check: string, pop: string) =>
  stored((results) => results.results(page, check, pop, 0, Date.now() + 60_000)).then((found) => found ?? []);

const statesSince = async (pop: string, sinceMs: number): Promise<string> =>
  [
    ...new Set((await resultsOf(web, pop)).filter(({ atMs }) => atMs >= sinceMs).map(({ state }) => state)),
  ].join();

/** Processes that make checks of a POP. */
function checkers(pop: string): readonly number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const isOne = line.includes("checks") && line.includes(join(site.folder, pop));
      return isOne ? [Number(name)] : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}

testWithProc("a POP without a check starts no process and makes no file, nor does its source", () => {
  expect(pops.map(checkers)).toEqual([[], []]);
  expect(pops.map((pop) => existsSync(probesFile(join(site.folder, pop))))).toEqual([false, false]);
  expect(existsSync(resultsFile(data))).toBe(false);
});

test("what both POPs find of a target comes to the control plane, also that it died and lives again", async () => {
  const { port } = target.address() as { readonly port: number };
  web = await submit({
    kind: "check.create",
    fields: {
      name: "Web",
      target: {
        ...{ kind: "http", url: `http://127.0.0.1:${port}/`, method: "GET", headers: [], body: null },
        ...{ statuses: "200-299", keyword: "fine", keywordAbsent: false, json: null },
        ...{ redirectsMax: 0, certificateDays: null },
      },
      ...{ everyMs: 5_000, timeoutMs: 2_000 },
    },
  });
  for (const pop of pops)
    await until(`${pop} found it up`, async () => (await statesSince(pop, 0)) === "up", 40_000);
  await new Promise((resolve) => target.close(resolve).closeAllConnections());
  const diedMs = Date.now();
  for (const pop of pops)
    await until(
      `${pop} found it down`,
      async () => (await statesSince(pop, diedMs)).includes("down"),
      40_000,
    );
  const said = (await resultsOf(web, "north")).at(-1);
  expect([said?.why, said?.said?.length]).toEqual(["refused", expect.any(Number)]);
  target = await answering(port);
  const backMs = Date.now();
  await until("it is up again", async () => (await statesSince("south", backMs)).includes("up"), 40_000);
}, 130_000);

testWithProc(
  "kill -9 of the process that checks: another one goes on",
  async () => {
    const [before = 0, ...more] = checkers("north");
    expect([before > 0, more]).toEqual([true, []]);
    process.kill(before, "SIGKILL");
    await until("another one is there", () => checkers("north").some((pid) => pid !== before));
  },
  30_000,
);

test("a ping is answered by any POP, at any host; what came while the control plane was dead is there afterwards, and a POP that starts meanwhile goes on", async () => {
  job = await submit({
    kind: "check.create",
    fields: {
      name: "Nightly",
      target: { kind: "heartbeat", schedule: { everyMs: 3_600_000 }, graceMs: 600_000 },
    },
  });
  const store = openStore({ folder: data, clock: systemClock, log: silentLog, role: "reader" });
  const tokenOf = (): string => createPingTokens(store, systemRandom, silentLog).of(page, job);
  const ping = async (path: string, pop: string = "north"): Promise<number> =>
    (await get(await site.address(pop), path, { host: "whatever.example" })).status;
  expect(await ping("/ping/0123456789abcdefghijkl")).toBe(404);
  for (const pop of pops)
    await until(
      `${pop} knows its token`,
      async () => (await ping(`/ping/${tokenOf()}/start`, pop)) === 200,
      40_000,
    );
  const token = tokenOf();
  await store.close();
  await control.kill("SIGKILL");
  const diedMs = Date.now();
  expect([await ping(`/ping/${token}`), await ping(`/ping/${token}/3`, "south")]).toEqual([200, 200]);
  // The other POP is started anew without its source: plan, tokens and results are on its disk.
  await south.dismiss();
  await site.pop("south", ...popFlags);
  const restartedMs = Date.now();
  expect(await ping(`/ping/${token}/fail`, "south")).toBe(200);
  expect(await ping("/ping/0123456789abcdefghijkl", "south")).toBe(404);
  await until("it checks again", () => checkers("south").length === 1);
  control = await site.control();
  for (const pop of pops)
    await until(
      `${pop} brought what it found`,
      async () => (await statesSince(pop, diedMs)) === "up",
      60_000,
    );
  await until("south brought what it found without a source", async () =>
    (await resultsOf(web, "south")).some(({ atMs }) => atMs > restartedMs),
  );
  const words = async () => (await resultsOf(job, "control")).map(({ state, said }) => [state, said]);
  await until("all pings are there", async () => (await words()).length === 3, 40_000);
  expect((await words()).sort()).toEqual([
    ["down", "It ended with exit code 3."],
    ["down", "It said that it failed."],
    ["up", null],
  ]);
}, 180_000);
