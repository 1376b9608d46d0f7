// The levels of degradation, walked by one installation as a visitor and its operator see them: 0 full, 1 the control plane is gone, 2 every POP
// too, 3 the emergency above the last good page, and back to 0. A control plane, two POPs, a web server over the static export.
// Long: it waits for each level to be noticed.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { limits } from "../../src/base/limits.ts";
import { keyFiles } from "../../src/cli/key-files.ts";
import { slotClose, slotOpen } from "../../src/snapshot/types.ts";
import { processesBelow } from "../support/command.ts";
import { type EventStream, openEvents } from "../support/event-stream.ts";
import { problemsIn } from "../support/exposition.ts";
import { ApiClient, Installation, type Running, until } from "../support/installation.ts";
import { metricsAt } from "../support/metrics.ts";
import { type Answer, get } from "../support/reader.ts";
import { skipUnless } from "../support/skip.ts";
import { hasNginx, type StaticSite, serveExport } from "../support/static-site.ts";
import { sampleComponents, sampleHost, samplePage, writeSampleSummary } from "../support/summary.ts";

const there = new Installation();
const exported = join(there.folder, "export");
const names = ["near", "far"] as const;
const staleMs = 3 * limits.staleAfterMs;
let control: Running;
let site: StaticSite;
const pops = new Map<string, Running>();
const streams: EventStream[] = [];
let incident = "";
/** Every path's body and type as the POPs had them last. */
let last: readonly (readonly [path: string, type: string | undefined, body: string])[] = [];

afterAll(async () => {
  for (const stream of streams) stream.close();
  await site?.close();
  await there.end();
});

const paths = (): readonly string[] => [
  "/",
  "/history",
  `/incidents/${incident}`,
  ...["summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances"].map(
    (name) => `/api/v2/${name}.json`,
  ),
  "/history.atom",
  "/history.rss",
];
const look = (address: string, path = "/"): Promise<Answer> => get(address, path, { host: sampleHost });
const slotIn = ({ body }: Answer): string => {
  const html = body.toString();
  return html.slice(html.indexOf(slotOpen) + slotOpen.length, html.indexOf(slotClose));
};
const addressesOf = (suffix = ""): Promise<readonly string[]> =>
  Promise.all(names.map((name) => there.address(`${name}${suffix}`)));
const startPop = async (name: string): Promise<void> => {
  pops.set(name, await there.pop(name, "--workers", "2"));
};
const everyPath = (address: string): Promise<typeof last> =>
  Promise.all(
    paths().map(async (path) => {
      const { status, headers, body } = await look(address, path);
      return [path, headers["content-type"], status === 200 ? body.toString() : String(status)] as const;
    }),
  );

/** Visitors read this level at each POP, and so do the operator's metrics. Gives the front page of each. */
async function everywhere(level: number, deadlineMs = 15_000): Promise<readonly Answer[]> {
  const fronts: Answer[] = [];
  for (const address of await addressesOf())
    fronts.push(
      await until(
        `${address} is at level ${level}`,
        async () => {
          const answers = await Promise.all([1, 2, 3, 4].map(() => look(address).catch(() => null)));
          const [front = null] = answers;
          return answers.every((answer) => answer?.headers["pharos-level"] === String(level)) && front;
        },
        deadlineMs,
      ),
    );
  for (const ops of await addressesOf("-ops"))
    await until(`the metrics of ${ops} say level ${level}`, async () => {
      const counted = await metricsAt(ops);
      return counted.of("edge_level").size === 1 && counted.sum("edge_level") === level;
    });
  return fronts;
}

const toldLevels = (stream: EventStream | undefined): readonly string[] =>
  (stream?.told("level") ?? []).map(({ data }) => data.slice(0, 1));

beforeAll(async () => {
  const data = join(there.folder, "control");
  await there.run("import", "statuspage", writeSampleSummary(there.folder), "--data", data);
  control = await there.control("--export", exported);
  for (const name of names) await startPop(name);
}, 60_000);

test("0: all is there, the slot is empty; a publish is in the static export as it is at the POPs", async () => {
  for (const front of await everywhere(0, 30_000)) expect(slotIn(front)).toBe("");
  const api = new ApiClient(`http://${await there.address("api")}`, await there.token());
  const { body } = await api.ask("POST", `/pages/${samplePage}/incidents`, {
    incident: {
      name: "Slow answers",
      status: "investigating",
      body: "We look into it.",
      components: { [sampleComponents[0]]: "partial_outage" },
    },
  });
  incident = String(body.id);
  for (const address of await addressesOf())
    await until("the incident is there", async () =>
      (await look(address)).body.toString().includes("Slow answers"),
    );
  site = await serveExport(exported, join(there.folder, "nginx"));
  const [near = "", far = ""] = await addressesOf();
  last = await everyPath(near);
  expect(last.filter(([, , text]) => text.length < 5)).toEqual([]);
  expect(await everyPath(far)).toEqual([...last]);
  await until("the export has it", async () =>
    (await look(site.address)).body.toString().includes("Slow answers"),
  );
  expect(await everyPath(site.address)).toEqual([...last]);
  streams.push(await openEvents(near, sampleHost));
}, 60_000);

test("1: the control plane is killed; pages say since when nobody confirms them, listeners are told, JSON is as it was", async () => {
  await control.kill("SIGKILL");
  for (const front of await everywhere(1, staleMs)) {
    const confirmed = front.headers["pharos-confirmed-at"] ?? "";
    expect(slotIn(front)).toContain(confirmed.slice(0, 16).replace("T", " "));
  }
  const [near = ""] = await addressesOf();
  for (const [path, type, body] of last.filter(([name]) => name.endsWith(".json"))) {
    const answer = await look(near, path);
    expect([answer.headers["pharos-level"], answer.headers["content-type"], answer.body.toString()]).toEqual([
      "1",
      type,
      body,
    ]);
  }
  await until("the listener knows", () => toldLevels(streams[0]).at(-1) === "1");
  expect(toldLevels(streams[0])[0]).toBe("0");
}, 60_000);

test("what the operator reads meanwhile is good Prometheus text, with generation, age and readers", async () => {
  const [ops = ""] = await addressesOf("-ops");
  expect(problemsIn((await get(ops, "/metrics")).body.toString())).toEqual([]);
  const counted = await metricsAt(ops);
  const [near = ""] = await addressesOf();
  const generation = Number((await look(near)).headers["pharos-generation"]);
  expect(counted.sum("edge_page_generation", `page="${samplePage}"`)).toBe(generation);
  expect(counted.sum("edge_pages", 'level="1"')).toBe(1);
  expect(counted.sum("edge_source_age_seconds")).toBeGreaterThan(limits.staleAfterMs / 1_000 - 1);
  expect(counted.sum("store_readers")).toBeWithin(2, 20);
  // One request in eight is timed.
  expect(counted.sum("edge_request_duration_seconds_count")).toBeGreaterThan(2);
  expect(counted.sum("edge_request_duration_seconds_bucket", 'le="+Inf"')).toBe(
    counted.sum("edge_request_duration_seconds_count"),
  );
  expect(counted.sum("edge_requests_total", 'kind="html"')).toBeGreaterThan(3);
});

const testWithPromtool = skipUnless(spawnSync("promtool", ["--version"]).status === 0, "promtool is absent");
testWithPromtool("promtool finds nothing wrong with the metrics of serving", async () => {
  const [ops = ""] = await addressesOf("-ops");
  const { body } = await get(ops, "/metrics");
  const { stderr, status } = spawnSync("promtool", ["check", "metrics"], { input: body, encoding: "utf8" });
  // 3 is a matter of taste, such as milliseconds in place of seconds.
  expect([0, 3]).toContain(status ?? -1);
  expect(
    stderr.split("\n").filter((line) => /edge_request|edge_level|edge_page|edge_refused/.test(line)),
  ).toEqual([]);
});

test(`2: every POP is killed too; ${hasNginx ? "nginx" : "a plain web server"} over the static export answers what they answered, byte for byte`, async () => {
  for (const running of pops.values()) {
    const children = processesBelow(running.pid);
    await running.kill("SIGKILL");
    for (const pid of children) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended with its parent.
      }
    }
  }
  for (const address of await addressesOf()) expect(await look(address).catch(() => "nobody")).toBe("nobody");
  expect(await everyPath(site.address)).toEqual([...last]);
  const front = await look(site.address);
  expect(front.headers["last-modified"] ?? !hasNginx).toBeTruthy();
  if (hasNginx) expect(front.headers["pharos-level"]).toBe("2");
  const none = await look(site.address, "/none");
  expect(none.status).toBe(404);
  if (hasNginx) expect(none.body.toString()).toContain("<h1>Nothing here</h1>");
  expect((await get(site.address, "/", { host: "unknown.example" })).status).toBe(404);
}, 30_000);

test("3: POPs start from their disks with nobody to ask; the emergency stands above the age, is withdrawn, and ends by itself", async () => {
  for (const name of names) await startPop(name);
  await everywhere(1);
  const [near = ""] = await addressesOf();
  streams.push(await openEvents(near, sampleHost));
  const to = (await addressesOf("-ops")).map((ops) => `http://${ops}`).join(",");
  const emergency = (...args: readonly string[]) =>
    there.run(
      "emergency",
      ...["--key", join(there.keys, keyFiles.emergency.secret), "--page", samplePage, "--to", to],
      ...args,
    );
  expect(await emergency("--text", "All is down, we know.", "--until", "1h")).toMatchObject({ code: 0 });
  for (const front of await everywhere(3)) {
    expect(slotIn(front)).toStartWith('<p class="stale emergency" role="alert">All is down, we know.</p>');
    expect(slotIn(front)).toContain('role="status"');
  }
  await until("the listener knows", () => toldLevels(streams[1]).at(-1) === "3");
  expect(await emergency("--withdraw")).toMatchObject({ code: 0 });
  await everywhere(1);
  expect(await emergency("--text", "For four seconds.", "--until", "4s")).toMatchObject({ code: 0 });
  await everywhere(3);
  for (const front of await everywhere(1)) expect(slotIn(front)).not.toContain("emergency");
}, 60_000);

test("0: the control plane is back; every page is confirmed, as it was, and listeners are told", async () => {
  control = await there.control("--export", exported);
  for (const front of await everywhere(0, staleMs)) expect(slotIn(front)).toBe("");
  const [near = ""] = await addressesOf();
  expect(await everyPath(near)).toEqual([...last]);
  expect(await everyPath(site.address)).toEqual([...last]);
  await until("the listener knows", () => toldLevels(streams[1]).at(-1) === "0");
}, 60_000);
