// An outage as readers see it: a control plane and three POPs as processes, a target that dies and comes back, the control plane killed in between. In: a check each ten seconds. Out: an
// incident on the page of every POP within three times the bound, once, and its end.
// Long: it waits for checks that are ten seconds apart, and for processes that start anew.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { systemRandom } from "../../src/base/random.ts";
import { withControlPlane } from "../../src/cli/control-plane.ts";
import type { Command } from "../../src/model/command.ts";
import { Installation, type Running, until } from "../support/installation.ts";
import { get } from "../support/reader.ts";

/** From the first request that fails to the page, at an interval of ten seconds: two intervals, five seconds of timeout, the way. On a busy machine three times that. */
const boundMs = 30_000;
const pops = ["north", "south", "east"] as const;
const site = new Installation();
const data = join(site.folder, "control");
let control: Running;
let page = "";
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
    const joins = ["--source", `http://${await site.address("feed")}`, "--data", join(site.folder, pop)];
    await say("pop", "join", token, ...joins, "--root-key", site.rootKeyFile);
    await site.pop(pop, "--check-allow", "127.0.0.0/8", "--check-guard", "none");
  }
}, 120_000);

afterAll(async () => {
  target.close();
  await site.end();
});

async function say(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await site.run(...args);
  if (code !== 0) throw new Error(`pharos ${args.join(" ")}: ${err}`);
  return out.trim().split("\n").at(-1) ?? "";
}

let asked = 0;
function answering(port: number, status = 200): Promise<Server> {
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(status).end("fine");
  });
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

interface Told {
  readonly incidents: readonly { readonly id: string; readonly name: string; readonly status: string }[];
  readonly components: readonly { readonly status: string }[];
}

async function told(pop: string): Promise<Told> {
  const { body } = await get(await site.address(pop), "/api/v2/incidents.json", {
    host: "status.acme.example",
  });
  const components = await get(await site.address(pop), "/api/v2/components.json", {
    host: "status.acme.example",
  });
  return { ...JSON.parse(body.toString()), components: JSON.parse(components.body.toString()).components };
}

/** How long until all POPs' pages say it (ms). */
async function shownAfter(what: string, says: (told: Told) => boolean): Promise<number> {
  const fromMs = performance.now();
  for (const pop of pops) await until(`${pop}: ${what}`, async () => says(await told(pop)), 3 * boundMs);
  return performance.now() - fromMs;
}

test("an outage is on every POP's page in time, once, though the control plane is killed in it, and so is its end", async () => {
  const { port } = target.address() as { readonly port: number };
  const api = await submit({ kind: "component.create", fields: { name: "API" } });
  await submit({
    kind: "check.create",
    fields: {
      name: "API answers",
      target: {
        ...{ kind: "http", url: `http://127.0.0.1:${port}/`, method: "GET", headers: [], body: null },
        ...{ statuses: "200", keyword: "fine", keywordAbsent: false, json: null },
        ...{ redirectsMax: 0, certificateDays: null },
      },
      ...{ everyMs: 10_000, timeoutMs: 5_000, failuresToOpen: 2, successesToClose: 2 },
      ...{ componentId: api, act: "incident", outageStatus: "major_outage" },
    },
  });
  await until("the POPs look at it", () => asked >= 2 * pops.length, 120_000);
  expect((await told("north")).incidents).toEqual([]);

  await new Promise((resolve) => target.close(resolve).closeAllConnections());
  const openMs = await shownAfter(
    "it is down",
    ({ components, incidents }) =>
      incidents.some(({ name, status }) => name === "API is down" && status === "investigating") &&
      components.some(({ status }) => status === "major_outage"),
  );
  await control.kill("SIGKILL");
  control = await site.control();
  // It answers, and with a failure: each POP looks as often as a second incident would take.
  target = await answering(port, 500);
  const from = asked;
  await until("the POPs look on", () => asked >= from + 4 * pops.length, 120_000);
  expect((await told("south")).incidents.map(({ name }) => name)).toEqual(["API is down"]);

  await new Promise((resolve) => target.close(resolve).closeAllConnections());
  target = await answering(port);
  const closeMs = await shownAfter(
    "it is over",
    ({ components, incidents }) =>
      incidents.length === 1 &&
      incidents[0]?.status === "resolved" &&
      components.every(({ status }) => status === "operational"),
  );
  console.info(`      on all pages after ${Math.round(openMs)} ms, its end after ${Math.round(closeMs)} ms`);
}, 400_000);
